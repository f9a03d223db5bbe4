"""Behind the wall no attack gains a point; with the wall off, the same file visibly succeeds."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.result import Outcome, Result
from tests.hostile.collection import (
    ATTACKS,
    BASELINE,
    FAILED_BY_KERNEL,
    FOILED,
    HALF,
    HERE,
    KIND,
    LOOT,
    Attack,
    those,
)
from tests.hostile.conftest import Gate, behind_both
from tests.hostile.one_process import grade_in_one_process
from tests.representatives import representatives

ENDED = {Outcome.TIMED_OUT, Outcome.CRASHED}


def named(attacks):
    """For each of them; in the quick run, for the first of each kind."""
    return pytest.mark.parametrize("attack", representatives(attacks, KIND), ids=lambda attack: attack.name)


def everything_said(result: Result) -> str:
    """What instructors see: all that the code printed and raised is in it."""
    return "\n".join(case.untrusted + case.message for question in result.questions for case in question.cases)


@behind_both
@named(ATTACKS)
def test_an_attack_gains_no_point_and_gets_nothing(attack: Attack, walled: Gate):
    result = walled.graded(attack)
    half = {question.id: question.points or 0 for question in walled.half.questions}
    gained = {q.id: q.points for q in result.questions if (q.points or 0) > half[q.id]}
    assert gained == {}
    said = everything_said(result)
    assert LOOT not in said
    if attack.has_trigger:
        outcomes = {case.outcome for question in result.questions for case in question.cases}
        assert FOILED in said or outcomes & ENDED, "the attack was not even tried"
    next_one = walled.grader_for(attack).grade(BASELINE)
    assert next_one == walled.half, "the next submission was graded otherwise"


@named(those("no wall"))
def test_without_a_wall_the_same_file_succeeds(attack: Attack, unwalled: Gate):
    said = everything_said(unwalled.grade(attack))
    for refusal in FAILED_BY_KERNEL:
        if f"{FOILED} {refusal}" in said:
            pytest.skip(f"control of {attack.name} not run: this machine refuses it to everybody ({refusal})")
    if f"{FOILED} PermissionError" in said and (refusal := refused_anyway(attack)):
        pytest.skip(f"control of {attack.name} not run: any program of this user is refused it ({refusal})")
    assert LOOT in said


def refused_anyway(attack: Attack) -> str:
    """How the attack is refused to a Python of its own: to ordinary users, or to root in a container."""
    program = "import runpy, sys; runpy.run_path(sys.argv[1])['attack']()"
    command = [sys.executable, "-c", program, str(HERE / f"{attack.name}.py")]
    said = subprocess.run(command, capture_output=True, text=True).stderr.strip().rpartition("\n")[2]
    return said if said.startswith("PermissionError") else ""


@named(those("one process"))
def test_in_one_process_with_the_tests_the_same_file_succeeds(attack: Attack):
    half, got = grade_in_one_process(HALF.encode()), grade_in_one_process(attack.source)
    assert half is not None
    if got is not None:  # else the grader itself is gone
        forged = [question for question in half.shares if got.shares[question] > half.shares[question]]
        assert forged or LOOT in got.printed
