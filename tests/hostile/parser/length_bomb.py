"""Tries: to announce 4 GB, for the grader to reserve.
Must: the length is refused before anything is reserved.
Control: naive reader
"""

import os
import stat
import struct


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
    os.write(connection(), struct.pack("<IQ", 2**32 - 1, 2**63) + bytes(100))
    raise RuntimeError("sent")
