"""Tries: to read who has an account on the grader's machine.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""


def attack():
    with open("/etc/passwd") as file:
        return file.read(500)
