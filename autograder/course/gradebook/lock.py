"""Lets one grader at a time write to a folder."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import GraderError

LOCK_NAME = "gradebook.lock"


@contextmanager
def exclusive_lock(out: Path) -> Iterator[None]:
    """Keep other graders out of the folder `out` for the length of the block.

    The lock is the process's own: its children do not have it, and the kernel lifts it when the process
    ends, however it ends. The file stays; what it says is only for the message.

    Raises:
        GraderError: if another grader is at work there, naming it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nothing can be graded
        yield
        return
    path = out / LOCK_NAME
    try:
        out.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise GraderError(f"{path} cannot be opened: {error.strerror}.") from None
    try:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            who = os.pread(handle, 300, 0).decode("utf-8", "replace")
            raise GraderError(
                f"Another grader{f' ({who})' if who else ''} is using the folder {out.resolve()}. Wait until it "
                "is done, or choose another folder with --output."
            ) from None
        except OSError as error:
            raise GraderError(
                f"{path} cannot be locked ({error.strerror}), so two graders could write to one "
                "gradebook. Choose a folder on a local disk with --output."
            ) from None
        with contextlib.suppress(OSError):  # a full disk: the lock holds all the same
            os.ftruncate(handle, 0)
            host = f" on {socket.gethostname()}" if socket.gethostname() else ""
            os.pwrite(handle, f"process {os.getpid()}{host}".encode(), 0)
        yield
    finally:
        os.close(handle)
