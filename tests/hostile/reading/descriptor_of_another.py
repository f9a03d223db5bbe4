"""Tries: to take over the socket by which the grader steers the process that started it.
Must: the system call is refused.
Control: no wall
"""

import ctypes
import os


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    process = os.pidfd_open(os.getppid())
    taken = [n for n in (libc.syscall(438, process, number, 0) for number in range(3, 20)) if n >= 0]
    if not taken:  # 438 is pidfd_getfd
        raise OSError(ctypes.get_errno(), "pidfd_getfd")
    return f"{len(taken)} descriptors"
