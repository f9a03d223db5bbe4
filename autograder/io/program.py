"""How this program was called, so that the commands it prints can be pasted."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "autograder"


def program() -> str:
    """What to type before a command: `.venv/bin/autograder`, or `autograder` where the shell finds that by itself."""
    called = Path(sys.argv[0])
    if called.name == "cli.py":
        return f"{typed(Path(sys.executable))} -m autograder.cli"
    if called.name != NAME or shutil.which(NAME) == str(called.absolute()):
        return NAME
    return typed(called.absolute())


def typed(path: Path) -> str:
    """A path as one types it in a shell, from the current folder if it is in there."""
    here = Path(os.path.abspath(os.curdir))
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
