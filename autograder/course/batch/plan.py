"""Decides what of a batch has to be graded: what is new, and what the gradebook's result no longer fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ...assignment import Assignment
from ...errors import GraderError
from ...grading.cache_keys import POINTS, CacheKeys, is_stale, prerequisites, reasons_for
from ...io.text import single_line
from ...result import Outcome, Result, Status
from ...submission import SpooledSubmission, UploadInfo
from ..gradebook.database import Gradebook
from ..gradebook.records import Entry
from ..students.directory import Directory

STOPPED = (Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.BLOCKED)
"""How a case ends that may cost other cases something, in other questions, too."""


@dataclass(frozen=True)
class RunOptions:
    """What the instructor asked for.

    Attributes:
        only: the questions to grade anew; the others keep their result. Empty: all that changed.
        students: the students to grade; empty: all.
        force: whether to grade also what has not changed.
        unconfined: whether student code runs without the wall.
    """

    only: tuple[str, ...] = ()
    students: tuple[str, ...] = ()
    force: bool = False
    unconfined: bool = False


@dataclass(frozen=True)
class Task:
    """A submission to grade.

    Attributes:
        take: the questions whose new result counts; the others keep what they have.
        run: the questions to run: what `take` builds on, too. Empty where only points are scaled.
        base: the number of the entry that counts so far; None if there is none.
        cache_keys: what that entry's result depends on.
        only: whether the instructor named the questions.
    """

    received: SpooledSubmission
    take: frozenset[str]
    run: frozenset[str]
    base: int | None = None
    cache_keys: CacheKeys = field(default_factory=dict)
    only: bool = False

    def with_everything(self, everything: frozenset[str]) -> Task:
        """The same task with all questions run; all count, unless the instructor named some."""
        return replace(self, run=everything, take=self.take if self.only else everything)


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Attributes:
        unchanged: the students whose result stands as it is.
        left_out: the students whom `only` cannot serve: they have no result, or handed in anew.
        reasons: for each question, which parts of its cache keys changed for anybody.
    """

    tasks: tuple[Task, ...]
    unchanged: tuple[str, ...]
    left_out: tuple[str, ...]
    reasons: dict[str, tuple[str, ...]]


def make_plan(
    found: Iterable[SpooledSubmission],
    gradebook: Gradebook,
    assignment: Assignment,
    cache_keys: CacheKeys,
    choice: RunOptions,
) -> Plan:
    """Compare each submission with its latest result.

    Raises:
        GraderError: if the gradebook is of another assignment, or if there is no such question.
    """
    _check_assignment(gradebook, assignment)
    for question in choice.only:
        if question not in cache_keys:
            raise GraderError(f"`{single_line(question)}` is not a question. These are: {', '.join(cache_keys)}")
    tasks, unchanged, left_out = [], [], []
    reasons: dict[str, tuple[str, ...]] = {}
    for received in found:
        entry = gradebook.entry(received.student)
        if entry is None or not _is_of(entry, received, choice):
            if choice.only:
                left_out.append(received.student)
            else:
                everything = frozenset(cache_keys)
                tasks.append(Task(received, everything, everything, entry.id if entry else None))
            continue
        task = _task(received, entry, assignment, cache_keys, choice)
        if task is None:
            unchanged.append(received.student)
        else:
            tasks.append(task)
            for question, parts in reasons_for(entry.cache_keys, cache_keys).items():
                if parts:
                    reasons[question] = tuple(sorted({*reasons.get(question, ()), *parts}))
    return Plan(tuple(tasks), tuple(unchanged), tuple(left_out), reasons)


def keys_after(task: Task, cache_keys: CacheKeys) -> CacheKeys:
    """What the result depends on once the task is done."""
    return {
        question: parts if question in task.take else task.cache_keys[question] | {POINTS: parts[POINTS]}
        for question, parts in cache_keys.items()
    }


def select_students(origins: Mapping[str, UploadInfo | None], choice: RunOptions) -> set[str]:
    """The ids of the students that the choice names, or all.

    Args:
        origins: how each submission was handed over, by its key.

    Raises:
        GraderError: if one is not there, or may be several.
    """
    if not choice.students:
        return set(origins)
    directory = Directory.of(origins)
    return {directory.key_of(called) for called in choice.students}


def was_stopped(result: Result) -> bool:
    """Whether some case ended so that others, of any question, may have suffered."""
    return any(case.outcome in STOPPED for question in result.questions for case in question.cases)


def _is_of(entry: Entry, received: SpooledSubmission, choice: RunOptions) -> bool:
    """Whether the entry is a result of this very submission, found in this way."""
    result = entry.result
    return (
        result.digest == received.digest
        and result.status is not Status.NOT_GRADED
        and entry.set_aside == received.set_aside
        and entry.notes == received.notes
        and (bool(entry.cache_keys) or result.status is Status.SET_ASIDE)
        and (choice.unconfined or not result.unconfined)
    )


def _task(
    received: SpooledSubmission, entry: Entry, assignment: Assignment, cache_keys: CacheKeys, choice: RunOptions
) -> Task | None:
    """What is left to do where the files are the same; None if nothing is."""
    if received.set_aside:
        return None
    everything = frozenset(cache_keys)
    if choice.force and not choice.only:
        return Task(received, everything, everything, entry.id, entry.cache_keys)
    there = {question.id for question in entry.result.questions}
    stale = {name for name, parts in cache_keys.items() if is_stale(entry.cache_keys.get(name, {}), parts)}
    if choice.only:
        asked = set(choice.only)
        stale = (asked if choice.force else stale & asked) | (cache_keys.keys() - there)
    if stale:
        take = frozenset(stale) | {question.id for question in assignment.answer_questions}
        run = prerequisites(assignment, take)
        task = Task(received, take, run, entry.id, entry.cache_keys, bool(choice.only))
        # Where something was stopped, other questions may have lost by it: only a whole run shows that.
        return task.with_everything(everything) if was_stopped(entry.result) else task
    worth = {question.id: question.possible for question in entry.result.questions}
    if worth != {question.id: question.points for question in assignment.questions}:
        return Task(received, frozenset(), frozenset(), entry.id, entry.cache_keys)
    return None


def _check_assignment(gradebook: Gradebook, assignment: Assignment) -> None:
    there = gradebook.questions()
    asked = {question.id for question in assignment.questions}
    if there and not there & asked:
        raise GraderError(
            f"{gradebook.path} is of another assignment: its questions are {', '.join(sorted(there))}, and none "
            "of them is asked here. Choose another folder with --output."
        )
