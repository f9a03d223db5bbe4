"""Tries: to read the file that another process has open, by its descriptors in /proc.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os


def attack():
    return [os.readlink(f"/proc/{os.getppid()}/fd/{name}") for name in os.listdir(f"/proc/{os.getppid()}/fd")]
