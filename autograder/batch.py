"""Grades many submissions at once: several grading processes, one zygote."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

import torch

from .assignment import Assignment
from .judge.grader import Grader
from .judge.launcher import launcher
from .result import Result, Status
from .submission import Submission

_AHEAD = 4
"""Submissions handed to each grading process before it has finished one; memory stays bounded."""

_PR_SET_PDEATHSIG = 1


def grade_all(
    submissions: Iterable[Submission], assignment: Assignment, workers: int | None = None
) -> Iterator[Result]:
    """Grade submissions, in whatever order they get done.

    A failure of the grader costs the submission in hand its result, marked as our fault, and the
    batch goes on.

    Raises:
        GraderError: if no student process can be started at all.
    """
    torch.set_num_threads(1)
    with launcher(assignment.limits) as start:
        grader = Grader(assignment, start)  # built once and inherited by the processes forked below
        waiting = iter(submissions)
        while True:
            try:
                yield from _run_pool(waiting, grader, workers or os.cpu_count() or 1, assignment.possible)
                return
            except BrokenProcessPool:
                continue  # what was in hand has been reported; a new pool takes the rest


def _run_pool(
    waiting: Iterator[Submission], grader: Grader, workers: int, possible: float
) -> Iterator[Result]:
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, initializer=_adopt, initargs=(grader,)) as pool:
        running: dict[Future[Result], Submission] = {}
        broken = False
        while True:
            while not broken and len(running) < workers * _AHEAD:
                submission = next(waiting, None)
                if submission is None:
                    break
                running[pool.submit(_grade, submission)] = submission
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                submission = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    broken = True
                    yield _not_graded(submission, possible, "a grading process died")
                else:
                    yield future.result()
        if broken:
            raise BrokenProcessPool


_grader: Grader | None = None


def _adopt(grader: Grader) -> None:
    """Make a freshly forked process a grading process."""
    global _grader
    _grader = grader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the command's to handle
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _grade(submission: Submission) -> Result:
    assert _grader is not None
    try:
        return _grader.grade(submission)
    except Exception as problem:  # a bug of ours: it must cost neither the student nor the batch
        fault = f"{type(problem).__name__}: {problem}"
        return _not_graded(submission, _grader.possible, fault)


def _not_graded(submission: Submission, possible: float, fault: str) -> Result:
    return Result(submission.student, Status.NOT_GRADED, submission.digest, possible, fault=fault)
