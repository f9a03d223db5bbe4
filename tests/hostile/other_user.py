"""Runs a program as an ordinary user, for tests that run as root."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from autograder.assignment import ROOT

SOMEBODY = 54_321
"""A user without name, home or rights."""

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]

QUIETLY = ("env", "PYTHONDONTWRITEBYTECODE=1")
"""It stands between, since `setpriv` itself may still start programs that only root can reach."""


def as_stranger(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run as a user who reads what any user may."""
    become = ["setpriv", f"--reuid={SOMEBODY}", f"--regid={SOMEBODY}", "--clear-groups", *QUIETLY]
    return subprocess.run([*become, *command], cwd=ROOT, capture_output=True, text=True)


def as_owner(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run as a user who owns what root owns, as users own what lies in their home.

    In a namespace of its own the process has another number and no rights but an owner's. So it
    reads a clone and an interpreter that lie where nobody else may enter.
    """
    waits = ["unshare", "--user", "sh", "-c", 'echo; read -r _; exec "$@"', "sh", *QUIETLY, *command]
    pipe = subprocess.PIPE
    with subprocess.Popen(waits, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        if process.stdout.readline():  # else there are no namespaces, and it has ended
            try:
                for kind in ("uid", "gid"):  # root there is a stranger here
                    path = Path(f"/proc/{process.pid}/{kind}_map")
                    path.write_text(f"{SOMEBODY} 0 1\n0 {SOMEBODY + 1} 1\n")
            except OSError as error:
                process.kill()
                return subprocess.CompletedProcess(command, 1, "", str(error))
        printed, said = process.communicate("\n")
    return subprocess.CompletedProcess(command, process.returncode, printed, said)


@cache
def as_somebody(*trial: str) -> tuple[Run | None, str]:
    """The first way in which `trial` succeeds here, or None and why there is none."""
    refusals = []
    for program, run in (("setpriv", as_stranger), ("unshare", as_owner)):
        if shutil.which(program) is None:
            refusals.append(f"{program} is not installed")
            continue
        ran = run(trial)
        if ran.returncode == 0:
            return run, ""
        refusals.append(f"{program}: {ran.stderr.strip().rpartition(chr(10))[2]}")
    return None, "; ".join(refusals)
