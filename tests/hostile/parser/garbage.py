"""Tries: to send what is no frame at all.
Must: the one strict parser refuses it, and the case fails with one sentence.
Control: naive reader
"""

import os
import stat


def connection():
    """The descriptor by which the grader is spoken to."""
    for descriptor in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                return descriptor
        except OSError:
            continue
    raise OSError("no connection")


def attack():
    os.write(connection(), b"\xff" * 4000)
    raise RuntimeError("sent")
