"""How far marking is, how long it takes, what items come to and how far markers agree."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...assignment import Question
from ..gradebook.records import Rating, RatingKind
from .agreement import Agreement, agreement
from .mark_journal import Key, Ledger, shares
from .rubric import Item, Rubric


@dataclass(frozen=True)
class ItemProgress:
    """What the marked answers earned of one item: how many all of it, half, none, or something between."""

    item: Item
    full: int
    half: int
    none: int
    other: int
    agreement: Agreement

    @property
    def count(self) -> int:
        return self.full + self.half + self.none + self.other


@dataclass(frozen=True)
class MarkerProgress:
    """What one marker has marked, and the median of the seconds an answer took; None if that is not known."""

    marker: str
    marked: int
    seconds: float | None


@dataclass(frozen=True)
class QuestionProgress:
    """One short-answer question.

    Attributes:
        answers: different texts there are; marked: those with a mark that counts, on a sheet or here.
        differing: those on which markers differ; flagged: those that wait for a colleague.
        outdated: those marked by an earlier version of the rubric.
        seconds: the median of the seconds an answer took, over all markers.
        all_items: the agreement over all items together.
        proposals: how far what each program proposes agrees with what counts.
    """

    question: Question
    answers: int
    marked: int
    differing: int
    flagged: int
    outdated: tuple[Key, ...]
    seconds: float | None
    markers: tuple[MarkerProgress, ...]
    items: tuple[ItemProgress, ...]
    all_items: Agreement
    proposals: tuple[tuple[str, Agreement], ...]

    @property
    def left(self) -> int:
        return self.answers - self.marked

    @property
    def seconds_left(self) -> float | None:
        """What is left at this pace."""
        return None if self.seconds is None else self.left * self.seconds


def progress(question: Question, rubric: Rubric, answers: Mapping[Key, bool], ledger: Ledger) -> QuestionProgress:
    """How far one question is.

    Args:
        answers: the answers there are now, and whether each has a mark that counts.
    """
    keys = [key for key in answers if key[0] == question.id]
    given = {key: ledger.ratings(key) for key in keys}
    counting = {key: found for key in keys if (found := ledger.standing(key))}
    ratings = [rating for found in given.values() for rating in found.values()]
    return QuestionProgress(
        question=question,
        answers=len(keys),
        marked=sum(answers[key] for key in keys),
        differing=sum(ledger.differs(key) for key in keys),
        flagged=sum(ledger.flag(key) is not None for key in keys),
        outdated=tuple(key for key, found in counting.items() if found.rubric != rubric.version),
        seconds=_median(ratings),
        markers=tuple(_by_marker(ratings)),
        items=tuple(_item(item, counting.values(), given.values()) for item in rubric.items),
        all_items=agreement([values for item in rubric.items for values in _units(item.id, given.values())]),
        proposals=tuple(_proposals(counting, ledger)),
    )


def _by_marker(ratings: Sequence[Rating]) -> Iterable[MarkerProgress]:
    for marker, count in sorted(Counter(rating.marker for rating in ratings).items()):
        yield MarkerProgress(marker, count, _median([rating for rating in ratings if rating.marker == marker]))


def _median(ratings: Sequence[Rating]) -> float | None:
    seconds = [r.seconds for r in ratings if r.seconds is not None and r.kind is RatingKind.MARKED]
    return statistics.median(seconds) if seconds else None


def _item(item: Item, counting: Iterable[Rating], given: Iterable[Mapping[str, Rating]]) -> ItemProgress:
    counts = Counter(share for rating in counting if (share := shares(rating).get(item.id)) is not None)
    full, half, none = counts[1.0], counts[0.5], counts[0.0]
    return ItemProgress(item, full, half, none, counts.total() - full - half - none, agreement(_units(item.id, given)))


def _units(item_id: str, given: Iterable[Mapping[str, Rating]]) -> list[list[float]]:
    """The shares of one item that each answer got from those who marked it."""
    found = [[shares(rating).get(item_id) for rating in ratings.values()] for ratings in given if len(ratings) > 1]
    return [[share for share in values if share is not None] for values in found]


def _proposals(counting: Mapping[Key, Rating], ledger: Ledger) -> Iterable[tuple[str, Agreement]]:
    units: dict[str, list[list[float]]] = {}
    for key, proposed in ledger.proposed():
        if key in counting:
            counted = shares(counting[key])
            for name, rating in proposed.items():
                both = [[share, counted[item]] for item, share in shares(rating).items() if item in counted]
                units.setdefault(name, []).extend(both)
    return [(name, agreement(found)) for name, found in sorted(units.items())]
