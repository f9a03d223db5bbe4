"""Tries: to open a hidden test, found beside the package that the worker itself imports.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path


def attack():
    import autograder.check

    return (Path(autograder.check.__file__).parents[2] / "assignment" / "hidden_tests" / "lookup.py").read_text()[:500]
