"""The report for instructors: the class at a glance, in one file that works offline."""

from __future__ import annotations

import math
import shlex
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ... import __version__
from ...assignment import Assignment
from ...feedback.hidden_outcomes import bits
from ...feedback.templating import pieces, script
from ...io.program import program
from ...io.text import format_points
from ...mark import fingerprint
from ...result import Result, Status
from ..gradebook.records import Rating
from ..known_works import KnownWork
from ..marking.mark_journal import Key, Ledger
from ..marking.progress import QuestionProgress, progress
from ..marking.rubric import load_rubric
from ..similarity import ANSWERS, CODE
from .mistakes import Mistakes
from .questions import EXAMPLES_PER_CASE, Questions
from .similar_works import SimilarWorks

TEMPLATES = Path(__file__).parent / "templates"
BINS = 20
SHOWN_CASES = 12
SHOWN_SLOWEST = 10
SHOWN_PAIRS = 12
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


class Overview:
    """The class, added up result by result: it holds points and a few examples, not every case.

    Attributes:
        results: what was added, the points alone.
    """

    def __init__(self, assignment: Assignment, known: Iterable[KnownWork] = ()) -> None:
        self._assignment = assignment
        self.results: list[Result] = []
        self._answers: dict[Key, bool] = {}
        self._questions = Questions(assignment)
        self._mistakes = Mistakes(assignment)
        self._alike = SimilarWorks(assignment, known)
        self._bits = 0.0

    def add(self, result: Result, code: bytes | None = None) -> None:
        """Add a student; `code` is the file that was graded, if it is known."""
        self.results.append(without_cases(result))
        for question in result.questions:
            if question.answer:
                key = question.id, fingerprint(question.answer)
                self._answers[key] = self._answers.get(key, True) and question.points is not None
        if result.total is not None:
            self._mistakes.add(result)
            self._questions.add(result)
            self._bits = max(self._bits, bits(result, self._assignment))
        self._alike.add(result, code)

    def page(
        self,
        names: Mapping[str, str],
        out: str,
        walls: Sequence[str] = (),
        code_of: Callable[[str], bytes | None] = lambda digest: None,
        ratings: Iterable[Rating] = (),
    ) -> Iterator[str]:
        """One HTML file, piece by piece.

        Args:
            names: each student's file name in feedback/, without suffix.
            out: the folder, for the commands that the page tells the reader to type.
            walls: how student code was shut in, each way that was used.
            ratings: the journal of marking in the browser.
            code_of: gives once more the file that `add` was told of, by the result's digest.
        """
        assignment, results = self._assignment, self.results
        graded = [result for result in results if result.total is not None]
        questions = self._questions.rows()
        settled = {row.question.id: row.question.points for row in questions if row.count and not row.unmarked}
        totals = [_total(result, settled) for result in graded] if settled else []
        timed = [(result.student, result.seconds) for result in results if result.seconds is not None]
        timed.sort(key=lambda item: -item[1])
        bars = _histogram(graded, assignment.possible)
        digests = {result.student: result.digest for result in results}
        return pieces(
            TEMPLATES / "report.html",
            title=assignment.title,
            possible=assignment.possible,
            out=shlex.quote(out),
            program=program(),
            results=results,
            walls=walls,
            points={r.student: {q.id: q for q in r.questions} for r in graded},
            names=names,
            graded=graded,
            counts=[(status, sum(result.status is status for result in results)) for status in Status],
            mean=statistics.mean(totals) if totals else None,
            median=statistics.median(totals) if totals else None,
            settled=round(sum(settled.values()), 2),
            provisional=sum(result.status is Status.NEEDS_MARKING for result in graded),
            bars=bars,
            highest=max((bar.count for bar in bars), default=0),
            questions=questions,
            answers=[row for row in questions if not row.question.is_code],
            marking=self._marking(Ledger(ratings)),
            columns=assignment.questions,
            mistakes=self._mistakes.by_question(),
            alike=self._mistakes.unexplained(),
            cases=self._questions.lost(),
            held_up=[result for result in results if result.total is None],
            alike_code=self._alike.code(lambda student: code_of(digests[student])),
            alike_answers=list(self._alike.answers()),
            slowest=timed[:SHOWN_SLOWEST],
            usual=statistics.median(seconds for _, seconds in timed) if timed else None,
            script=script(TEMPLATES / "report.js"),
            examples_per_case=EXAMPLES_PER_CASE,
            shown_cases=SHOWN_CASES,
            shown_pairs=SHOWN_PAIRS,
            nearly=CODE.nearly,
            nearly_answers=ANSWERS.nearly,
            shown_mistakes=SHOWN_MISTAKES,
            shown_alike=SHOWN_ALIKE,
            most_alike=MOST_ALIKE,
            examples_per_group=EXAMPLES_PER_GROUP,
            reached=_reached(totals),
            bits=math.ceil(self._bits),
            hidden_outcomes=assignment.hidden_outcomes,
            version=__version__,
        )

    def _marking(self, ledger: Ledger) -> dict[str, QuestionProgress]:
        """How far each short answer is marked, and how far markers agree."""
        rubric = load_rubric(self._assignment)
        asked = self._assignment.answer_questions
        return {one.id: progress(one, rubric[one.id], self._answers, ledger) for one in asked}


def _total(result: Result, questions: Collection[str]) -> float:
    """The points in these questions; in those that are still being marked, totals cannot be compared."""
    return round(sum(q.points for q in result.questions if q.points is not None and q.id in questions), 2)


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


def _reached(totals: Sequence[float]) -> str:
    """From the lowest to the highest total, in words."""
    if not totals:
        return ""
    low, high = min(totals), max(totals)
    return format_points(low) if low == high else f"{format_points(low)} to {format_points(high)}"


def without_cases(result: Result) -> Result:
    """The points alone, small enough to keep for a whole class; of an answer, whether there is one."""
    questions = tuple(replace(question, cases=(), answer=question.answer[:1]) for question in result.questions)
    return replace(result, questions=questions)
