"""A batch full of attacks: the others' results are byte for byte the same, as root and as anybody."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.assignment import ROOT
from autograder.judge.wall import Tier

SOMEBODY = 54_321
"""A user without name, home or rights."""

TIERS = pytest.mark.parametrize("tier", [Tier.NAMESPACES, Tier.NO_NAMESPACES], ids=["tier1", "tier2"])


def grade(command: list[str], tier: Tier, step: int) -> dict:
    ran = subprocess.run(
        [*command, sys.executable, "-m", "tests.hostile.whole_batch", tier.name, str(step)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    if "refused" in said:
        pytest.skip(f"the batch was not run behind {tier.value}: {said['refused']}")
    return said


STEPS = pytest.mark.parametrize("step", [6, pytest.param(1, marks=pytest.mark.soak)], ids=["some", "all"])
"""A sixth of the collection among honest submissions every time, all of it when there is time."""


@TIERS
@STEPS
def test_attacks_change_nothing_for_the_others(tier: Tier, step: int):
    said = grade([], tier, step)
    assert said["same"] and said["hostile"] >= 60 / step
    assert said["user"] == os.getuid() and said["tier"] == tier.name


@TIERS
@STEPS
def test_attacks_change_nothing_for_the_others_as_an_ordinary_user(tier: Tier, step: int):
    if os.getuid() != 0:
        pytest.skip("not run as a further user: only root may become one; the tests above ran as this one")
    for program in ("setpriv", "unshare", "mount"):
        if shutil.which(program) is None:
            pytest.skip(f"not run as an ordinary user: {program} is not installed")
    folder = Path(tempfile.mkdtemp(prefix="as-somebody-"))
    try:
        os.chown(folder, SOMEBODY, SOMEBODY)
        said = grade(["unshare", "--mount", "sh", "-euc", _as_somebody(folder), "sh"], tier, step)
    finally:
        shutil.rmtree(folder)
    assert said["same"] and said["hostile"] >= 60 / step
    assert said["user"] == SOMEBODY and said["tier"] == tier.name


def _as_somebody(folder: Path) -> str:
    """A script, for a mount namespace of its own, that runs its arguments as an ordinary user.

    Where the interpreter lies in a home that only root may enter, that home is covered there by an
    empty folder which holds the interpreter alone.
    """
    lines = []
    prefix = Path(sys.base_prefix)
    locked = [path for path in (*reversed(prefix.parents), prefix) if not path.stat().st_mode & 0o001]
    if locked:
        home, inside = shlex.quote(str(locked[0])), shlex.quote(str(prefix.relative_to(locked[0])))
        lines = [
            "kept=$(mktemp -d)",
            f"mount --bind {home} $kept",
            f"mount -t tmpfs -o mode=0755 tmpfs {home}",
            f"mkdir -p {home}/{inside}",
            f"mount --bind $kept/{inside} {home}/{inside}",
            "umount $kept && rmdir $kept",
        ]
    user = f"--reuid {SOMEBODY} --regid {SOMEBODY} --clear-groups"
    lines.append(f'exec env TMPDIR={folder} HOME={folder} PYTHONDONTWRITEBYTECODE=1 setpriv {user} "$@"')
    return "\n".join(lines)
