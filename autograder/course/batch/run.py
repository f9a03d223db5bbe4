"""Does what a plan asks for: grades, and joins what is new with what stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...assignment import Assignment, Question
from ...check.loading.libraries import without_gensim
from ...grading.cache_keys import CacheKeys, reasons_said
from ...io.terminal import named, progress, say, short
from ...io.text import pluralize, single_line, truncate
from ...result import QuestionResult, Result, Status, rescaled
from ..gradebook.database import Gradebook
from ..gradebook.records import Draft, Entry
from .plan import Plan, Task, keys_after, was_stopped

if TYPE_CHECKING:
    from .process_pool import Batch

Shares = Callable[[str], list[float]]
"""What the cases of a question count, by the question's id."""


@dataclass(frozen=True)
class Graded:
    """What came of a task; it is not saved yet.

    Attributes:
        result: what the student has now; where `fault` is set, what they have had before.
        run: the run that found it.
        before: what the student had before.
        fault: why the grader failed on a submission that has a result already: that one stands.
    """

    task: Task
    result: Result
    cache_keys: CacheKeys
    run: int | None
    before: Result | None = None
    fault: str = ""

    def save(self, gradebook: Gradebook) -> None:
        if self.fault:  # what stands was found with the same files, perhaps handed in once more
            gradebook.save_origins({self.result.student: self.task.received.origin})
        else:
            gradebook.save(self.result, self.run, self.task.received.read(), self.cache_keys)

    def save_draft(self, gradebook: Gradebook) -> None:
        """Keep it for the regrade that may follow a dry run."""
        if not self.fault and self.task.base is not None:
            gradebook.save_draft(Draft(self.run, self.result, self.cache_keys))


@dataclass(frozen=True)
class Executor:
    """What grades.

    Attributes:
        workers: submissions graded at a time on this machine.
        cluster: the address of a Dask cluster that grades instead; empty for this machine.
        unconfined: whether student code runs without the wall.
    """

    workers: int
    cluster: str = ""
    unconfined: bool = False

    def open(self, assignment: Assignment) -> AbstractContextManager[Batch]:
        """Get ready to grade; what is slow to import is imported only now."""
        if self.cluster:
            from .dask_cluster import open_cluster

            return open_cluster(assignment, self.cluster, unconfined=self.unconfined)
        from .process_pool import open_batch

        return open_batch(assignment, self.workers, unconfined=self.unconfined)


@dataclass(frozen=True)
class RunSummary:
    """How far a plan got.

    Attributes:
        done: how many tasks have a result that is kept.
        faults: students whose earlier result stands, since the grader failed this time, and why.
        stopped: whether someone pressed Ctrl-C.
    """

    done: int
    faults: tuple[tuple[str, str], ...]
    stopped: bool


def run_plan(
    plan: Plan,
    gradebook: Gradebook,
    assignment: Assignment,
    cache_keys: CacheKeys,
    keep: Callable[[Graded], None],
    path: Path,
    executor: Executor,
) -> RunSummary:
    """Carry a plan out and say so in the terminal.

    Args:
        keep: gets each result as it comes.
        path: of what is graded, for the gradebook.
    """
    _say_plan(plan)
    done, faults = 0, []
    try:
        with progress(len(plan.tasks)) as advance:
            for graded in _grade_tasks(plan.tasks, gradebook, assignment, cache_keys, path, executor):
                keep(graded)
                done += not graded.fault
                if graded.fault:
                    faults.append((graded.result.student, graded.fault))
                advance()
    except KeyboardInterrupt:
        return RunSummary(done, tuple(faults), True)
    for student, fault in faults:
        reason = single_line(fault.partition("\n")[0])
        say(f"The grader failed, so the earlier result stays: {short(student)}: {reason}")
    return RunSummary(done, tuple(faults), False)


