"""Chooses how strong a wall this machine can build, and the command that starts the zygote behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..sandbox.confinement import WallPlan
from ..sandbox.self_test import DONE, IMPORT, LIST, READ, SEE
from ..sandbox.zygote import Forked
from .root_filesystem import PACKAGE, image_of, readable

SECRET = PACKAGE / "grading" / "grader.py"
"""A file that student code must never be able to open; asked for when the wall is tried without an assignment."""


REFUSALS = frozenset({"EPERM", "EACCES", "EROFS"})
"""The errors by which a layer refuses; with any other, an attempt failed for a reason of its own."""


class IsolationLevel(Enum):
    """How student code is shut in; the text is printed and written into every report.

    Landlock closes what files hold, and folders' listings, but not `stat`. As root, and in
    namespaces, a student's process has a root folder of its own, outside of which it can name nothing.
    Only an ordinary user without namespaces may not give it one: there, who guesses a file's path learns
    whether it exists, its size, its times and where a link leads; never what is in it.
    """

    NAMESPACES = "tier 1: namespaces, Landlock, seccomp and limits"
    NO_NAMESPACES = "tier 2: Landlock, seccomp and limits, without namespaces"
    UNCONFINED = "none: student code ran UNCONFINED"

    @property
    def confined(self) -> bool:
        return self is not IsolationLevel.UNCONFINED


@dataclass(frozen=True)
class LaunchOption:
    """One way to have a zygote.

    Attributes:
        command: what starts it as a program.
        forked: the one that waits already, where there is one.
    """

    tier: IsolationLevel
    command: tuple[str, ...]
    plan: WallPlan
    forked: Forked | None = None


def ways(unconfined: bool, only: IsolationLevel | None = None) -> list[LaunchOption]:
    """The ways to try, the strongest first.

    Args:
        unconfined: no wall at all; an instructor's explicit choice.
        only: this tier or none, for tests.
    """
    roots = readable()
    if unconfined:
        return [LaunchOption(IsolationLevel.UNCONFINED, (), WallPlan(roots, confined=False))]
    found = []
    bwrap = shutil.which("bwrap")
    if bwrap and _works(bwrap) and only in (None, IsolationLevel.NAMESPACES):
        plan = WallPlan(roots, image_of(roots))
        found.append(LaunchOption(IsolationLevel.NAMESPACES, (bwrap, *_namespaces((*environment(), plan.image))), plan))
    if only in (None, IsolationLevel.NO_NAMESPACES):
        plan = WallPlan(roots, image_of(roots) if os.geteuid() == 0 else "")
        found.append(LaunchOption(IsolationLevel.NO_NAMESPACES, (), plan))
    return found


def around(forked: Forked) -> LaunchOption:
    """The wall around a zygote that was forked from this process."""
    tier = IsolationLevel.NAMESPACES if forked.has_namespaces else IsolationLevel.NO_NAMESPACES
    roots = readable()
    image = image_of(roots) if forked.has_namespaces or os.geteuid() == 0 else ""
    return LaunchOption(tier, (), WallPlan(roots, image), forked)


def violations(tried: Mapping[str, object], plan: WallPlan) -> list[str]:
    """What is wrong with a wall, given what came of each attempt of `sandbox.self_test`."""
    found = []
    for what, outcome in tried.items():
        if outcome in _right_outcomes(what, plan):
            continue
        if outcome == DONE:
            found.append(f"student code could {what}")
        elif what == IMPORT:
            found.append(f"student code could not {what} ({outcome})")
        else:
            found.append(f"no layer kept student code from trying to {what} ({outcome})")
    return found


def _right_outcomes(what: str, plan: WallPlan) -> frozenset[str]:
    if what == IMPORT:
        return frozenset({DONE})
    if what in (SEE, READ, LIST) and plan.image:
        return frozenset({"ENOENT"})  # for students' code they are not there at all
    return REFUSALS | {DONE} if what == SEE else REFUSALS


def environment() -> tuple[str, ...]:
    """What the zygote finds behind bubblewrap: the interpreter, the environment, the worker's own code."""
    paths = [
        sys.prefix,
        *_on_the_way(Path(sys.executable)),
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("platstdlib"),
        sys.base_prefix if Path(sys.base_prefix) not in (Path("/usr"), Path("/usr/local")) else "/usr/lib",
        "/usr/lib",
        "/usr/lib64",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/proc/cpuinfo",
        "/dev/null",
        str(PACKAGE / "__init__.py"),
        str(PACKAGE / "sandbox"),
        str(PACKAGE / "check"),
    ]
    return tuple(sorted({path for path in paths if os.path.exists(path)}))


def _on_the_way(link: Path) -> Iterator[str]:
    """Where a link in the environment leads, step by step: Debian's python3 is a link itself."""
    while link.is_symlink():
        link = link.parent / link.readlink()
        if not link.is_relative_to(sys.prefix):
            yield os.path.normpath(link)
    yield str(link.resolve())


def _works(bwrap: str) -> bool:
    """Whether bubblewrap may create namespaces here: many containers forbid it."""
    trial = [bwrap, "--ro-bind", "/", "/", *_unshared(), "true"]
    return subprocess.run(trial, capture_output=True).returncode == 0


def _unshared() -> list[str]:
    names = ["ipc", "pid", "net", "uts", "cgroup-try"]
    options = [f"--unshare-{name}" for name in names] + ["--die-with-parent", "--new-session"]
    if os.getuid() == 0:
        # The zygote's alone: a user per process, and its end; to read what only its owner may, and hold it.
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_READ_SEARCH", "CAP_IPC_LOCK"):
            options += ["--cap-add", capability]
    else:
        options += ["--unshare-user", "--disable-userns"]
    return [*options, "--cap-add", "CAP_SYS_CHROOT"]  # a root folder per process


def _namespaces(roots: tuple[str, ...]) -> list[str]:
    """Bubblewrap's options: a root with nothing but `roots` in it, all of it read-only."""
    options = _unshared()
    options += ["--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    parents = {parent for root in roots for parent in Path(root).parents}
    for parent in sorted(parents - {Path(made) for made in ("/", "/dev", "/tmp")}):
        options += ["--perms", "0755", "--dir", str(parent)]
    for root in roots:
        if not root.startswith("/dev/"):
            options += ["--ro-bind", root, root]
    return [*options, "--remount-ro", "/", "--chdir", "/tmp"]
