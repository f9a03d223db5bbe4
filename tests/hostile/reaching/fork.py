"""Tries: to start a process of its own.
Must: the system call is refused.
Control: no wall
"""

import os


def attack():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return "born"
