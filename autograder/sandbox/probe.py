"""Tries, from inside, what a student's process must not be able to do, and what it must."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable


def forbidden(secret: str) -> dict[str, Callable[[], object]]:
    """What must fail, by what it would mean if it did not."""
    return {
        "read the hidden tests": lambda: open(secret).close(),
        "list the grader's folder": lambda: os.listdir(os.path.dirname(secret)),
        "write a file": lambda: open("/tmp/written-by-a-student", "w").close(),
        "open a socket": lambda: socket.socket().close(),
        "start a process": _fork,
        "run a program": lambda: os.execv("/bin/true", ["true"]),
        "signal another process": lambda: os.kill(os.getppid(), signal.SIGCONT),
    }


def probe(secret: str) -> list[str]:
    """What is wrong with the wall around this process: nothing, it is to be hoped.

    Args:
        secret: a file that only the grader may read.
    """
    faults = []
    for what, attempt in forbidden(secret).items():
        try:
            attempt()
        except OSError:
            continue
        faults.append(f"student code could {what}")
    if os.getuid() == 0:
        faults.append("student code would run as root")
    try:
        with open(os.__file__):
            pass
    except OSError as problem:
        faults.append(f"student code could not import Python's own modules ({problem.strerror})")
    return faults


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
