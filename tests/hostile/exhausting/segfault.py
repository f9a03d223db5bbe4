"""Tries: to crash the interpreter, and so the grader.
Must: only its own process crashes, and the message names the function.
Control: one process
"""

import ctypes


def attack():
    ctypes.string_at(8)
