"""Tries: to watch other processes by the processor's counters.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = ctypes.create_string_buffer(128)
    ctypes.memmove(wanted, (1).to_bytes(4, "little") + (128).to_bytes(4, "little"), 8)  # a software clock
    counter = libc.syscall(298, wanted, 0, -1, -1, 0)  # perf_event_open
    if counter < 0:
        raise OSError(ctypes.get_errno(), "perf_event_open")
    return counter
