"""Grades on a Dask cluster: each of its processes has a zygote, a wall and a grader of its own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

import torch

from ...assignment import Assignment, find_root
from ...errors import GraderError
from ...grading.cache_keys import CacheKeys, cache_keys, changed
from ...grading.grader import Grader, not_graded
from ...grading.isolation import IsolationLevel
from ...grading.launcher import open_launcher
from ...result import Result
from ...submission import Submission
from .process_pool import AHEAD, Batch, grade_one

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_SECONDS = 30


@dataclass(frozen=True)
class Job:
    """What a process of the cluster needs to know of a batch.

    Attributes:
        name: tells one batch from the next.
        cache_keys: what results depend on here; they must be the same there.
    """

    name: str
    assignment: Assignment
    cache_keys: CacheKeys
    unconfined: bool


class Cluster(Batch):
    """Grades as a `Batch` does, elsewhere. Dask runs again what a process that died had in hand."""

    def __init__(self, client: Client, job: Job, wall: IsolationLevel) -> None:
        self.wall = wall
        self.refusals: tuple[str, ...] = ()
        self._client = client
        self._job = job
        self.workers = sum(client.nthreads().values())

    def _grade_all(self, submissions: Iterable[Submission], workers: int) -> Iterator[tuple[Submission, Result]]:
        from distributed import as_completed

        waiting, ahead = iter(submissions), AHEAD if workers > 1 else 1  # one alone has nothing beside it
        running: dict[Future, Submission] = {}
        done = as_completed(loop=self._client.loop)
        while True:
            for submission in islice(waiting, workers * ahead - len(running)):
                future = self._client.submit(_grade, self._job, submission, pure=False)
                running[future] = submission
                done.add(future)
            if not running:
                return
            future = next(done)
            submission = running.pop(future)
            yield submission, self._result(future, submission)

    def _result(self, future: Future, submission: Submission) -> Result:
        from distributed import KilledWorker

        try:
            result: Result = future.result()
            return result
        except KilledWorker:
            fault = "the processes of the cluster that graded it died, one after the other"
            return not_graded(submission, self._job.assignment.possible, fault)
        except (CancelledError, OSError) as error:
            raise GraderError(
                "The cluster is gone. What was graded is kept: start it again and type the same command to "
                f"go on. ({type(error).__name__}: {error})"
            ) from None


@contextmanager
def open_cluster(assignment: Assignment, address: str, *, unconfined: bool = False) -> Iterator[Cluster]:
    """Get a grader ready in each process of the cluster at `address`, such as `tcp://host:8786`.

    Raises:
        GraderError: if it does not answer, has no workers, or if one of them cannot grade as this
            machine would.
    """
    try:
        from distributed import Client
    except ImportError:
        raise GraderError(
            "Grading on a cluster takes Dask: type pip install -e '.[cluster]', here and on its machines."
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise GraderError(f"No cluster answers at {address}: {error}") from None
    job = Job(secrets.token_hex(8), assignment, cache_keys(assignment), unconfined)
    with client:
        opened: dict[str, IsolationLevel | str] = client.run(_open, job)
        if not opened:
            raise GraderError(f"The cluster at {address} has no workers. Type, on each machine: dask worker {address}")
        refusals = [f"  {worker}: {wall}" for worker, wall in opened.items() if not isinstance(wall, IsolationLevel)]
        if refusals:
            raise GraderError("\n".join(["The cluster cannot grade this batch.", *refusals]))
        walls = [wall for wall in opened.values() if isinstance(wall, IsolationLevel)]
        try:
            yield Cluster(client, job, max(walls, key=list(IsolationLevel).index))  # the weakest of them
        finally:
            with suppress(OSError):  # a cluster that is gone has nothing to close, and was named already
                client.run(_close)


# ------------------------------------------------------------------------ in the cluster's processes


class WorkerState:
    """The grader of the job at hand, in this process."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._name = ""

    def prepare(self, job: Job) -> None:
        """Get ready for a job, unless that was done.

        Raises:
            GraderError: if it cannot be graded here as it would be where it comes from.
        """
        if self._name == job.name:
            return
        self.clear()
        torch.set_num_threads(1)
        assignment = job.assignment
        if not assignment.root.is_dir():
            assignment = replace(assignment, root=find_root())
        _expect_same(job.cache_keys, cache_keys(assignment))
        walled = open_launcher(assignment.limits, secret=assignment.secret, unconfined=job.unconfined)
        self.launcher = self._stack.enter_context(walled)
        self.grader = Grader(assignment, self.launcher)
        self._name = job.name

    def clear(self) -> None:
        self._name = ""
        self._stack.close()


_BENCH = WorkerState()


@cache
def _own_thread() -> ThreadPoolExecutor:
    """The one thread that grades, whatever thread Dask calls from.

    Torch's random state is the process's, so one submission is graded at a time; and the zygote ends
    with the thread that started it.
    """
    return ThreadPoolExecutor(1)


def _open(job: Job) -> IsolationLevel | str:
    """Get ready; say what the wall is, or why that is not possible."""
    try:
        _own_thread().submit(_BENCH.prepare, job).result()
        return _BENCH.launcher.tier
    except GraderError as error:
        return str(error)


def _grade(job: Job, submission: Submission) -> Result:
    return _own_thread().submit(_grade_here, job, submission).result()


def _grade_here(job: Job, submission: Submission) -> Result:
    try:
        _BENCH.prepare(job)  # a worker that joined later has not done so
    except GraderError as error:
        return not_graded(submission, job.assignment.possible, str(error))
    return grade_one(_BENCH.grader, submission)


def _close() -> None:
    _own_thread().submit(_BENCH.clear).result()


def _expect_same(wanted: CacheKeys, here: CacheKeys) -> None:
    parts = {part for question in wanted for part in changed(wanted[question], here.get(question, {}))}
    if parts:
        raise GraderError(f"it has different versions of: {', '.join(sorted(parts))}")
