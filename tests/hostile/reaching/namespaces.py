"""Tries: to make namespaces of its own, in which it would be root.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x04000000) != 0:  # CLONE_NEWUTS: its own name of the machine
        raise OSError(ctypes.get_errno(), "unshare")
    return "unshared"
