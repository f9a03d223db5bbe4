"""The report for instructors: the class at a glance, in one file that works offline."""

from __future__ import annotations

import shlex
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..assignment import Assignment, Question
from ..plain import number
from ..result import CaseResult, Outcome, Result, Status
from .page import render
from .words import outcome_words

BINS = 20
EXAMPLES_PER_CASE = 12
SHOWN_CASES = 12


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
    words: str


@dataclass(frozen=True)
class _CaseRow:
    """A case that some students lost; `examples` are the first of them."""

    question: Question
    title: str
    hidden: bool
    lost: int
    ran: int
    outcomes: tuple[tuple[str, int], ...]
    examples: tuple[_Example, ...]


def overview_page(
    results: Sequence[Result],
    assignment: Assignment,
    names: Mapping[str, str],
    out: str,
    walls: Sequence[str] = (),
) -> str:
    """One HTML file.

    Args:
        names: each student's file name in feedback/, without suffix.
        out: the folder, for the commands that the page tells the reader to type.
        walls: how student code was shut in, each way that was used.
    """
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
        cases=_lost_cases(graded, assignment),
        held_up=[result for result in results if result.total is None],
        unmarked=[(question, unmarked[question.id]) for question in assignment.answer_questions],
        examples_per_case=EXAMPLES_PER_CASE,
        shown_cases=SHOWN_CASES,
        reached=_reached(totals),
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


def _lost_cases(graded: Sequence[Result], assignment: Assignment) -> list[_CaseRow]:
    """Every case that someone lost, the one that most students lost first."""
    order = {question.id: index for index, question in enumerate(assignment.questions)}
    ran: Counter[tuple[str, str, bool]] = Counter()
    lost: dict[tuple[str, str, bool], list[_Example]] = {}
    for result in graded:
        for question in result.questions:
            for case in question.cases if question.id in order else ():
                key = (question.id, case.title, case.hidden)
                ran[key] += 1
                if case.outcome is not Outcome.PASSED:
                    example = _Example(result.student, case, outcome_words(case.outcome))
                    lost.setdefault(key, []).append(example)
    rows = [
        _CaseRow(
            assignment.question(key[0]),
            key[1],
            key[2],
            len(examples),
            ran[key],
            tuple(Counter(str(example.case.outcome) for example in examples).most_common()),
            tuple(_telling(examples)),
        )
        for key, examples in lost.items()
    ]
    return sorted(rows, key=lambda row: (-row.lost, order[row.question.id], row.hidden, row.title))


def _telling(examples: list[_Example]) -> list[_Example]:
    """The examples worth reading: those with something to say first."""
    ranked = sorted(
        examples,
        key=lambda example: (
            example.case.outcome is Outcome.NOT_ATTEMPTED,
            not (example.case.untrusted or example.case.message),
        ),
    )
    return ranked[:EXAMPLES_PER_CASE]


def _reached(totals: Sequence[float]) -> str:
    """From the lowest to the highest total, in words."""
    if not totals:
        return ""
    low, high = min(totals), max(totals)
    return number(low) if low == high else f"{number(low)} to {number(high)}"
