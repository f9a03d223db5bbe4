"""One case alone across the wall, against the same case in this process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

import torch

from autograder.assignment import Assignment
from autograder.check.testing.cases import run_case
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher

TIMES = 5


def one_case(assignment: Assignment) -> Iterator[tuple[str, ...]]:
    """Every case by itself, as those of files are that stray from the script; the median of all cases."""
    torch.set_num_threads(1)
    with open_launcher(assignment.limits, secret=assignment.secret) as launcher:
        grader = Grader(assignment, launcher)
        environment = {**vars(grader.reference), "reference": grader.reference}
        beyond, alone = [], []
        with grader._session(assignment.reference.read_bytes(), grader._connection()) as session:
            for case in grader.cases:
                direct = _least(lambda case=case: run_case(case, environment))
                across = _least(lambda case=case: grader._judge(session, case, None))
                beyond.append(across - direct)
                alone.append(direct)
    yield (
        "one case alone across the wall, beyond what it computes",
        f"{1000 * median(beyond):.1f} ms",
        "1 ms",
        f"the same case in this process: {1000 * median(alone):.1f} ms",
    )


def _least(call: Callable[[], object]) -> float:
    found = []
    for _ in range(TIMES):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)
