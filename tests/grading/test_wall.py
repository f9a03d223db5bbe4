"""The wall is tried before anything is graded, and what keeps it from standing is named."""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import subprocess
import sys
import time

import psutil
import pytest

import autograder.grading
from autograder.errors import GraderError
from autograder.grading import isolation
from autograder.grading import launcher as launcher_module
from autograder.grading.isolation import REFUSALS, SECRET, IsolationLevel, LaunchOption, violations
from autograder.grading.launcher import Launcher, open_launcher
from autograder.grading.root_filesystem import image_of, readable
from autograder.sandbox.confinement import WallPlan
from autograder.sandbox.self_test import DONE, IMPORT, LIST, READ, SEE, _strange_descriptors
from tests.grading.conftest import LIMITS

TIERS = {"tier1": IsolationLevel.NAMESPACES, "tier2": IsolationLevel.NO_NAMESPACES}
AS_ROOT = os.getuid() == 0
PATIENCE = 600


def tried(launcher: Launcher, secret: str = str(SECRET)) -> dict[str, str]:
    """What comes of the attempts in a process that `launcher` makes."""
    process = launcher.spawn()
    try:
        deadline = time.monotonic() + PATIENCE
        process.channel.send({"op": "probe", "seq": 1, "secret": secret}, deadline=deadline)
        reply, _ = process.channel.receive(deadline)
        return reply["value"]
    finally:
        process.close()


@pytest.fixture(scope="module", params=TIERS.values(), ids=TIERS)
def walled(request):
    """Behind each wall that this machine can build; what it cannot is skipped by name."""
    with contextlib.ExitStack() as stack:
        try:
            launcher = stack.enter_context(open_launcher(LIMITS, only=request.param))
        except GraderError as error:
            pytest.skip(f"not run behind {request.param.value}: {error}")
        yield launcher


def has_image(launcher: Launcher) -> bool:
    """Whether students' processes have a root folder of their own."""
    return AS_ROOT or launcher.tier is IsolationLevel.NAMESPACES


WITH, WITHOUT = WallPlan((), "/image"), WallPlan(("/root",))
PLANS = pytest.mark.parametrize("plan", [WITH, WITHOUT], ids=["a root folder of its own", "this root folder"])


@pytest.fixture(scope="module")
def without_wall() -> dict[str, str]:
    with open_launcher(LIMITS, unconfined=True) as launcher:
        return tried(launcher)


# What is tried -----------------------------------------------------------------------------------


def test_the_wall_refuses_every_attempt(walled: Launcher):
    outcomes = tried(walled)
    assert violations(outcomes, WITH if has_image(walled) else WITHOUT) == []
    assert outcomes.pop(IMPORT) == DONE
    seen = outcomes.pop(SEE)
    assert DONE not in outcomes.values()
    assert seen == "ENOENT" if has_image(walled) else seen in (DONE, "EACCES")


def test_without_a_wall_nothing_is_refused(without_wall):
    named = " and ".join(violations(without_wall, WITH))
    kept_anyway = {IMPORT, *(what for what, outcome in tried_by_any_program().items() if outcome in REFUSALS)}
    assert [what for what in without_wall if what not in named] == [
        what for what in without_wall if what in kept_anyway
    ]


def tried_by_any_program() -> dict[str, str]:
    """What comes of the attempts in a Python of its own: a container refuses some to everybody in it."""
    program = "import json, sys; from autograder.sandbox.self_test import probe; print(json.dumps(probe(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(SECRET)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_descriptors_of_others_are_found():
    before = len(_strange_descriptors())
    ours, theirs = os.pipe()
    assert len(_strange_descriptors()) == before + 2
    os.close(ours)
    os.close(theirs)


@PLANS
def test_only_the_error_of_a_layer_counts_as_a_refusal(without_wall, plan: WallPlan):
    good = dict.fromkeys(without_wall, "EPERM") | {IMPORT: DONE}
    if plan.image:
        good |= dict.fromkeys((SEE, READ, LIST), "ENOENT")
    assert violations(good, plan) == []
    for what in good:
        for outcome in (DONE, "EMFILE", "ENOENT", "ENOSYS"):
            if outcome == good[what] or (what, outcome, plan) == (SEE, DONE, WITHOUT):
                continue
            (hole,) = violations(good | {what: outcome}, plan)
            assert what in hole and (outcome in hole or outcome == DONE)


def test_a_guessed_path_is_seen_by_an_ordinary_user_without_namespaces_alone(walled: Launcher):
    """The one exception: names, sizes, times and links, where permissions let that user through."""
    if has_image(walled):
        expected = {SEE: "ENOENT", READ: "ENOENT", LIST: "ENOENT"}
    else:
        expected = {SEE: DONE, READ: "EACCES", LIST: "EACCES"}
    assert {what: tried(walled)[what] for what in expected} == expected


@pytest.mark.skipif(not AS_ROOT, reason="an ordinary user's folders are that user's")
def test_below_a_folder_of_root_alone_nothing_is_even_seen(walled: Launcher, tmp_path):
    tmp_path.chmod(0o700)
    secret = tmp_path / "secret"
    secret.write_text("42")
    outcomes = tried(walled, str(secret))
    assert (outcomes[SEE], outcomes[READ], outcomes[LIST]) == ("ENOENT",) * 3


