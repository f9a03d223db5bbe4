"""Tries: to raise its own priority, so as to slow others down.
Must: the system call is refused.
Control: no wall
"""

import os


def attack():
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    return os.getpriority(os.PRIO_PROCESS, 0)
