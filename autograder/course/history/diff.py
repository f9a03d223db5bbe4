"""What changed from one result of a student to the next: points, and the cases that flipped."""

from __future__ import annotations

from dataclasses import dataclass

from ...io.text import escape_control, truncate
from ...result import CaseResult, Outcome, QuestionResult, Result, Status

LONGEST_REASON, MOST_LINES = 400, 5


@dataclass(frozen=True)
class Flip:
    """A case that passes now and did not before, or the other way round, or that is new or gone.

    Attributes:
        before: None where there was no such case.
        after: None where there is no such case now.
        why: the message of the case where it did not pass, harmless and short: for instructors.
    """

    question: str
    title: str
    before: Outcome | None
    after: Outcome | None
    why: str

    @property
    def is_gain(self) -> bool:
        return self.after is Outcome.PASSED

    @property
    def is_loss(self) -> bool:
        """Not so where a case that failed is gone."""
        return not self.is_gain and not (self.after is None and self.before is not Outcome.PASSED)


@dataclass(frozen=True)
class Change:
    """A student's result, before and after.

    Attributes:
        possible: what could be earned, before and after.
        questions: for each question whose points differ, the points before and after.
    """

    student: str
    before: float | None
    after: float | None
    statuses: tuple[Status, Status]
    possible: tuple[float, float]
    questions: dict[str, tuple[float | None, float | None]]
    flips: tuple[Flip, ...]

    @property
    def gain(self) -> float:
        return round((self.after or 0.0) - (self.before or 0.0), 2)

    @property
    def is_none(self) -> bool:
        return not (self.questions or self.flips) and self.statuses[0] is self.statuses[1]


def difference(before: Result, after: Result) -> Change:
    """Compare two results of one student."""
    old, new = ({question.id: question for question in result.questions} for result in (before, after))
    ids = [*new, *(question_id for question_id in old if question_id not in new)]
    pairs = {question_id: (old.get(question_id), new.get(question_id)) for question_id in ids}
    points = {question_id: (_points(was), _points(now)) for question_id, (was, now) in pairs.items()}
    return Change(
        student=after.student,
        before=before.total,
        after=after.total,
        statuses=(before.status, after.status),
        possible=(before.possible, after.possible),
        questions={question_id: pair for question_id, pair in points.items() if pair[0] != pair[1]},
        flips=tuple(flip for question_id, pair in pairs.items() for flip in _flips(question_id, *pair)),
    )


def _points(question: QuestionResult | None) -> float | None:
    return question.points if question else None


def _flips(question_id: str, old: QuestionResult | None, new: QuestionResult | None) -> list[Flip]:
    before, after = ({(c.hidden, c.title): c for c in q.cases} if q else {} for q in (old, new))
    flips = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        if _passes(was) is not _passes(now):
            failed = now if now and not _passes(now) else was
            flips.append(
                Flip(
                    question_id,
                    key[1],
                    was.outcome if was else None,
                    now.outcome if now else None,
                    _reason(failed) if failed else "",
                )
            )
    return flips


def _passes(case: CaseResult | None) -> bool | None:
    return None if case is None else case.outcome is Outcome.PASSED


def _reason(case: CaseResult) -> str:
    """Why it did not pass; of hidden cases that stands where only instructors see it."""
    if case.outcome is Outcome.PASSED:
        return ""
    lines = escape_control(case.message or case.untrusted).strip().splitlines()
    return truncate("\n".join(lines[:MOST_LINES]), LONGEST_REASON) or str(case.outcome)
