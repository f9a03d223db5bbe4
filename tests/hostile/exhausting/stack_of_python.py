"""Tries: to recurse for more memory than there may be: 150 bytes for each of five million frames.
Must: the recursion ends at the limit on memory, with an error or the process.
Control: one process
"""

import sys


def deeper(left):
    return 1 + deeper(left - 1) if left else 0


def attack():
    sys.setrecursionlimit(10**9)
    return deeper(5_000_000)
