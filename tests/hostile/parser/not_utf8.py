"""Tries: to send a header that is not a text.
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
    text = b'{"seq": 1, "printed": "\xff\xfe", "value": null, "blobs": []}'
    os.write(connection(), struct.pack("<IQ", len(text), 0) + text)
    raise RuntimeError("sent")
