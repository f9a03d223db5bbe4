"""A batch full of attacks: the others' results are byte for byte the same, as root and as anybody."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from autograder.assignment import ROOT
from autograder.grading.isolation import IsolationLevel
from tests.hostile.other_user import SOMEBODY, Run, as_somebody

BOTH = [IsolationLevel.NAMESPACES, IsolationLevel.NO_NAMESPACES]
TIERS = pytest.mark.parametrize("tier", BOTH, ids=["tier1", "tier2"])


def as_this_user(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def grade(run: Run, tier: IsolationLevel, step: int) -> dict:
    ran = run([sys.executable, "-m", "tests.hostile.whole_batch", tier.name, str(step)])
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    if "refused" in said:
        pytest.skip(f"the batch was not run behind {tier.value}: {said['refused']}")
    return said


STEPS = pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "all"])
"""A sixth of the collection among honest submissions every time, all of it when there is time."""


@pytest.mark.thorough
@TIERS
@STEPS
def test_attacks_change_nothing_for_the_others(tier: IsolationLevel, step: int):
    said = grade(as_this_user, tier, step)
    assert said["same"] and said["hostile"] >= 60 / step
    assert said["user"] == os.getuid() and said["tier"] == tier.name


@pytest.mark.thorough
@TIERS
@STEPS
def test_attacks_change_nothing_for_the_others_as_an_ordinary_user(tier: IsolationLevel, step: int):
    if os.getuid() != 0:
        pytest.skip("not run as a further user: only root may become one; the tests above ran as this one")
    run, refusal = as_somebody(sys.executable, "-c", "import tests.hostile.whole_batch")
    if run is None:
        pytest.skip(f"not run as an ordinary user: {refusal}")
    said = grade(run, tier, step)
    assert said["same"] and said["hostile"] >= 60 / step
    assert said["user"] == SOMEBODY and said["tier"] == tier.name
