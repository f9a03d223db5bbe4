"""Tries: to signal every process that it may; here with the harmless signal 0.
Must: the system call is refused.
Control: no wall
"""

import os


def attack():
    os.kill(-1, 0)
    return "may kill all"
