"""Code that asks students' functions and comes to a verdict, rehearsed on the reference."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Generic, TypeVar

from .script import Diverged, Replay, Script
from .session import Session

MAX_REMEMBERED = 5_000
"""Verdicts: some thirty for each case."""

Part = TypeVar("Part", bound=Hashable)
Verdict = TypeVar("Verdict")


class Rehearsed(Generic[Part, Verdict]):
    """Parts of a grading, such as its cases, that run in one go as far as they keep to their scripts.

    A part is a function of the answers that it gets: it starts from fixed random states, and what it
    asks next depends on them alone. So its verdict on the same answers is remembered: a thousand right
    solutions give most cases the very same ones, and so do a thousand blank ones.

    Args:
        run: runs one part, on answers that came already, or on those of the process itself.
    """

    def __init__(self, run: Callable[[Session, Part, Replay | None], Verdict]) -> None:
        self._run = run
        self._scripts: dict[Part, Script] = {}
        self._known: OrderedDict[tuple[Part, bytes], Verdict] = OrderedDict()

    def rehearse(self, session: Session, parts: Iterable[Part]) -> None:
        """Run parts on the reference: what they ask of it becomes their scripts."""
        for part in parts:
            self._scripts[part] = session.recorded(partial(self._run, session, part, None))

    def verdicts(self, session: Session, parts: list[Part]) -> dict[Part, Verdict]:
        """Run parts on a student's functions: all in one go, then those anew that must ask for themselves."""
        done: dict[Part, Verdict] = {}
        replays = session.run_ahead([self._scripts[part] for part in parts])
        for part, replay in zip(parts, replays, strict=False):
            try:
                done[part] = self._on_answers(session, part, replay)
            except Diverged:
                continue
        return {part: done[part] if part in done else self._run(session, part, None) for part in parts}

    def _on_answers(self, session: Session, part: Part, replay: Replay) -> Verdict:
        key = part, replay.digest
        if key not in self._known:
            self._known[key] = self._run(session, part, replay)
        self._known.move_to_end(key)
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
        return self._known[key]
