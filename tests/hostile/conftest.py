"""Graders behind each wall, started once: loading torch takes most of the time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
import torch

from autograder.assignment import Assignment, Limits, load_assignment
from autograder.errors import GraderError
from autograder.judge.grader import Grader
from autograder.judge.launcher import Launcher, launcher
from autograder.judge.wall import Tier
from autograder.result import Result
from tests.hostile.collection import BASELINE, Attack

STRICT = Limits(
    seconds_per_call=1, seconds_per_submission=3, wall_seconds_per_call=6, memory_mb=200, output_kb=16
)
"""Small enough that running into each of them takes seconds; an honest call takes milliseconds."""

GENEROUS = Limits(seconds_per_call=20, seconds_per_submission=60, wall_seconds_per_call=60, output_kb=1024)
"""For the controls: what the strict limits stop has room to succeed."""

QUESTIONS = ("lookup", "one_hot", "learned_positions")
"""Enough to have points to gain in; each attack is graded behind each wall, so every question counts."""


@dataclass(frozen=True)
class Gate:
    """A grader behind one wall, and what it makes of `half.py`."""

    grader: Grader
    launcher: Launcher
    assignment: Assignment
    half: Result
    _graded: dict[str, Result] = field(default_factory=dict)

    def graded(self, attack: Attack) -> Result:
        """What came of an attack; graded once, however many tests look at it."""
        if attack.name not in self._graded:
            self._graded[attack.name] = self.grade(attack)
        return self._graded[attack.name]

    def grade(self, attack: Attack) -> Result:
        return self.grader.grade(attack.submission())


@contextlib.contextmanager
def gate(limits: Limits, *, unconfined: bool = False, only: Tier | None = None) -> Iterator[Gate]:
    torch.set_num_threads(1)
    full = load_assignment()
    asked = tuple(full.question(question) for question in QUESTIONS)
    assignment = replace(full, limits=limits, questions=asked)
    with launcher(limits, unconfined=unconfined, only=only) as start:
        grader = Grader(assignment, start)
        yield Gate(grader, start, assignment, grader.grade(BASELINE))


@pytest.fixture(scope="session", params=[Tier.NAMESPACES, Tier.NO_NAMESPACES], ids=["tier1", "tier2"])
def walled(request: pytest.FixtureRequest) -> Iterator[Gate]:
    """Behind each wall that this machine can build; what it cannot is skipped by name."""
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(gate(STRICT, only=request.param))
        except GraderError as problem:
            pytest.skip(f"not run behind {request.param.value}: {problem}")
        yield opened


@pytest.fixture(scope="session")
def unwalled() -> Iterator[Gate]:
    """Without any wall, for the controls: every attack there is harmless to the machine."""
    with gate(GENEROUS, unconfined=True) as opened:
        yield opened
