"""Tries: to start a process by raw system calls, past what Python offers.
Must: the system call is refused.
Control: no wall
"""

import ctypes
import os


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    child = libc.syscall(56, 17, 0, 0, 0, 0)  # clone with SIGCHLD alone: a fork
    if child == 0:
        os._exit(0)
    if child < 0:
        raise OSError(ctypes.get_errno(), "clone")
    os.waitpid(child, 0)
    return "born"
