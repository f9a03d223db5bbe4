"""Tries: to run a program.
Must: the system call is refused.
Control: no wall
"""

import subprocess


def attack():
    return subprocess.run(["/bin/sh", "-c", "echo born"], capture_output=True, check=True).stdout
