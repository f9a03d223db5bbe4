"""Tries: to list all processes of the machine and what they were called with.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os
from contextlib import suppress
from pathlib import Path


def attack():
    called_with = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
                called_with.append(Path(f"/proc/{name}/cmdline").read_bytes())
    return called_with
