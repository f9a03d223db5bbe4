"""Tries: to end the program, and so the grader.
Must: only its own process ends, and the message names the function.
Control: one process
"""

import os


def attack():
    os._exit(0)
