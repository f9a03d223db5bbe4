"""What went wrong in the class and why: known mistakes with their students, and what none explains."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from ...assignment import Assignment, Question
from ...misconceptions import Misconception, misconceptions
from ...result import CaseResult, Outcome, Result

LONGEST, LONGEST_EXAMPLE = 2000, 800
"""Characters of a message that are looked at, and that are kept of an example."""

_ASIDE = re.compile(r'^(?: *line \d+: | *File "|(?:your code )?printed:$)', re.MULTILINE)
"""Where a message comes to the student's own lines and prints, which differ for the same mistake."""

_NUMBER = re.compile(
    r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)"
    r"|(\(\d[\d, ]*\)|\w+)"  # a shape, as (3, 4) and 3x4, and a word with digits, as float32, stay
)

_ALL = re.compile(r"\b(\d+) of \1\b")
"""All numbers wrong is another mistake than some wrong, however many they are."""


@dataclass
class Diagnosed:
    """A known mistake that some students make.

    Attributes:
        question: where it belongs; its hint may stand beside cases of later questions, too.
        function: the one that it is in, but for helpers; empty, like what follows, for a hint of an older
            library.
        ids, titles: of the library's entries that have this hint, which compute the same.
        students: each once, in the order in which they came.
    """

    question: Question
    hint: str
    function: str = ""
    ids: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    students: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SharedFailures:
    """Failures that no known mistake explains and that the same students have.

    Attributes:
        cases: one failure of each case, the first student's.
    """

    question: Question
    students: tuple[str, ...]
    cases: tuple[CaseResult, ...]


@dataclass
class InQuestion:
    """How far the diagnosis came in one question.

    Attributes:
        failed: how many students have a failed case; explained: how many of them a hint beside each.
        known: the most frequent first.
    """

    question: Question
    failed: int = 0
    explained: int = 0
    known: list[Diagnosed] = field(default_factory=list)


class Mistakes:
    """Adds up the class's mistakes, result by result.

    All is read off the hints in the results, as the gradebook keeps them: a result of an earlier run,
    of which nothing else is left, counts like a new one.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._questions = {question.id: InQuestion(question) for question in assignment.questions}
        self._known = _library(assignment)
        self._failures: dict[tuple[str, str, bytes], tuple[CaseResult, list[str]]] = {}

    def add(self, result: Result) -> None:
        for found in result.questions:
            failed = [case for case in found.cases if case.outcome is Outcome.FAILED]
            if failed and found.id in self._questions:
                self._questions[found.id].failed += 1
                self._questions[found.id].explained += all(case.hint for case in failed)
                for case in failed:
                    self._add(result.student, found.id, case)

    def _add(self, student: str, question: str, case: CaseResult) -> None:
        for hint in case.hint.splitlines():
            if hint not in self._known:
                self._known[hint] = Diagnosed(self._questions[question].question, hint)
            _add_once(self._known[hint].students, student)
        if not case.hint:
            text = likeness(case).encode("utf-8", "surrogatepass")
            key = (question, case.title, blake2b(text, digest_size=16).digest())  # not the text: many differ
            _, students = self._failures.setdefault(key, (_clipped(case), []))
            _add_once(students, student)

    def by_question(self) -> list[InQuestion]:
        """The questions in which something failed or a known mistake was found, in order."""
        for question in self._questions.values():
            question.known.clear()
        for mistake in sorted(self._known.values(), key=lambda mistake: -len(mistake.students)):
            if mistake.students:
                self._questions[mistake.question.id].known.append(mistake)
        return [question for question in self._questions.values() if question.failed or question.known]

    def unexplained(self) -> list[SharedFailures]:
        """Failures that are alike, those of most students first.

        Where the same students fail several cases of a question, one mistake is the likeliest reason:
        these are put together.
        """
        together: dict[tuple[str, tuple[str, ...]], dict[str, CaseResult]] = defaultdict(dict)
        for (question, title, _), (case, students) in self._failures.items():
            together[question, tuple(students)].setdefault(title, case)
        order = list(self._questions)
        return sorted(
            (
                SharedFailures(self._questions[question].question, students, tuple(cases.values()))
                for (question, students), cases in together.items()
            ),
            key=lambda alike: (-len(alike.students), order.index(alike.question.id), -len(alike.cases)),
        )


def likeness(case: CaseResult) -> str:
    """What two failures of a case have in common if one mistake is behind both.

    That is what was called, expected and got, each number but those of shapes and names as `#`. Of a
    hidden case it stands before the student's own lines in `untrusted`.
    """
    text = _ASIDE.split((case.message or case.untrusted)[:LONGEST], maxsplit=1)[0]
    return " ".join(_NUMBER.sub(lambda match: match[1] or "#", _ALL.sub("all", text)).split())


def _add_once(students: list[str], student: str) -> None:
    """All failures of one student come one after the other."""
    if students[-1:] != [student]:
        students.append(student)


def _clipped(case: CaseResult) -> CaseResult:
    """What is shown of a failure, small enough to keep one for each kind."""
    message, untrusted = case.message[:LONGEST_EXAMPLE], case.untrusted[:LONGEST_EXAMPLE]
    return CaseResult(case.title, case.hidden, case.points, case.outcome, message, untrusted=untrusted)


def _library(assignment: Assignment) -> dict[str, Diagnosed]:
    """Every known mistake by its hint; mistakes that share one are one."""
    entries: dict[str, tuple[Question, list[Misconception]]] = {}
    for question in assignment.code_questions:
        for mistake in _mistakes(question, assignment):
            entries.setdefault(mistake.hint, (question, []))[1].append(mistake)
    return {
        hint: Diagnosed(
            question,
            hint,
            "" if same[0].where.startswith("_") else same[0].where,
            tuple(mistake.id for mistake in same),
            tuple(mistake.title for mistake in same),
        )
        for hint, (question, same) in entries.items()
    }


def _mistakes(question: Question, assignment: Assignment) -> Sequence[Misconception]:
    try:
        return misconceptions(question.id, assignment.root)
    except Exception:  # it is missing, or being edited: the report does without its titles
        return ()
