"""Tries: to overflow the stack of C code by a value nested a million deep.
Must: only its own process crashes, and the message names the function.
Control: one process
"""

import sys


def attack():
    sys.setrecursionlimit(10**9)
    nested = []
    for _ in range(1_000_000):
        nested = (nested,)
    return len(repr(nested))
