"""Tries: to recurse without end.
Must: the recursion ends with an error or the process, and the message names the function.
Control: one process
"""

import sys


class Deep:
    def __repr__(self):
        return repr(self) + "!"


def attack():
    sys.setrecursionlimit(10**9)
    return repr(Deep())
