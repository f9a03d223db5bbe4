"""Tries: to abort the process from C, and so the grader.
Must: only its own process ends, and the message names the function.
Control: one process
"""

import ctypes


def attack():
    ctypes.CDLL(None).abort()
