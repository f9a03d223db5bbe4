"""Tries: to list the grader's folders, to learn what lies where.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os
from pathlib import Path


def attack():
    import autograder.check

    return os.listdir(Path(autograder.check.__file__).parents[2])
