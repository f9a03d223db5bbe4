"""Tries: to find the hidden cases among the modules that are loaded.
Must: no module of the student's process knows of them.
Control: one process
"""

import sys


def attack():
    found = [name for name in sys.modules if name.startswith(("solutions", "tests", "autograder.grading"))]
    if not found:
        raise LookupError("nothing of the grader's is loaded")
    return found
