"""Tries: to compute for three seconds, where one is allowed.
Must: the call is ended, named as too slow, and the rest of the questions is graded.
Control: no wall
"""

import time


def attack():
    until = time.process_time() + 3
    while time.process_time() < until:
        pass
    return "three seconds of the processor"
