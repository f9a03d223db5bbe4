"""Tries: to run code when its process ends, when nobody watches it any more.
Must: the process is killed; what it would run then never runs.
Control: own
"""

import atexit
import os


def attack():
    atexit.register(os._exit, 43)
    raise RuntimeError("something runs at the end")
