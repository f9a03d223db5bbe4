"""Tries: to leave a process of its own session that ignores all signals.
Must: the system call is refused.
Control: no wall
"""

import os
import signal
import time


def attack():
    child = os.fork()
    if child == 0:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(0.3)
        os._exit(0)
    os.waitpid(child, 0)
    return "stayed"
