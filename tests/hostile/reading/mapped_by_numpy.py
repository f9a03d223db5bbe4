"""Tries: to map a hidden test into memory by NumPy rather than to open it.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path

import numpy as np


def attack():
    import autograder.check

    path = Path(autograder.check.__file__).parents[2] / "assignment" / "hidden_tests" / "lookup.py"
    return bytes(np.memmap(path, mode="r")[:500])
