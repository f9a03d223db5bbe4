"""How the class did question by question: points, every case's pass rate, and how far marking is."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass, field

from ...assignment import Assignment, Question
from ...result import CaseResult, Outcome, QuestionResult, Result

EXAMPLES_PER_CASE = 6


@dataclass(frozen=True)
class Example:
    """One student's failure in a case; `again` where an earlier one reads the same."""

    student: str
    case: CaseResult
    again: bool


@dataclass
class CaseRow:
    """A case in the class.

    Attributes:
        anchor: its place on the page.
        examples: the failures most worth reading.
    """

    anchor: str
    question: Question
    title: str
    hidden: bool
    ran: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    @property
    def lost(self) -> int:
        return self.outcomes.total()

    @property
    def passed(self) -> int:
        return self.ran - self.lost

    def add(self, student: str, case: CaseResult) -> None:
        self.ran += 1
        if case.outcome is not Outcome.PASSED:
            self.outcomes[case.outcome] += 1
            again = any(_reads(case) == _reads(example.case) for example in self.examples)
            self.examples.append(Example(student, case, again))
            self.examples.sort(key=_says_little)  # stable: among equals the first students stay
            del self.examples[EXAMPLES_PER_CASE:]


@dataclass
class QuestionRow:
    """A question in the class.

    Attributes:
        points: what each student has who has any; unmarked: how many answers wait for a mark.
        judged: the same without those who handed in no answer: they have their 0 before anybody marks.
        cases: in the order in which they run.
    """

    question: Question
    points: list[float] = field(default_factory=list)
    judged: list[float] = field(default_factory=list)
    unmarked: int = 0
    cases: dict[tuple[str, bool], CaseRow] = field(default_factory=dict)

    def add(self, student: str, found: QuestionResult) -> None:
        if found.points is None:
            self.unmarked += 1
        else:
            self.points.append(found.points)
            if self.question.is_code or found.answer:
                self.judged.append(found.points)
        for case in found.cases:
            key = case.title, case.hidden
            if key not in self.cases:
                self.cases[key] = CaseRow(f"{self.question.id}-{len(self.cases) + 1}", self.question, *key)
            self.cases[key].add(student, case)

    @property
    def count(self) -> int:
        return len(self.points) + self.unmarked

    @property
    def mean(self) -> float | None:
        """Of all, once nobody waits for a mark; until then of what was judged."""
        points = self.judged if self.unmarked else self.points
        return statistics.fmean(points) if points else None

    @property
    def full(self) -> int:
        return sum(value >= self.question.points - 0.005 for value in self.points)

    @property
    def none(self) -> int:
        return sum(value <= 0 for value in self.points)

    @property
    def part(self) -> int:
        return len(self.points) - self.full - self.none

    @property
    def marked(self) -> int:
        """Answers that a person gave points for."""
        return len(self.judged)

    @property
    def blank(self) -> int:
        """How many handed in no answer; always 0 for code."""
        return len(self.points) - len(self.judged)

    @property
    def lost(self) -> list[CaseRow]:
        """The cases that someone lost, the one that most students lost first."""
        rows = (row for row in self.cases.values() if row.lost)
        return sorted(rows, key=lambda row: (-row.lost, row.hidden, row.title))

    @property
    def passed(self) -> list[CaseRow]:
        """The cases that everyone passes."""
        return [row for row in self.cases.values() if not row.lost]


class Questions:
    """Adds up the class question by question, result by result."""

    def __init__(self, assignment: Assignment) -> None:
        self._rows = {question.id: QuestionRow(question) for question in assignment.questions}

    def add(self, result: Result) -> None:
        for found in result.questions:
            if found.id in self._rows:  # it may have been switched off since this was graded
                self._rows[found.id].add(result.student, found)

    def rows(self) -> list[QuestionRow]:
        return list(self._rows.values())

    def lost(self) -> list[CaseRow]:
        """Every case that someone lost, the one that most students lost first."""
        return sorted((case for row in self.rows() for case in row.lost), key=lambda case: -case.lost)


def _says_little(example: Example) -> tuple[bool, bool, bool]:
    """What puts examples in order: those with something new to read come first."""
    case = example.case
    return example.again, case.outcome is Outcome.NOT_ATTEMPTED, not (case.untrusted or case.message)


def _reads(case: CaseResult) -> tuple[Outcome, str]:
    return case.outcome, case.message or case.untrusted
