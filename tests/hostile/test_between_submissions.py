"""No submission leaves a note for the next: not in what of files is in memory, not in files' times."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from autograder.assignment import ROOT
from autograder.grading.isolation import IsolationLevel
from tests.hostile.other_user import as_owner, as_somebody
from tests.representatives import representatives

BOTH = [IsolationLevel.NAMESPACES, IsolationLevel.NO_NAMESPACES]
TIERS = pytest.mark.parametrize("tier", representatives(BOTH), ids=["tier1", "tier2"])
WHO = pytest.mark.parametrize("ordinary", representatives([False, True]), ids=["this user", "an ordinary user"])
AS_ROOT = os.getuid() == 0
TRIAL = (sys.executable, "-c", "import tests.hostile.notes")


@pytest.fixture(scope="module")
def secret(tmp_path_factory) -> Path:
    """A file in a folder that only its owner may enter."""
    folder = tmp_path_factory.mktemp("closed")
    folder.chmod(0o700)
    (folder / "secret").write_text("42")
    return folder / "secret"


@pytest.fixture(scope="module", autouse=True)
def caches() -> Iterator[None]:
    """A copy of its own: what another grading holds in memory, nobody can have dropped."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        os.chmod(folder, 0o1777)
        patch.setenv("XDG_CACHE_HOME", folder)
        yield


@cache
def found(tier: IsolationLevel, ordinary: bool, secret: Path) -> dict:
    """What `tests.hostile.notes` finds behind a wall."""
    command = [sys.executable, "-m", "tests.hostile.notes", tier.name, str(secret)]
    if ordinary and AS_ROOT:
        run, refusal = as_somebody(*TRIAL)
        if run is None:
            pytest.skip(f"not run as an ordinary user: {refusal}")
        ran = run(command)
    else:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    if "refused" in said:
        pytest.skip(f"not run behind {tier.value}: {said['refused']}")
    assert (said["user"] == 0) == (AS_ROOT and not ordinary)
    return said


@WHO
@TIERS
def test_all_that_a_process_can_read_is_in_memory_before_it_begins(tier, ordinary, secret):
    """But for what the kernel drops again meanwhile, where it lets nobody but root hold so much."""
    said = found(tier, ordinary, secret)
    assert said["cold before"] > 1000, "the control: nothing was cold"
    is_held = AS_ROOT and not ordinary
    assert said["cold"] <= (0 if is_held else said["cold before"] / 20)


@WHO
@TIERS
def test_the_pair_passes_no_note_through_pages_in_memory(tier, ordinary, secret):
    assert not found(tier, ordinary, secret)["read"]


@pytest.mark.thorough
def test_without_a_wall_the_pair_passes_its_note(secret):
    said = found(IsolationLevel.UNCONFINED, False, secret)
    assert said["read"] and said["cold"] > 0 and said["threads"] > 200
    assert said["woken"] and said["of another"] == ["clock_of", "limit_of"]


@WHO
@TIERS
def test_nobody_wakes_who_waits_in_another_process(tier, ordinary, secret):
    assert not found(tier, ordinary, secret)["woken"]


@WHO
@TIERS
def test_a_process_is_told_its_own_time_and_limits_and_nobody_elses(tier, ordinary, secret):
    said = found(tier, ordinary, secret)
    assert said["of another"] == []
    assert said["of its own"], "the control: threads, locks, clocks and limits of its own"


@WHO
@TIERS
def test_reading_changes_no_time_of_a_file(tier, ordinary, secret):
    assert not found(tier, ordinary, secret)["times change"]


@WHO
@TIERS
def test_nothing_is_seen_of_what_is_not_to_be_read(tier, ordinary, secret):
    """But by an ordinary user without namespaces, whose own folders are open to all that the user runs."""
    open_to_its_user = tier is IsolationLevel.NO_NAMESPACES and (ordinary or not AS_ROOT)
    assert found(tier, ordinary, secret)["seen"] == ("done" if open_to_its_user else "ENOENT")


@WHO
@TIERS
def test_threads_are_few_whoever_grades(tier, ordinary, secret):
    if ordinary and AS_ROOT and as_somebody(*TRIAL)[0] is as_owner:
        pytest.skip("only root may read this interpreter, and no kernel limits root's tasks in any namespace")
    assert 32 <= found(tier, ordinary, secret)["threads"] <= 128


@WHO
@TIERS
def test_what_students_may_import_is_found(tier, ordinary, secret):
    # Debian packs Tk apart from Python.
    absent = () if importlib.util.find_spec("_tkinter") else ("tkinter: ",)
    assert [line for line in found(tier, ordinary, secret)["failed imports"] if not line.startswith(absent)] == []
