"""Tries: to replace a public test by one that always passes; here only to open it for writing.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path


def attack():
    import autograder.check

    path = Path(autograder.check.__file__).parents[2] / "student_template" / "tests" / "lookup.py"
    with path.open("r+"):
        return "could write it"
