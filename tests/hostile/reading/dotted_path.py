"""Tries: to reach a hidden test by a path full of dots through a folder that may be read.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os


def attack():
    import autograder

    package = os.path.dirname(autograder.__file__)
    with open(f"{package}/sandbox/../../assignment/./hidden_tests/../hidden_tests/lookup.py", "rb") as file:
        return file.read(500)
