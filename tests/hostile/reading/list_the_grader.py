"""Tries: to list the grader's folders, to learn what lies where.
Must: there is nothing in them but what may be read, and the submission earns what its half earns.
Control: no wall
"""

import os
import sys
from pathlib import Path


def attack():
    import autograder.check

    house = Path(autograder.check.__file__).parents[2]
    found = [house / name for name in os.listdir(house)]
    found += [house / "autograder" / name for name in os.listdir(house / "autograder")]
    known = (autograder.check.__file__, str(house / "autograder" / "sandbox"), sys.prefix, *sys.path)
    may_be_read = {"__init__.py", "__pycache__"}
    found = [p for p in found if p.name not in may_be_read and not any(k.startswith(str(p)) for k in known)]
    if not found:
        raise FileNotFoundError(f"{house} holds nothing but what may be read")
    return found
