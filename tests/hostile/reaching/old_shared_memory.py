"""Tries: to leave a note for other submissions in System V shared memory.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    block = libc.shmget(0, 4096, 0o1600)
    if block < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    libc.shmctl(block, 0, None)
    return "made"
