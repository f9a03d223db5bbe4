"""Tries: to let the kernel open files on its behalf by io_uring, past the filter.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    parameters = ctypes.create_string_buffer(120)
    ring = libc.syscall(425, 4, parameters)  # io_uring_setup
    if ring < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
    return ring
