"""Tries: to compute for four seconds, deaf to the signal that the limit sends first.
Must: the process is killed at the submission's limit.
Control: no wall
"""

import signal
import time


def attack():
    signal.signal(signal.SIGXCPU, signal.SIG_IGN)
    until = time.process_time() + 4
    while time.process_time() < until:
        pass
    return "four seconds of the processor"
