"""Tries: to send further replies, so that later questions get answers prepared before.
Must: a reply that answers no question ends the process.
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
    for number in range(100, 104):
        text = b'{"seq": %d, "printed": "", "value": 1, "blobs": []}' % number
        os.write(connection(), struct.pack("<IQ", len(text), 0) + text)
    raise RuntimeError("sent")
