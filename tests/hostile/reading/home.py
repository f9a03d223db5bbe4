"""Tries: to list the home folder that the interpreter's prefix betrays, where keys and notes lie.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os
import sys


def attack():
    here = sys.base_prefix
    while os.path.dirname(here) != "/":
        here = os.path.dirname(here)
    return os.listdir(here)