def _grade_tasks(
    tasks: Sequence[Task],
    gradebook: Gradebook,
    assignment: Assignment,
    cache_keys: CacheKeys,
    path: Path,
    executor: Executor,
) -> Iterator[Graded]:
    """Grade, in whatever order submissions get done. What a dry run found already is taken."""
    waiting: dict[frozenset[str], list[Task]] = {}
    shares = cache(partial(_shares, assignment))
    for task in tasks:
        entry = gradebook.entry(task.received.student) if task.base is not None else None
        if entry and (draft := _draft(task, entry, gradebook, cache_keys, executor.unconfined)):
            yield Graded(task, draft.result, draft.cache_keys, draft.run, entry.result)
        elif entry and not task.run:
            yield _graded(task, entry.result, entry.run, entry.result, assignment, cache_keys, shares)
        else:
            waiting.setdefault(task.run, []).append(task)
    if not waiting:
        return
    everything, ahead = frozenset(cache_keys), sum(map(len, waiting.values()))
    while waiting:
        run_ids = min(waiting, key=len)  # what runs everything comes last
        group = {task.received.student: task for task in waiting.pop(run_ids)}
        asked = tuple(q for q in assignment.questions if q.id in run_ids or not q.is_code)
        with executor.open(replace(assignment, questions=asked)) as batch:
            if ahead:
                wall = f"Wall around their code: {batch.wall.value}"
                say(f"{pluralize(ahead, 'submission')}, {batch.workers} at a time. {wall}")
                if note := without_gensim():
                    say(note)
                for refusal in batch.refusals:
                    say(f"No stronger wall could be built. {truncate(single_line(' '.join(refusal.split())), 500)}")
                ahead = 0  # that is said once
            run = gradebook.start_run(str(path), batch.workers, batch.wall.value)
            for fresh in batch.grade(task.received.read() for task in group.values()):
                task = group[fresh.student]
                if run_ids != everything and was_stopped(fresh):
                    # What stopped it may cost other questions something, as it would in a first run.
                    waiting.setdefault(everything, []).append(task.with_everything(everything))
                else:
                    entry = gradebook.entry(fresh.student)
                    before = entry.result if entry else None
                    yield _graded(task, fresh, run, before, assignment, cache_keys, shares)


def _draft(task: Task, entry: Entry, gradebook: Gradebook, cache_keys: CacheKeys, unconfined: bool) -> Draft | None:
    """What a dry run found for the submission of `entry`, if it is this one and comes out the same now."""
    here = task.received
    if (entry.result.digest, entry.notes, entry.set_aside) != (here.digest, here.notes, here.set_aside):
        return None
    draft = gradebook.draft(here.student)
    if draft is None or (draft.result.unconfined and not unconfined):
        return None
    wider = task.with_everything(frozenset(cache_keys))  # where something was stopped, all was run
    return draft if draft.cache_keys in (keys_after(task, cache_keys), keys_after(wider, cache_keys)) else None


def _graded(
    task: Task,
    fresh: Result,
    run: int | None,
    before: Result | None,
    assignment: Assignment,
    cache_keys: CacheKeys,
    shares: Shares,
) -> Graded:
    """Take of a fresh result what the task asks for; of the one before, the rest."""
    after = keys_after(task, cache_keys)
    if fresh.status is Status.SET_ASIDE:  # no question was run, so it depends on none
        return Graded(task, fresh, {}, run, before)
    if before is None:
        return Graded(task, fresh, after, run, before)
    if fresh.status is Status.NOT_GRADED:
        if before.total is not None and before.digest == fresh.digest:
            return Graded(task, before, after, run, before, fresh.fault)
        return Graded(task, fresh, after, run, before)
    new, old = ({q.id: q for q in result.questions} for result in (fresh, before))
    questions = tuple(
        new[one.id] if one.id in task.take else _worth_now(old[one.id], one, shares) for one in assignment.questions
    )
    unmarked = any(question.points is None for question in questions)
    joined = replace(
        fresh,
        status=Status.NEEDS_MARKING if unmarked else Status.GRADED,
        possible=assignment.possible,
        questions=questions,
        seconds=fresh.seconds if after.keys() <= task.run else before.seconds,  # what a part of it takes says nothing
    )
    return Graded(task, joined, after, run, before)


def _worth_now(result: QuestionResult, question: Question, shares: Shares) -> QuestionResult:
    """What stands of a question; its test files are read only where it is worth other points now."""
    if result.possible == question.points:
        return result
    return rescaled(result, question.points, shares(question.id) if question.is_code else ())


def _shares(assignment: Assignment, question_id: str) -> list[float]:
    """What the cases of a code question count, in the order of their results."""
    from ...check.testing.cases import read_cases

    files = (assignment.public_tests(question_id), assignment.hidden_tests(question_id))
    return [case.share for file in files for case in read_cases(file)]


def _say_plan(plan: Plan) -> None:
    """What is skipped, what changed since the last time, and who is left out."""
    if plan.unchanged:
        all_ = len(plan.unchanged) + len(plan.tasks) + len(plan.left_out)
        say(f"Skipped: {len(plan.unchanged):,} of {pluralize(all_, 'submission')}, unchanged.")
    if plan.reasons:
        say(f"Changed since they were graded: {reasons_said(plan.reasons)}.")
    if plan.left_out:
        say(
            f"Left out: {named(plan.left_out)}. --only grades questions of submissions that have a result, "
            "and these submissions have none. Grade them without --only.",
        )
