"""Tries: to kill the process it runs in, and so the grader.
Must: the system call is refused, or only its own process ends.
Control: one process
"""

import os
import signal


def attack():
    os.kill(os.getpid(), signal.SIGKILL)
