"""Tries: to catch page faults by userfaultfd, which kernel exploits like to use.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    handle = libc.syscall(323, 1)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "userfaultfd")
    return handle
