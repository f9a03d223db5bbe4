"""The desk at which short answers are marked in the browser: deals them out, takes marks, keeps them."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from ...assignment import Assignment
from ...mark import ItemMark, Mark
from ..gradebook.database import Gradebook
from ..gradebook.ratings import has_changed, is_saved, read_ratings, read_rubrics, save_ratings, save_rubric
from ..gradebook.records import Rating, RatingKind
from .anonymize import blind
from .groups import AnswerIndex, Group, short_answer_questions
from .mark_journal import Key, Ledger
from .marking_order import Sharing, Waiting, common, deal
from .progress import QuestionProgress, progress
from .rubric import Item, Rubric, load_rubric

HELD_FOR = 600.0
"""Seconds for which an answer that is shown to one marker is dealt to no other."""

PAGE = "on the page, by "
"""Begins the source of a mark that was given here; others come from sheets."""


@dataclass(frozen=True)
class Sent:
    """What the browser sends when a marker is done with an answer.

    Attributes:
        row: the answer's.
        shares: what each item earns, from 0 to 1.
        seen: the number of the last mark that the browser knew of.
        request: names this, so that what is sent again is not saved again.
    """

    row: str
    shares: Mapping[str, float]
    replies: tuple[str, ...] = ()
    comment: str = ""
    seconds: float | None = None
    seen: int = 0
    request: str = ""


class Outdated(Exception):
    """Somebody else, or the same marker in another window, has marked this answer meanwhile."""

    def __init__(self, by: Rating) -> None:
        super().__init__(by)
        self.by = by


class Gone(Exception):
    """Nobody gives this answer any more."""


class Desk:
    """One per program; all that it knows is in the gradebook but for who has which answer before them."""

    def __init__(
        self,
        gradebook: Gradebook,
        assignment: Assignment,
        sharing: Sharing,
        *,
        named: bool = False,
        question: str | None = None,
    ) -> None:
        self.gradebook = gradebook
        self.assignment = assignment
        self.sharing = sharing
        self.named = named
        self.asked = short_answer_questions(assignment, question)
        self.rubric = {id_: rubric if rubric.items else _whole(assignment, id_) for id_, rubric in _rubrics(assignment)}
        self.ledger = Ledger()
        self.groups: dict[str, Group] = {}
        self._index = AnswerIndex(gradebook)
        self._marks: dict[tuple[str, str, str], Mark] = {}
        self._held: dict[Key, tuple[str, float]] = {}
        self._skipped: defaultdict[str, dict[Key, int]] = defaultdict(dict)
        self._version = -1
        for question_id, rubric in self.rubric.items():
            save_rubric(gradebook, rubric.version, question_id, asdict(rubric))
        self.refresh()

    def refresh(self) -> None:
        """Take in what other programs have written meanwhile: results, marks from sheets."""
        version = has_changed(self.gradebook, self._version)
        if version is None:
            return
        self._version = version
        self._index.refresh()
        self._marks = self.gradebook.marks()
        for rating in read_ratings(self.gradebook, self.ledger.last):
            self.ledger.add(rating)
        found = [one for one in self._index.groups(self.assignment, self._marks) if one.question in self.asked]
        if not self.named:
            origins = self.gradebook.origins()
            found = [blind(group, origins) for group in found]
        self.groups = {group.row: group for group in found}

    # What is marked next ---------------------------------------------------------------------------------

    def by_question(self) -> dict[str, list[Group]]:
        found = defaultdict(list)
        for group in self.groups.values():
            found[group.question.id].append(group)
        return found

    def next(self, marker: str) -> Group | Waiting | None:
        """The answer that this marker marks next: one question is finished before the next begins.

        What the marker has skipped comes after all others, the earliest first.
        """
        skipped = self._skipped[marker]
        later: list[Group] = []
        waiting = None
        for answers in self.by_question().values():
            found = deal(answers, marker, self.sharing, self.ledger, self._is_taken, skipped)
            if isinstance(found, Waiting):
                waiting = found
                break
            if found and found.key not in skipped:
                later = [found]
                break
            later += [found] if found else []
        if not later:
            return waiting
        first = min(later, key=lambda group: skipped.get(group.key, 0))
        self.hold(first, marker)
        return first

    def skip(self, marker: str, row: str) -> None:
        """Let this answer come after all others; forgotten when the program ends."""
        if row in self.groups:
            skipped = self._skipped[marker]
            skipped[self.groups[row].key] = max(skipped.values(), default=0) + 1

    def hold(self, group: Group, marker: str) -> None:
        """Deal this answer to nobody else for a while; let go what the marker held before."""
        self._held = {key: held for key, held in self._held.items() if held[0] != marker}
        self._held[group.key] = (marker, time.monotonic())

    def _is_taken(self, key: Key, marker: str) -> bool:
        by, since = self._held.get(key, (marker, 0.0))
        return by != marker and time.monotonic() - since < HELD_FOR

    def group(self, row: str) -> Group:
        """The answer of that row; `Gone` if there is none any more."""
        try:
            return self.groups[row]
        except KeyError:
            raise Gone from None

    def is_marked(self, group: Group) -> bool:
        """Whether it has a mark that counts."""
        if self.ledger.ratings(group.key) or self.ledger.settled(group.key):
            return self.ledger.standing(group.key) is not None
        return group.mark is not None

    # What markers do -------------------------------------------------------------------------------------

    def save(self, marker: str, sent: Sent, kind: RatingKind = RatingKind.MARKED) -> Rating | None:
        """Keep a mark, in one transaction, with what follows from it; None if it was kept before.

        Raises:
            Gone: if nobody gives the answer any more.
            Outdated: if it was marked meanwhile, and what was seen does not hold that.
            ValueError: if what was sent is no mark.
            GraderError: if the gradebook cannot be written.
        """
        if is_saved(self.gradebook, sent.request):
            return None
        group = self.group(sent.row)
        self._expect_seen(group, marker, sent.seen, kind)
        rubric = self.rubric[group.question.id]
        rating = Rating(
            marker=marker,
            question=group.question.id,
            answer=group.fingerprint,
            kind=kind,
            items=tuple(_item_mark(item, sent.shares) for item in rubric.items),
            replies=tuple(reply for reply in rubric.weak_arguments if reply in sent.replies),
            comment=sent.comment.strip(),
            rubric=rubric.version,
            seconds=sent.seconds,
            request=sent.request,
        )
        return self._keep_rating(group, rating)

    def _expect_seen(self, group: Group, marker: str, seen: int, kind: RatingKind) -> None:
        """Of an answer that all mark, what others gave it is not meant to be seen."""
        if kind is RatingKind.SETTLED:
            newer = [self.ledger.settled(group.key)]
        else:
            given = self.ledger.ratings(group.key)
            by_all = common(self.by_question()[group.question.id], self.sharing)
            newer = [given.get(marker)] if any(group.key == one.key for one in by_all) else list(given.values())
        for rating in newer:
            if rating and rating.id > seen:
                raise Outdated(rating)

    def undo(self, marker: str, request: str) -> Rating | None:
        """Take back this marker's last mark, whenever it was; None if there is none."""
        last = self.ledger.last_of(marker)
        if last is None or is_saved(self.gradebook, request):
            return None
        undone = Rating(
            marker, last.question, last.answer, RatingKind.UNDONE, undoes=last.id, request=request, rubric=last.rubric
        )
        group = next((one for one in self.groups.values() if one.key == (last.question, last.answer)), None)
        self._keep_rating(group, undone)
        return last

    def flag(self, marker: str, row: str, note: str, request: str) -> None:
        """Leave the answer to a colleague."""
        self._held.pop(self.group(row).key, None)
        self._set_flag(RatingKind.FLAGGED, marker, row, note, request)

    def unflag(self, marker: str, row: str, request: str) -> None:
        self._set_flag(RatingKind.UNFLAGGED, marker, row, "", request)

    def _set_flag(self, kind: RatingKind, marker: str, row: str, note: str, request: str) -> None:
        if not is_saved(self.gradebook, request):
            key = self.group(row).key
            self._keep([Rating(marker, *key, kind, comment=note.strip(), request=request)], [])

    def _keep_rating(self, group: Group | None, rating: Rating) -> Rating:
        """Keep it, and let count what counts from now on for everybody who gives this answer."""
        key = rating.question, rating.answer
        standing = Ledger([*self.ledger.of(key), rating]).standing(key)
        marks = []
        for student in group.students if group else ():
            before = self._marks.get((student, *key))
            mark = _mark(student, key, standing) if standing else self._before(student, key, before)
            if mark and mark != before:
                marks.append(mark)
        (saved,) = self._keep([rating], marks)
        if group:
            known = [self._marks.get((student, *key)) for student in group.students]
            self.groups[group.row] = replace(group, mark=known[0] if all(known) else None)
        return saved

    def _before(self, student: str, key: Key, now: Mark | None) -> Mark | None:
        """The mark that counts where none of the page's does: the last one of a sheet, else that there is none."""
        events = [event for event in self.gradebook.given(student) if event.mark.key == (student, *key)]
        of_sheets = [event.mark for event in events if not event.sheet.startswith(PAGE)]
        if of_sheets:
            return of_sheets[-1]
        return replace(now, withdrawn=True) if now else None

    def _keep(self, ratings: list[Rating], marks: list[Mark]) -> list[Rating]:
        saved = save_ratings(self.gradebook, ratings, marks, PAGE + ratings[0].marker)
        for rating in saved:
            self.ledger.add(rating)
        for mark in marks:
            self._marks.pop(mark.key, None)
            if not mark.withdrawn:
                self._marks[mark.key] = mark
        return saved

    # What there is to see --------------------------------------------------------------------------------

    def progress(self) -> list[QuestionProgress]:
        answers = {group.key: self.is_marked(group) for group in self.groups.values()}
        return [progress(question, self.rubric[question.id], answers, self.ledger) for question in self.asked]

    def changed_items(self, rating: Rating) -> list[str]:
        """The items of the rubric that are other now than when this mark was given."""
        rubric = self.rubric[rating.question]
        if rating.rubric == rubric.version:
            return []
        earlier = read_rubrics(self.gradebook).get(rating.rubric)
        return rubric.changed_since(earlier) if earlier else [item.id for item in rubric.items]

    def earlier_marks(self, group: Group) -> list[Mark]:
        """The marks that those who give this answer had for another one."""
        return [
            mark
            for (student, question, print_), mark in self._marks.items()
            if student in group.students and question == group.question.id and print_ != group.fingerprint
        ]


def _rubrics(assignment: Assignment) -> list[tuple[str, Rubric]]:
    return list(load_rubric(assignment).items())


def _whole(assignment: Assignment, question_id: str) -> Rubric:
    """Where the rubric names no items, the answer as a whole is one."""
    question = assignment.question(question_id)
    return Rubric((Item("whole", float(question.points), "The answer as a whole."),))


def _item_mark(item: Item, shares: Mapping[str, float]) -> ItemMark:
    share = shares.get(item.id, 0.0)
    if not 0 <= share <= 1:
        raise ValueError(f"`{item.id}` earns from 0 to 1 of its points, not {share}.")
    return ItemMark(item.id, item.text, round(item.points * share, 2), item.points)


def _mark(student: str, key: Key, rating: Rating) -> Mark:
    possible = round(sum(item.possible for item in rating.items), 2)
    return Mark(student, *key, rating.points, possible, rating.items, rating.comment, rating.replies)
