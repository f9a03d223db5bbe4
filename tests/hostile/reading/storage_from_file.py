"""Tries: to let torch read a hidden test, as the bytes of a storage.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

from pathlib import Path

import torch


def attack():
    import autograder.check

    path = Path(autograder.check.__file__).parents[2] / "assignment" / "hidden_tests" / "lookup.py"
    return bytes(torch.from_file(str(path), size=500, dtype=torch.uint8).tolist())
