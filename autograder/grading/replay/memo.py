"""Code that asks students' functions and comes to a verdict, rehearsed on the reference."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Generic, TypeVar

from ..session import Defined, Session
from .recording import Recording, Replay, ReplayMismatch

MAX_REMEMBERED = 5_000
"""Verdicts: some thirty for each case."""

MAX_LENGTH = 4_000
"""Characters of a verdict that is remembered, all of it written out: students have a say in its texts."""

Part = TypeVar("Part", bound=Hashable)
Verdict = TypeVar("Verdict")


class MemoizedRunner(Generic[Part, Verdict]):
    """Parts of a grading, such as its cases, that run in one go as far as they keep to their scripts.

    A part is a function of what the file defines and of the answers that it gets: it starts from fixed
    random states, and what it asks next depends on them alone. So its verdict on the same ones is
    remembered: a thousand right solutions give most cases the very same answers, and so do a thousand
    blank ones. Not where the submission's time was up meanwhile: that says nothing of anyone else's.

    Args:
        run: runs one part, on answers that came already, or on those of the process itself.
    """

    def __init__(self, run: Callable[[Session, Part, Replay | None], Verdict]) -> None:
        self._run = run
        self._scripts: dict[Part, Recording] = {}
        self._known: OrderedDict[tuple[Part, Defined, bytes], Verdict] = OrderedDict()

    def rehearse(self, session: Session, parts: Iterable[Part]) -> None:
        """Run parts on the reference: what they ask of it becomes their scripts."""
        for part in parts:
            self._scripts[part] = session.recorded(partial(self._run, session, part, None))

    def script(self, part: Part) -> Recording:
        """What a part asked of the reference."""
        return self._scripts[part]

    def expect(self, part: Part, script: Recording) -> None:
        """Let a part that was not rehearsed have the script of one that asks the same."""
        self._scripts[part] = script

    def verdicts(self, session: Session, parts: list[Part], *, one_by_one: bool = False) -> dict[Part, Verdict]:
        """Run parts on a student's functions, as many in one go as their process survives.

        Args:
            one_by_one: whether it sees what a part asks only when it has answered the part before.
        """
        done: dict[Part, Verdict] = {}
        while waiting := [part for part in parts if part not in done]:
            done |= self._go(session, waiting, one_by_one)
        return {part: done[part] for part in parts}

    def _go(self, session: Session, parts: list[Part], one_by_one: bool) -> dict[Part, Verdict]:
        """Verdicts on the first of these parts, up to one that ended the process, if any does."""
        done: dict[Part, Verdict] = {}
        astray: list[Part] = []
        replays = session.prefetch([self._scripts[part] for part in parts], one_by_one=one_by_one)
        for part, replay in zip(parts, replays, strict=False):
            if replay.stop:  # no part that comes before it is to suffer by it
                done |= self._one_by_one(session, astray)
                astray = []
            try:
                done[part] = self._on_answers(session, part, replay)
            except ReplayMismatch:
                astray.append(part)
        nothing_goes_ahead = not done and not astray
        return done | self._one_by_one(session, parts if nothing_goes_ahead else astray)

    def _one_by_one(self, session: Session, parts: list[Part]) -> dict[Part, Verdict]:
        return {part: self._run(session, part, None) for part in parts}

    def _on_answers(self, session: Session, part: Part, replay: Replay) -> Verdict:
        if not replay.is_whole:  # what stopped it is told in its own words
            return self._run(session, part, replay)
        key = part, session.defines, replay.digest
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        verdict = self._run(session, part, replay)
        if not session.is_spent and len(repr(verdict)) <= MAX_LENGTH:
            self._known[key] = verdict
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return verdict
