"""Grades many submissions at once: several grading processes, one zygote."""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import time
import traceback
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import torch

from ...assignment import Assignment
from ...grading.grader import Grader, not_graded
from ...grading.launcher import Launcher, open_launcher
from ...result import Result, bounded
from ...submission import Submission

AHEAD = 4
"""Submissions handed to each grading process before it has finished one; memory stays bounded."""

_PR_SET_PDEATHSIG = 1


class Batch:
    """A zygote and a grader, ready for submissions.

    Attributes:
        wall: how student code is shut in, for the terminal and the reports.
        refusals: why it is no stronger wall, a line each.
        workers: submissions graded at a time.
    """

    def __init__(self, grader: Grader, launcher: Launcher, workers: int) -> None:
        self.wall = launcher.tier
        self.refusals = launcher.refusals
        self._launcher = launcher
        self._grader = grader
        self.workers = workers

    def grade(self, submissions: Iterable[Submission]) -> Iterator[Result]:
        """Grade submissions, in whatever order they get done.

        A failure of the grader costs the submission that brought it about its result, marked as
        our fault, and the batch goes on. What may have gone wrong only because the machine was busy
        is graded again at the end, one at a time; that result stands.
        """
        again = []
        for submission, result in self._grade_all(submissions, self.workers):
            if result.retry_alone:
                again.append(submission)
            else:
                yield result
        for _, result in self._grade_all(again, 1):
            yield replace(result, retry_alone=False)

    def _grade_all(self, submissions: Iterable[Submission], workers: int) -> Iterator[tuple[Submission, Result]]:
        """Each submission with its result, even if it kills its grading process."""
        waiting = iter(submissions)
        while in_hand := (yield from self._run_pool(waiting, workers)):
            # One of them killed its grading process. Tried one by one, the others lose nothing.
            for submission in in_hand:
                if (yield from self._run_pool(iter([submission]), 1)):
                    fault = "a grading process died"
                    yield submission, not_graded(submission, self._grader.possible, fault)

    def _run_pool(
        self, waiting: Iterator[Submission], workers: int
    ) -> Generator[tuple[Submission, Result], None, list[Submission]]:
        """Grade what is waiting in forked copies of this process.

        Returns:
            nothing when all is graded; when a copy died, what was in hand and has no result.
        """
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(workers, context, initializer=_adopt, initargs=(self._grader,)) as pool:
            running: dict[Future[Result], Submission] = {}
            try:
                while True:
                    for submission in islice(waiting, workers * AHEAD - len(running)):
                        try:
                            running[pool.submit(_grade, submission)] = submission
                        except BrokenProcessPool:
                            return [*running.values(), submission]
                    if not running:
                        return []
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        if isinstance(future.exception(), BrokenProcessPool):
                            return list(running.values())
                        yield running.pop(future), future.result()
            except BaseException:  # Ctrl-C, or the caller has had enough: whatever still runs is given up
                self._launcher.quit()
                pool.shutdown(cancel_futures=True)
                raise


@contextmanager
def open_batch(assignment: Assignment, workers: int, *, unconfined: bool = False) -> Iterator[Batch]:
    """Get everything ready that all submissions share.

    Raises:
        GraderError: if student code cannot be shut in on this machine.
    """
    torch.set_num_threads(1)
    with open_launcher(assignment.limits, workers, secret=assignment.secret, unconfined=unconfined) as launcher:
        yield Batch(Grader(assignment, launcher), launcher, workers)


_grader: Grader | None = None


def _adopt(grader: Grader) -> None:
    """Make a freshly forked process a grading process."""
    global _grader
    _grader = grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's to handle
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _grade(submission: Submission) -> Result:
    assert _grader is not None
    return grade_one(_grader, submission)


def grade_one(grader: Grader, submission: Submission) -> Result:
    """The result, and how long it took; a bug of ours must cost neither the student nor the batch."""
    began = time.monotonic()
    try:
        return replace(bounded(grader.grade(submission)), seconds=round(time.monotonic() - began, 3))
    except BaseException as error:
        fault = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        return not_graded(submission, grader.possible, fault)
