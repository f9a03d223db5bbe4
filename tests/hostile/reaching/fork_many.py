"""Tries: to start processes that start processes, here at most fifteen.
Must: the system call is refused.
Control: no wall
"""

import os
import time


def attack():
    born = 0
    for _ in range(4):
        child = os.fork()
        if child == 0:
            time.sleep(0.2)
            os._exit(0)
        born += 1
    for _ in range(born):
        os.wait()
    return f"{born} born"
