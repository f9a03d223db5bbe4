"""Tries: to read the environment that the process was started with, in /proc.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""


def attack():
    with open("/proc/self/environ", "rb") as file:
        return file.read()
