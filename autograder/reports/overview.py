"""The report for instructors: the class at a glance, in one file that works offline."""

from __future__ import annotations

import shlex
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..assignment import Assignment, Question
from ..plain import number
from ..result import CaseResult, Outcome, Result, Status
from .mistakes import Mistakes
from .page import render

BINS = 20
EXAMPLES_PER_CASE = 12
SHOWN_CASES = 12
SHOWN_MISTAKES = 6
SHOWN_ALIKE = 12
MOST_ALIKE = 100
EXAMPLES_PER_GROUP = 3


@dataclass(frozen=True)
class _Bar:
    """One bar of the histogram, from `low` to `high` points."""

    low: float
    high: float
    graded: int
    provisional: int

    @property
    def count(self) -> int:
        return self.graded + self.provisional


@dataclass(frozen=True)
class _QuestionRow:
    """How the class did in one question; counts of students."""

    question: Question
    mean: float | None
    full: int
    part: int
    none: int
    unmarked: int

    @property
    def count(self) -> int:
        return self.full + self.part + self.none + self.unmarked


@dataclass(frozen=True)
class _Example:
    """One student's failure in a case."""

    student: str
    case: CaseResult


@dataclass
class _CaseRow:
    """A case that some students lost; `examples` are those most worth reading."""

    question: Question
    title: str
    hidden: bool
    ran: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    examples: list[_Example] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.outcomes.total()

    def add(self, student: str, case: CaseResult) -> None:
        self.ran += 1
        if case.outcome is not Outcome.PASSED:
            self.outcomes[case.outcome] += 1
            self.examples.append(_Example(student, case))
            self.examples.sort(key=_says_little)  # stable: among equals the first students stay
            del self.examples[EXAMPLES_PER_CASE:]


class Overview:
    """The class, added up result by result: it holds points and a few examples, not every case."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._order = {question.id: index for index, question in enumerate(assignment.questions)}
        self._results: list[Result] = []
        self._cases: dict[tuple[str, str, bool], _CaseRow] = {}
        self._mistakes = Mistakes(assignment)

    def add(self, result: Result) -> None:
        self._results.append(without_cases(result))
        if result.total is not None:
            self._mistakes.add(result)
        for found in result.questions if result.total is not None else ():
            for case in found.cases if found.id in self._order else ():
                key = (found.id, case.title, case.hidden)
                if key not in self._cases:
                    question = self._assignment.question(found.id)
                    self._cases[key] = _CaseRow(question, case.title, case.hidden)
                self._cases[key].add(result.student, case)

    def page(self, names: Mapping[str, str], out: str, walls: Sequence[str] = ()) -> str:
        """One HTML file.

        Args:
            names: each student's file name in feedback/, without suffix.
            out: the folder, for the commands that the page tells the reader to type.
            walls: how student code was shut in, each way that was used.
        """
        assignment, results = self._assignment, self._results
        graded = [result for result in results if result.total is not None]
        totals = [result.total for result in graded if result.total is not None]
        unmarked = Counter(q.id for result in graded for q in result.questions if q.points is None)
        bars = _histogram(graded, assignment.possible)
        return render(
            "report.html",
            title=assignment.title,
            possible=assignment.possible,
            out=shlex.quote(out),
            results=results,
            walls=walls,
            points={r.student: {q.id: q for q in r.questions} for r in graded},
            names=names,
            graded=graded,
            counts=[(status, sum(result.status is status for result in results)) for status in Status],
            mean=statistics.mean(totals) if totals else None,
            median=statistics.median(totals) if totals else None,
            provisional=sum(result.status is Status.NEEDS_MARKING for result in graded),
            bars=bars,
            highest=max((bar.count for bar in bars), default=0),
            questions=[_question_row(question, graded) for question in assignment.questions],
            columns=assignment.questions,
            mistakes=self._mistakes.by_question(),
            alike=self._mistakes.unexplained(),
            cases=self._lost(),
            held_up=[result for result in results if result.total is None],
            unmarked=[(question, unmarked[question.id]) for question in assignment.answer_questions],
            examples_per_case=EXAMPLES_PER_CASE,
            shown_cases=SHOWN_CASES,
            shown_mistakes=SHOWN_MISTAKES,
            shown_alike=SHOWN_ALIKE,
            most_alike=MOST_ALIKE,
            examples_per_group=EXAMPLES_PER_GROUP,
            reached=_reached(totals),
        )

    def _lost(self) -> list[_CaseRow]:
        """Every case that someone lost, the one that most students lost first."""
        return sorted(
            (row for row in self._cases.values() if row.lost),
            key=lambda row: (-row.lost, self._order[row.question.id], row.hidden, row.title),
        )


def _histogram(graded: Sequence[Result], possible: float) -> list[_Bar]:
    """Bars of equal width from 0 to `possible`; the full total belongs to the last one."""
    width = possible / BINS
    counts = [Counter[Status]() for _ in range(BINS)]
    for result in graded:
        counts[min(BINS - 1, int((result.total or 0.0) / width + 1e-9))][result.status] += 1
    return [
        _Bar(
            round(i * width, 2),
            round((i + 1) * width, 2),
            count[Status.GRADED],
            count[Status.NEEDS_MARKING],
        )
        for i, count in enumerate(counts)
    ]


def _question_row(question: Question, graded: Sequence[Result]) -> _QuestionRow:
    found = [q for result in graded for q in result.questions if q.id == question.id]
    points = [q.points for q in found if q.points is not None]
    full = sum(value >= question.points - 0.005 for value in points)
    none = sum(value <= 0 for value in points)
    return _QuestionRow(
        question,
        statistics.mean(points) if points else None,
        full,
        len(points) - full - none,
        none,
        len(found) - len(points),
    )


def _says_little(example: _Example) -> tuple[bool, bool]:
    """What puts examples in order: those with something to read come first."""
    case = example.case
    return case.outcome is Outcome.NOT_ATTEMPTED, not (case.untrusted or case.message)


def _reached(totals: Sequence[float]) -> str:
    """From the lowest to the highest total, in words."""
    if not totals:
        return ""
    low, high = min(totals), max(totals)
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def without_cases(result: Result) -> Result:
    """The points alone, small enough to keep for a whole class."""
    questions = tuple(replace(question, cases=(), answer="") for question in result.questions)
    return replace(result, questions=questions)
