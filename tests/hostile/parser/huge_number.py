"""Tries: to send a number of a million digits, which takes long to read.
Must: the one strict parser refuses it, and the case fails with one sentence.
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
    text = b'{"seq": ' + b"9" * 1_000_000 + b', "blobs": []}'
    os.write(connection(), struct.pack("<IQ", len(text), 0) + text)
    raise RuntimeError("sent")