def test_a_students_process_has_no_privilege_left(walled: Launcher):
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    process = walled.spawn()
    try:
        deadline = time.monotonic() + PATIENCE
        process.channel.send({"op": "probe", "seq": 1, "secret": ""}, deadline=deadline)
        process.channel.receive(deadline)  # the wall is up
        (child,) = [p for p in psutil.Process().children(recursive=True) if p.pid not in before]
        with open(f"/proc/{child.pid}/status") as file:
            state = dict(line.split(":\t", 1) for line in file.read().splitlines())
    finally:
        process.close()
    for kind in ("CapInh", "CapAmb", "CapPrm", "CapEff"):
        assert int(state[kind], 16) == 0
    assert state["NoNewPrivs"] == "1" and state["Seccomp"] == "2"
    assert "0" not in state["Uid"].split() and (not AS_ROOT or "0" not in state["Gid"].split())
    assert not AS_ROOT or state["Groups"].split() == []


@pytest.mark.thorough
def test_root_without_leave_to_change_its_root_folder_is_refused_by_name(monkeypatch):
    lacking = (sys.executable, "-c", LACKING, "chroot", str(errno.EPERM))
    way = LaunchOption(IsolationLevel.NO_NAMESPACES, lacking, WallPlan(readable(), image_of(readable())))
    monkeypatch.setattr(launcher_module, "ways", lambda unconfined, only: [way])
    with pytest.raises(GraderError, match="--cap-add SYS_CHROOT"), open_launcher(LIMITS):
        pass


# What is refused ---------------------------------------------------------------------------------

LACKING = """
import os, sys
from seccompy import Action, Filter
calls = Filter(default=Action.ALLOW)
calls.errno(sys.argv[1], int(sys.argv[2]))
calls.load()
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Runs a program on what looks like a kernel without a system call."""


@pytest.mark.parametrize(
    "call, error, sentence",
    [
        ("landlock_create_ruleset", errno.ENOSYS, "the kernel offers no Landlock, without which"),
        ("landlock_create_ruleset", errno.EPERM, "Operation not permitted"),  # an older Docker
        ("landlock_restrict_self", errno.EPERM, "a process could not be confined"),
        ("seccomp", errno.ENOSYS, "the kernel does not offer seccomp filters"),
    ],
)
def test_a_kernel_that_lacks_a_layer_is_refused_by_name(monkeypatch, call, error, sentence):
    lacking = (sys.executable, "-c", LACKING, call, str(error))
    way = LaunchOption(IsolationLevel.NO_NAMESPACES, lacking, WallPlan(readable()))
    monkeypatch.setattr(launcher_module, "ways", lambda unconfined, only: [way])
    with pytest.raises(GraderError) as refusal, open_launcher(LIMITS):
        pass
    assert str(refusal.value).startswith("No wall can be built around student code on this machine")
    assert f"{IsolationLevel.NO_NAMESPACES.value}: " in str(refusal.value) and sentence in str(refusal.value)
    assert "Traceback" not in str(refusal.value)


def test_an_interpreter_behind_several_links_is_readable_at_each(monkeypatch, tmp_path):
    ways = [tmp_path / name for name in ("environment/python", "environment/python3", "bin/python3", "bin/python3.11")]
    for folder in ("environment", "bin"):
        (tmp_path / folder).mkdir()
    ways[-1].write_text("")
    ways[0].symlink_to("python3")
    ways[1].symlink_to(ways[2])
    ways[2].symlink_to("python3.11")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    monkeypatch.setattr(sys, "executable", str(ways[0]))
    roots = isolation.environment()
    assert [str(way) in roots for way in ways] == [False, False, True, True]


@pytest.mark.thorough
def test_a_wall_with_a_hole_is_refused_by_name(monkeypatch):
    roots = (*readable(), str(SECRET.parent))
    way = LaunchOption(IsolationLevel.NO_NAMESPACES, (), WallPlan(roots, image_of(roots) if AS_ROOT else ""))
    monkeypatch.setattr(launcher_module, "ways", lambda unconfined, only: [way])
    holes_found = "student code could read the hidden tests; student code could list the hidden tests"
    with pytest.raises(GraderError, match=holes_found), open_launcher(LIMITS):
        pass


def test_a_missing_secret_is_no_closed_one(tmp_path):
    missing = tmp_path / "nothing"
    with pytest.raises(GraderError, match="nothing is missing"), open_launcher(LIMITS, secret=missing):
        pass


def test_an_assignment_that_lies_where_students_may_read_is_refused(monkeypatch, tmp_path):
    secret = tmp_path / "library" / "assignment" / "hidden_tests" / "lookup.py"
    secret.parent.mkdir(parents=True)
    secret.touch()
    for folder in (tmp_path, *(tmp_path / "library").rglob("*")):
        folder.chmod(0o755)
    roots = (*readable(), str(tmp_path / "library"))
    way = LaunchOption(IsolationLevel.NO_NAMESPACES, (), WallPlan(roots, image_of(roots) if AS_ROOT else ""))
    monkeypatch.setattr(launcher_module, "ways", lambda unconfined, only: [way])
    refused = pytest.raises(GraderError, match="student code could read the hidden tests")
    with refused, open_launcher(LIMITS, secret=secret):
        pass


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_where_there_is_no_linux_grading_says_where_to_go(monkeypatch, system: str):
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(GraderError, match="only be graded on Linux"):
        importlib.reload(autograder.grading)
