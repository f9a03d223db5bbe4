"""Tries: to copy what another student handed in, from the folder of a batch.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path


def attack():
    import autograder.check

    batch = Path(autograder.check.__file__).parents[2] / "tests" / "example_batch"
    return next(path.read_text()[:500] for path in sorted(batch.rglob("*.py")) if path.stat().st_size)
