"""Tries: to list all processes of the machine and what they were called with.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os
from pathlib import Path


def attack():
    return [Path(f"/proc/{name}/cmdline").read_bytes() for name in os.listdir("/proc") if name.isdigit()]
