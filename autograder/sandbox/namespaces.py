"""Puts a process that was forked, not started, into namespaces of its own: those that bubblewrap would give it.

So the zygote can be a fork of the grader's process and share its memory, where a program started behind
bubblewrap has to load torch a second time. It still sees the machine's files; students' processes do not, since
they get a root folder of their own.
"""

from __future__ import annotations

import ctypes
import os
import signal

_IPC, _PID, _NET, _UTS, _CGROUP, _USER = 0x08000000, 0x20000000, 0x40000000, 0x04000000, 0x02000000, 0x10000000
PR_SET_PDEATHSIG = 1

_KEPT = (2, 5, 6, 7, 14, 18)
"""CAP_DAC_READ_SEARCH, KILL, SETGID, SETUID, IPC_LOCK and SYS_CHROOT: a user and a root folder per process, and its
end; to read what only its owner may, and hold it."""


def enter() -> bool:
    """Go on as the first process of new namespaces; False where the kernel or a container forbids it.

    What calls this stays outside, waits for what goes on, and ends as it does. Nothing has changed where it
    gives False.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not _is_allowed(libc):
        return False
    _leave_the_others(libc)
    if first := os.fork():
        os.closerange(3, 1024)  # the grader is to see that the sockets close
        _, status = os.waitpid(first, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    keep_capabilities(libc, *_KEPT)
    return True


def _is_allowed(libc: ctypes.CDLL) -> bool:
    """Whether each step succeeds, tried by a process that ends after it: half of the way there is none back."""
    if tries := os.fork():
        return os.waitpid(tries, 0)[1] == 0
    status = 1
    try:
        _leave_the_others(libc)
        keep_capabilities(libc, *_KEPT)
        status = 0
    finally:
        os._exit(status)


def _leave_the_others(libc: ctypes.CDLL) -> None:
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_IPC | _PID | _NET | _UTS | _CGROUP | (_USER if user else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    if user:  # an ordinary user needs a user namespace for this; its ids are mapped to themselves
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{user} {user} 1")
        _write("/proc/self/gid_map", f"{group} {group} 1")


def keep_capabilities(libc: ctypes.CDLL, *numbers: int) -> None:
    """Have these and no others from now on.

    Raises:
        OSError: if one of them is not there to be kept.
    """
    kept = sum(1 << number for number in numbers)
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(kept, kept)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)
