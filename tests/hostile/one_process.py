"""Grades a submission as plain Otter would: its code and the tests in one process, a fork of this one."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import os
import resource
import sys
from dataclasses import dataclass
from functools import lru_cache

import torch

from autograder.check.testing import cases as running
from autograder.check.testing.operation_counts import count_operations
from autograder.grading.grader import SEED
from tests.in_process import cases, namespace, reference

QUESTIONS = ("lookup", "one_hot", "learned_positions")  # those `half.py` has a part of


@dataclass(frozen=True)
class Graded:
    """What came of it: shares passed by question, and what the code printed."""

    shares: dict[str, float]
    printed: str


def grade_in_one_process(source: bytes) -> Graded | None:
    """Run the cases on a file's functions in a forked process that may do to itself what it likes.

    Returns:
        None if the process, and with it the grader that Otter would be, came to an end before.
    """
    _get_ready()
    sys.stdout.flush()
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(read)
        faulthandler.disable()  # crashes are what some attacks are for
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
            found = json.dumps(_grade(source))
            with os.fdopen(write, "w") as answer:
                answer.write(found)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    os.waitpid(process, 0)
    return Graded(**json.loads(text)) if text else None


@lru_cache
def _get_ready() -> None:
    """Load here what every fork would load for itself."""
    torch.set_num_threads(1)
    for question in QUESTIONS:
        cases(question)
    count_operations(torch.ones, 2)


def _grade(source: bytes) -> dict:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        environment = namespace(source.decode()) | {"reference": reference}
        shares = {question: 0.0 for question in QUESTIONS}
        for question in QUESTIONS:
            for case in cases(question):
                torch.manual_seed(SEED)
                try:
                    passed = running.run_case(case, environment).outcome == "passed"
                except BaseException:
                    passed = False
                shares[question] += case.share * passed
    return {"shares": shares, "printed": printed.getvalue()}
