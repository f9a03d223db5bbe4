"""Tries: to open the reference solution and take its functions for its own.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path


def attack():
    import autograder.check

    source = (Path(autograder.check.__file__).parents[2] / "solutions" / "embeddings.py").read_text()
    exec(source, globals())
    return source[:500]
