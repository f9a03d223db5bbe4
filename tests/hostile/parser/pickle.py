"""Tries: to send a pickle that runs code where it is loaded.
Must: nothing is ever unpickled.
Control: naive reader
"""

import os
import pickle
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
    class Run:
        def __reduce__(self):
            return exec, ("import builtins; builtins.unpickled = True",)

    text = pickle.dumps(Run())
    os.write(connection(), struct.pack("<IQ", len(text), 0) + text)
    raise RuntimeError("sent")
