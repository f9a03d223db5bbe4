"""Tries: to read the memory of the process that started it, by /proc.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os


def attack():
    with open(f"/proc/{os.getppid()}/maps") as maps:
        start = next(int(line.split("-")[0], 16) for line in maps if "r--p" in line or "r-xp" in line)
    with open(f"/proc/{os.getppid()}/mem", "rb") as memory:
        memory.seek(start)
        return memory.read(64)
