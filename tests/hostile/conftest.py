"""Graders behind each wall, started once: loading torch takes most of the time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
import torch

from autograder.assignment import Assignment, Limits, load_assignment
from autograder.errors import GraderError
from autograder.grading.grader import Grader
from autograder.grading.isolation import IsolationLevel
from autograder.grading.launcher import Launcher, open_launcher
from autograder.result import Result
from tests.hostile.collection import ATTACKS, BASELINE, Attack
from tests.representatives import representatives

LIMITS = Limits(
    seconds_per_call=300, seconds_per_submission=3000, wall_seconds_per_call=3000, memory_mb=200, output_kb=16
)
"""Little to take and to print, and more time than anything needs that ends by itself."""

HURRIED = replace(LIMITS, seconds_per_call=1, seconds_per_submission=20)
"""For attacks that compute for long. An honest call takes milliseconds."""

IMPATIENT = replace(LIMITS, wall_seconds_per_call=5)
"""For attacks that sleep."""

GENEROUS = replace(LIMITS, memory_mb=3000, output_kb=1024)
"""For the controls: what the limits stop has room to succeed."""

QUESTIONS = ("lookup", "one_hot", "learned_positions")
"""Enough to have points to gain in; each attack is graded behind each wall, so every question counts."""


def limits_for(attack: Attack) -> Limits:
    """The limits that it takes to stop an attack."""
    if attack.name.startswith("exhausting/processor"):
        return HURRIED
    return IMPATIENT if attack.name in ("exhausting/sleep", "parser/slow_drip") else LIMITS


@dataclass(frozen=True)
class Gate:
    """Graders behind one wall, and what they make of `half.py`."""

    assignment: Assignment
    launcher: Launcher
    grader: Grader
    half: Result
    grader_for: Callable[[Attack], Grader]
    _graded: dict[str, Result] = field(default_factory=dict)

    def graded(self, attack: Attack) -> Result:
        """What came of an attack; graded once, however many tests look at it."""
        if attack.name not in self._graded:
            self._graded[attack.name] = self.grade(attack)
        return self._graded[attack.name]

    def grade(self, attack: Attack) -> Result:
        return self.grader_for(attack).grade(attack.submission())


@contextlib.contextmanager
def gate(
    limits_for: Callable[[Attack], Limits], *, unconfined: bool = False, only: IsolationLevel | None = None
) -> Iterator[Gate]:
    """Start graders with the limits that `limits_for` chooses, each when the first attack asks for it."""
    torch.set_num_threads(1)
    full = load_assignment()
    asked = tuple(full.question(question) for question in QUESTIONS)
    with contextlib.ExitStack() as stack:

        @cache
        def start(limits: Limits) -> Launcher:
            return stack.enter_context(open_launcher(limits, unconfined=unconfined, only=only))

        @cache
        def grader(limits: Limits) -> Grader:
            same_process = replace(limits, wall_seconds_per_call=LIMITS.wall_seconds_per_call)
            return Grader(replace(full, limits=limits, questions=asked), start(same_process))

        ordinary = limits_for(ATTACKS[0])
        half = grader(ordinary).grade(BASELINE)
        assignment = replace(full, limits=ordinary, questions=asked)
        yield Gate(assignment, start(ordinary), grader(ordinary), half, lambda attack: grader(limits_for(attack)))


TIERS = {"tier1": IsolationLevel.NAMESPACES, "tier2": IsolationLevel.NO_NAMESPACES}
behind_both = pytest.mark.parametrize("walled", TIERS.values(), ids=TIERS, indirect=True, scope="session")
"""Behind each wall in the quick run, too; what takes `walled` without it is tried there behind the first alone."""


@pytest.fixture(scope="session", params=representatives(TIERS.values()), ids=TIERS)
def walled(request: pytest.FixtureRequest) -> Iterator[Gate]:
    """Behind each wall that this machine can build; what it cannot is skipped by name."""
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(gate(limits_for, only=request.param))
        except GraderError as error:
            pytest.skip(f"not run behind {request.param.value}: {error}")
        yield opened


@pytest.fixture(scope="session")
def unwalled() -> Iterator[Gate]:
    """Without any wall, for the controls: every attack there is harmless to the machine."""
    with gate(lambda _: GENEROUS, unconfined=True) as opened:
        yield opened
