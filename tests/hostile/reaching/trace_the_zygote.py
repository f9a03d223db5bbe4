"""Tries: to trace the process that started it, as a debugger does.
Must: the system call is refused.
Control: no wall
"""

import ctypes
import os


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(0x4206, os.getppid(), None, None) != 0:  # PTRACE_SEIZE: it does not stop
        raise OSError(ctypes.get_errno(), "ptrace")
    return "traced"
