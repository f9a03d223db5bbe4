"""Answers on which markers differ, and what each of them gave."""

from __future__ import annotations

from dataclasses import dataclass

from ..gradebook.records import Rating
from .answer_view import AnswerShown, show
from .desk import Desk
from .groups import Group
from .mark_journal import shares
from .marker_aids import SecondLook


@dataclass(frozen=True)
class Difference:
    """One item, and the share of it that each marker gave, by name."""

    item: str
    number: int
    given: tuple[tuple[str, float | None], ...]

    @property
    def is_one(self) -> bool:
        return len({share for _, share in self.given}) > 1


@dataclass(frozen=True)
class SettleView:
    """One answer to settle.

    Attributes:
        ratings: by each marker.
        differences: by item; the form starts with what most gave, the first of them where none did.
    """

    shown: AnswerShown
    ratings: tuple[Rating, ...]
    differences: tuple[Difference, ...]
    settled: Rating | None


def settle_list(desk: Desk, marker: str) -> list[Group]:
    """The answers on which markers differ, question by question: those that this one may see what others gave."""
    everybody = set(desk.sharing.markers)
    return [
        group
        for group in desk.groups.values()
        if desk.ledger.differs(group.key)
        and (marker in (given := desk.ledger.ratings(group.key)) or everybody <= given.keys())
    ]


def settle_view(desk: Desk, look: SecondLook, group: Group, marker: str) -> SettleView:
    ratings = tuple(desk.ledger.ratings(group.key).values())
    settled = desk.ledger.settled(group.key)
    shown = show(desk, look, group, marker, start=settled or (ratings[0] if ratings else None))
    given = {rating.marker: shares(rating) for rating in ratings}
    differences = tuple(
        Difference(one.item.id, one.number, tuple((name, found.get(one.item.id)) for name, found in given.items()))
        for one in shown.items
    )
    return SettleView(shown, ratings, differences, settled)
