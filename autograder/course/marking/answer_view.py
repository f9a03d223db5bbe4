"""What a marker sees of one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ...assignment import Question
from ...check.loading.answers import word_count
from ...io.text import single_line
from ...mark import ItemMark
from ..gradebook.records import Rating
from .agreement import Agreement
from .anonymize import names_of, without_names
from .answer_html import formatted
from .desk import Desk
from .earlier_answers import compare, text_of
from .groups import Group
from .mark_journal import shares
from .marker_aids import SecondLook
from .numbers import CheckedNumber
from .passages import Passage
from .rubric import Item

MOST_COMMENTS = 5
EXCERPT = 160
"""Characters of an answer that a search shows."""


@dataclass(frozen=True)
class ItemShown:
    """An item of the rubric; `share` of its points is set, None before anything is."""

    item: Item
    number: int
    share: float | None

    @property
    def choices(self) -> list[tuple[float, float]]:
        """Each share that a key gives, and its points."""
        return [(share, round(self.item.points * share, 2)) for share in (0.0, 0.5, 1.0)]


@dataclass(frozen=True)
class Proposal:
    """What a program proposes, and how far it agreed with people on this question so far."""

    name: str
    items: tuple[ItemMark, ...]
    shares: Mapping[str, float]
    replies: tuple[str, ...]
    comment: str
    points: float
    agreement: Agreement | None


@dataclass(frozen=True)
class Earlier:
    """Another answer that the same student had, with its mark: what stayed, went and came (` `, `-`, `+`)."""

    points: float
    possible: float
    shares: Mapping[str, float]
    pieces: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class AnswerShown:
    """Everything about one answer.

    Attributes:
        words: how many there are; amiss: what is to be said of that.
        students: their names, where those are shown; count: how many gave it.
        rating: the mark that this marker gave it, if any; of_sheet: the points that a sheet gave it.
        seen: the number of the last mark there is.
    """

    group: Group
    html: Markup
    prompt: Markup
    words: int
    amiss: str
    count: int
    students: tuple[str, ...]
    items: tuple[ItemShown, ...]
    weak: tuple[tuple[str, bool], ...]
    comment: str
    comments: tuple[str, ...]
    rating: Rating | None
    of_sheet: float | None
    outdated: tuple[str, ...]
    flag: Rating | None
    seen: int
    proposals: tuple[Proposal, ...]
    earlier: Earlier | None
    numbers: tuple[CheckedNumber, ...]
    passages: tuple[Passage, ...]

    @property
    def question(self) -> Question:
        return self.group.question


def show(desk: Desk, look: SecondLook, group: Group, marker: str, start: Rating | None = None) -> AnswerShown:
    """What this marker sees of an answer.

    Args:
        start: the mark that is set at first, if it is not the marker's own.
    """
    ledger, rubric = desk.ledger, desk.rubric[group.question.id]
    own = ledger.ratings(group.key).get(marker)
    first = start or own
    given = shares(first) if first else {}
    return AnswerShown(
        group=group,
        html=formatted(group.answer),
        prompt=formatted(look.prompt(group)),
        words=(words := word_count(group.answer)),
        amiss=amiss(words, group.question),
        count=len(group.students),
        students=tuple(map(single_line, group.students)) if desk.named else (),
        items=tuple(ItemShown(item, at, given.get(item.id)) for at, item in enumerate(rubric.items, 1)),
        weak=tuple((reply, first is not None and reply in first.replies) for reply in rubric.weak_arguments),
        comment=first.comment if first else "",
        comments=tuple(ledger.comments(group.question.id)[:MOST_COMMENTS]),
        rating=own,
        of_sheet=group.mark.points if group.mark and not ledger.of(group.key) else None,
        outdated=tuple(desk.changed_items(own)) if own else (),
        flag=ledger.flag(group.key),
        seen=ledger.latest(group.key),
        proposals=tuple(_proposals(desk, group)),
        earlier=None if own else _earlier(desk, group),
        numbers=look.numbers(group),
        passages=look.passages(group, desk.groups.values()),
    )


def excerpt(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The place of a text where the words stand together, else the first that is found: (text, is it a word) pieces."""
    low = text.lower() if len(text.lower()) == len(text) else text
    places = [at for word in (" ".join(words), *words) if (at := low.find(word)) >= 0]
    start = max(0, (places or [0])[0] - EXCERPT // 2)
    start = low.find(" ", start, start + 20) + 1 or start if start else 0
    end = min(len(text), start + EXCERPT)
    pieces, done = [("… " if start else "", False)], start
    while found := [(at, -len(word)) for word in words if (at := low.find(word, done, end)) >= 0]:
        at, length = min(found)
        pieces += [(text[done:at], False), (text[at : at - length], True)]
        done = at - length
    return [*pieces, (text[done:end] + (" …" if end < len(text) else ""), False)]


def amiss(words: int, question: Question) -> str:
    """Whether an answer is too short or too long, in words."""
    fewest, most = question.words or (0, 0)
    if words < fewest:
        return f"{fewest - words:,} fewer than {fewest}"
    return f"{words - most:,} more than {most}" if words > most else ""


def _proposals(desk: Desk, group: Group) -> Iterable[Proposal]:
    proposed = desk.ledger.proposals(group.key)
    if not proposed:
        return
    agreed = dict(next(one for one in desk.progress() if one.question == group.question).proposals)
    for name, rating in proposed.items():
        given = (name, rating.items, shares(rating), rating.replies, rating.comment, rating.points)
        yield Proposal(*given, agreed.get(name))


def _earlier(desk: Desk, group: Group) -> Earlier | None:
    """The answer that one who gives this one had marked before."""
    for mark in desk.earlier_marks(group):
        if text := text_of(desk.gradebook, mark):
            if not desk.named:
                text = without_names(text, names_of([mark.student], desk.gradebook.origins()))
            earned = {item.id: item.points / item.possible for item in mark.items if item.possible}
            return Earlier(mark.points, mark.possible, earned, tuple(compare(text, group.answer)))
    return None
