"""Tries: to become another program, which no Python hook sees.
Must: the system call is refused and the process goes on.
Control: own
"""

import os


def attack():
    os.execv("/bin/sh", ["sh", "-c", "exit 42"])
