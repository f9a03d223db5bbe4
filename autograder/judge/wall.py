"""Chooses how strong a wall this machine can build, and the command that starts the zygote behind it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..errors import GraderError
from ..sandbox.confinement import WallPlan

PACKAGE = Path(__file__).resolve().parent.parent
SECRET = PACKAGE / "hidden_tests" / "__init__.py"
"""A file that student code must never be able to open; asked for when the wall is tried."""


class Tier(Enum):
    """How student code is shut in; the text is printed and written into every report."""

    NAMESPACES = "tier 1: bubblewrap's namespaces, Landlock, seccomp and limits"
    NO_NAMESPACES = "tier 2: Landlock, seccomp and limits, without namespaces"
    UNCONFINED = "none: student code ran UNCONFINED"

    @property
    def confined(self) -> bool:
        return self is not Tier.UNCONFINED


@dataclass(frozen=True)
class Way:
    """One way to start the zygote."""

    tier: Tier
    command: tuple[str, ...]
    plan: WallPlan


def ways(unconfined: bool, only: Tier | None = None) -> list[Way]:
    """The ways to try, the strongest first.

    Args:
        unconfined: no wall at all; an instructor's explicit choice.
        only: this tier or none, for tests.

    Raises:
        GraderError: on a system that can build no wall.
    """
    if not sys.platform.startswith("linux"):
        raise GraderError(
            "Submissions can only be graded on Linux, where student code can be shut in. "
            "Grade on a Linux machine, in WSL 2 or in a Linux container; "
            "`autograder check FOLDER` works here, too."
        )
    roots = readable_roots()
    if unconfined:
        return [Way(Tier.UNCONFINED, (), WallPlan(roots, confined=False))]
    found = []
    bwrap = shutil.which("bwrap")
    if bwrap and _works(bwrap) and only in (None, Tier.NAMESPACES):
        command = (bwrap, *_namespaces(roots))
        found.append(Way(Tier.NAMESPACES, command, WallPlan(roots, counts_processes=True)))
    if only in (None, Tier.NO_NAMESPACES):
        found.append(Way(Tier.NO_NAMESPACES, (), WallPlan(roots)))
    return found


def readable_roots() -> tuple[str, ...]:
    """What a student's process may read: the interpreter, the environment, the worker's own code.

    The project is installed editable, so hidden tests and solutions lie in none of these.
    """
    interpreter = Path(sys.executable).resolve()
    paths = [
        sys.prefix,
        str(interpreter),
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


def _works(bwrap: str) -> bool:
    """Whether bubblewrap may create namespaces here: many containers forbid it."""
    trial = [bwrap, "--ro-bind", "/", "/", *_unshared(), "true"]
    return subprocess.run(trial, capture_output=True).returncode == 0


def _unshared() -> list[str]:
    names = ["ipc", "pid", "net", "uts", "cgroup-try"]
    options = [f"--unshare-{name}" for name in names] + ["--die-with-parent", "--new-session"]
    if os.getuid() == 0:
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_KILL"):  # a user per process, and its end
            options += ["--cap-add", capability]
        return options
    return [*options, "--unshare-user", "--disable-userns"]


def _namespaces(roots: tuple[str, ...]) -> list[str]:
    """Bubblewrap's options: a root with nothing but `roots` in it, all of it read-only."""
    options = _unshared()
    parents = {parent for root in roots for parent in Path(root).parents} - {Path("/"), Path("/proc")}
    for parent in sorted(parents):
        options += ["--perms", "0755", "--dir", str(parent)]
    options += ["--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp"]
    for root in roots:
        if not root.startswith("/dev/"):
            options += ["--ro-bind", root, root]
    return [*options, "--remount-ro", "/", "--chdir", "/tmp"]
