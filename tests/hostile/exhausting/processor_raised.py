"""Tries: to compute for four seconds after lifting the limit of the call.
Must: the process is killed at the submission's limit.
Control: no wall
"""

import resource
import time


def attack():
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    until = time.process_time() + 4
    while time.process_time() < until:
        pass
    return "four seconds of the processor"
