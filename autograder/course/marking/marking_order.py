"""Who marks what next: each marker in an order of their own, one question after the other.

The order follows from the marker's name and the answer's text alone, so that it says nothing of who wrote
it, nobody is always first, and a program that starts again goes on where it was.
"""

from __future__ import annotations

import getpass
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ...errors import GraderError
from ..gradebook.records import Rating
from .groups import Group
from .mark_journal import Key, Ledger

ALL_MARK = 10
"""Answers a question that every marker marks, where that is not said and there is more than one."""

MARKED_FIRST = 5
"""Of these, so many are marked by all before the rest is dealt out."""


@dataclass(frozen=True)
class Sharing:
    """How several share the work.

    Attributes:
        markers: their names.
        overlap: how much of each question is marked by all: a number of answers, or a share of them.
        calibration: how many of these are marked by all before the rest is dealt out.
    """

    markers: tuple[str, ...]
    overlap: int | float = 0
    calibration: int = 0

    def common(self, count: int) -> int:
        """How many of so many answers are marked by all."""
        if len(self.markers) < 2:
            return 0
        wanted = math.ceil(self.overlap * count) if isinstance(self.overlap, float) else self.overlap
        return min(count, max(wanted, self.calibration))


@dataclass(frozen=True)
class Waiting:
    """All has been done that may be done before others have marked the first answers, too."""

    question: str
    markers: tuple[str, ...]


def marker_names(text: str) -> list[str]:
    """Who marks, of what was asked for on the command line: names, or a number of markers, or nothing.

    Of a number, so many made-up names; of nothing, whoever is logged in.
    """
    text = text.strip()
    if text.isdecimal() and len(text) < 4 and int(text):
        return [f"marker {number}" for number in range(1, int(text) + 1)]
    try:
        return [name.strip() for name in text.split(",") if name.strip()] or [getpass.getuser()]
    except (OSError, KeyError):  # no name is known
        return ["marker"]


def sharing(markers: Sequence[str], overlap: str, calibration: int | None) -> Sharing:
    """What was asked for on the command line; `overlap` is a number or a percentage such as "10%"."""
    if len(set(markers)) < len(markers):
        raise GraderError(f"Two markers have the same name: {', '.join(markers)}.")
    first = MARKED_FIRST if calibration is None else calibration
    text = overlap.strip() or str(ALL_MARK)
    number = text.removesuffix("%").strip()
    if not number.isdecimal() or (text.endswith("%") and int(number) > 100):
        raise GraderError(f"--overlap should be a number of answers or a percentage, such as 10%, not {overlap!r}.")
    if len(markers) < 2:
        return Sharing(tuple(markers))
    return Sharing(tuple(markers), int(number) / 100 if text.endswith("%") else int(number), first)


def common(answers: Sequence[Group], sharing: Sharing) -> list[Group]:
    """The answers of a question that all mark, those first that are marked before the rest."""
    return sorted(answers, key=lambda group: _draw("all", group.row))[: sharing.common(len(answers))]


def own_order(answers: Iterable[Group], marker: str) -> list[Group]:
    """A marker's own order."""
    return sorted(answers, key=lambda group: _draw(marker, group.row))


def deal(
    answers: Sequence[Group],
    marker: str,
    sharing: Sharing,
    ledger: Ledger,
    is_taken: Callable[[Key, str], bool],
    skipped: Mapping[Key, int],
) -> Group | Waiting | None:
    """The answer of a question that a marker marks next; None when nothing is left.

    Args:
        answers: all answers to the question.
        is_taken: whether somebody else has it before them.
        skipped: what this marker has skipped, numbered in that order; it comes last.
    """
    by_all = common(answers, sharing)
    first = by_all[: sharing.calibration]
    given = {group.key: ledger.ratings(group.key) for group in answers}

    def is_open(group: Group) -> bool:
        if marker in given[group.key] or _is_done(group, given[group.key], ledger):
            return False
        flag = ledger.flag(group.key)
        return not flag or flag.marker != marker or len(sharing.markers) < 2

    def is_calibrated(one: str) -> bool:
        owed = [g for g in first if one not in given[g.key] and not _is_done(g, given[g.key], ledger)]
        return not owed or sum(one in found for found in given.values()) >= len(first)

    waited_for = tuple(one for one in sharing.markers if not is_calibrated(one))
    if waited_for:
        if mine := [group for group in own_order(first, marker) if is_open(group)]:
            return min(mine, key=lambda group: skipped.get(group.key, 0))
        if waited_for != (marker,):
            return Waiting(answers[0].question.id, tuple(one for one in waited_for if one != marker))
    shared = {group.key for group in by_all}
    left = [
        group
        for group in own_order(answers, marker)
        if is_open(group) and (group.key in shared or not (given[group.key] or is_taken(group.key, marker)))
    ]
    # What was skipped comes last, and what was flagged after the rest.
    return min(left, key=lambda g: (skipped.get(g.key, 0), ledger.flag(g.key) is not None), default=None)


def _is_done(group: Group, given: Mapping[str, Rating], ledger: Ledger) -> bool:
    """Settled, or marked on a sheet."""
    return bool(ledger.settled(group.key) or (group.mark and not given))


@lru_cache(100_000)
def _draw(name: str, row: str) -> str:
    return hashlib.sha256(f"{name}\n{row}".encode()).hexdigest()
