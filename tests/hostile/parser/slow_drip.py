"""Tries: to send a frame a byte at a time, so that no single read takes too long.
Must: the deadline holds for the whole exchange.
Control: naive reader
"""

import os
import stat
import struct
import time

_PATIENCE = 7


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
    text = b'{"seq": 1, "printed": "' + b"a" * 60 + b'", "value": null, "blobs": []}'
    for byte in struct.pack("<IQ", len(text) + 10**6, 0) + text:
        os.write(connection(), bytes([byte]))
        time.sleep(0.01)
    time.sleep(_PATIENCE)
    raise RuntimeError("sent")
