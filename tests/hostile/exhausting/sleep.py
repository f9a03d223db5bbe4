"""Tries: to sleep longer than a call may take, which costs no processor time.
Must: the call is ended at the limit on the wall clock.
Control: no wall
"""

import time


def attack():
    time.sleep(7)
    return "slept"
