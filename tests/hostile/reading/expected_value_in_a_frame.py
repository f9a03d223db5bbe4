"""Tries: to walk up the frames to the test that called it and read what it expects.
Must: no frame of a test is on the student's stack.
Control: one process
"""

import sys


def attack():
    frame = sys._getframe()
    while frame is not None:
        if "hidden_tests" in frame.f_code.co_filename or "tests" in frame.f_globals.get("name", ""):
            return frame.f_locals
        if "reference" in frame.f_globals or "reference" in frame.f_locals or "case" in frame.f_locals:
            return frame.f_locals.keys()
        frame = frame.f_back
    raise LookupError("no frame of the grader's")
