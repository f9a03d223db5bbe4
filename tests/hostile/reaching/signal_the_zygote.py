"""Tries: to signal the process that started it; here with the harmless signal 0.
Must: the system call is refused.
Control: no wall
"""

import os


def attack():
    os.kill(os.getppid(), 0)
    return "may kill it"
