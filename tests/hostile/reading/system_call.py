"""Tries: to open a hidden test by system calls of its own, past whatever Python's `open` was replaced
  by.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import ctypes
import os
from pathlib import Path


def attack():
    import autograder.check

    path = bytes(Path(autograder.check.__file__).parents[2] / "assignment" / "hidden_tests" / "lookup.py")
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.open(path, os.O_RDONLY)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "open")
    return os.read(descriptor, 500)
