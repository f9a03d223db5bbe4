"""Tries, from inside, what a student's process must not be able to do, and what it must.

What comes of each attempt goes back to the grader, which alone judges whether the wall stands.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import socket
import stat
from collections.abc import Callable

DONE = "done"
"""What came of an attempt that nothing refused."""

IMPORT, SEE = "import Python's own modules", "see that there are hidden tests"
READ, LIST = "read the hidden tests", "list the hidden tests"

_PTRACE_CONT = 7
_CACHESTAT = 451  # by this number on every architecture
_MADV_PAGEOUT, _MADV_POPULATE_READ = 21, 22
_RWF_NOWAIT = 8
_DESCRIPTORS = 4096


def probe(secret: str) -> dict[str, str]:
    """What came of each attempt: `DONE`, or the name of the error that refused it.

    Args:
        secret: a file that only the grader may read.
    """
    return {what: _outcome(attempt) for what, attempt in _attempts(secret).items()}


def _attempts(secret: str) -> dict[str, Callable[[], object]]:
    """What to try, by what it would mean. None does harm, or leaves anything behind, where it succeeds.

    Some could never succeed, but fail otherwise than by a refusal where nothing keeps them from trying.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getppid()

    def call(name: str, *args: int) -> Callable[[], None]:
        return lambda: _check(getattr(libc, name)(*args))

    return {
        IMPORT: lambda: open(os.__file__).close(),
        SEE: lambda: os.stat(secret),
        READ: lambda: open(secret).close(),
        LIST: lambda: os.listdir(os.path.dirname(secret)),
        "write a file": lambda: _write("/tmp/written-by-a-student"),
        "open a socket": lambda: socket.socket().close(),
        "open a unix socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "start a process": _fork,
        "run a program": lambda: os.execv("/no/such/program", ["program"]),
        "run a program from memory": lambda: os.close(os.memfd_create("program")),
        "share memory": lambda: _write("/dev/shm/shared-by-a-student"),
        "share System V memory": call("shmget", 1, 0, 0),
        "signal another process": lambda: os.kill(parent, signal.SIGCONT),
        "hold another process": lambda: os.close(os.pidfd_open(parent)),
        "trace another process": call("ptrace", _PTRACE_CONT, parent, 0, 0),
        "read another process's memory": call("process_vm_readv", parent, 0, 0, 0, 0, 0),
        "make namespaces": call("unshare", 0),
        "ask which pages of files are in memory": call("mincore", 0, 0, 0),
        "ask which parts of files are in memory": call("syscall", _CACHESTAT, -1, 0, 0, 0),
        "fetch a file into memory": call("readahead", -1, 0, 0),
        "advise on a file": lambda: os.posix_fadvise(-1, 0, 0, os.POSIX_FADV_DONTNEED),
        "drop a file's pages": call("madvise", 0, 0, _MADV_PAGEOUT),
        "fetch a file's pages": call("madvise", 0, 0, _MADV_POPULATE_READ),
        "read only what is in memory": call("preadv2", -1, 0, 0, 0, _RWF_NOWAIT),
        "be root": lambda: _refuse_unless(0 in (os.getuid(), os.geteuid())),
        "be looked into by its user": lambda: _refuse_unless(_is_dumpable()),
        "use descriptors of others": lambda: _refuse_unless(bool(_strange_descriptors())),
    }


def _outcome(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except OSError as refusal:
        return errno.errorcode.get(refusal.errno or 0, str(refusal))
    return DONE


def _check(result: int) -> None:
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")


def _refuse_unless(holds: bool) -> None:
    """Put a state of this process in the words of an attempt."""
    if not holds:
        raise PermissionError(errno.EPERM, "it does not hold")


def _write(path: str) -> None:
    open(path, "w").close()
    os.unlink(path)


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _is_dumpable() -> bool:
    """Whether processes of the same user may trace this one: then its files in /proc are its user's."""
    try:
        return os.stat("/proc/self/mem").st_uid == os.getuid()
    except FileNotFoundError:  # behind namespaces there is no /proc
        return False


def _strange_descriptors() -> list[int]:
    """What is open besides the standard streams and the one connection to the grader."""
    connections, strange = 0, []
    for descriptor in range(3, _DESCRIPTORS):
        try:
            fcntl.fcntl(descriptor, fcntl.F_GETFD)
        except OSError:
            continue
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode) and not connections:
            connections += 1
        else:
            strange.append(descriptor)
    return strange
