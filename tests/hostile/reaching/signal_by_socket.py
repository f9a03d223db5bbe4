"""Tries: to make the kernel signal another process when its own socket gets something to read.
Must: the kernel is not told.
Control: no wall
"""

import fcntl
import os
import socket
import stat

F_SETOWN, F_SETSIG = 8, 10


def attack():
    for descriptor in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                break
        except OSError:
            continue
    fcntl.fcntl(descriptor, F_SETSIG, 0)
    fcntl.fcntl(descriptor, F_SETOWN, os.getppid())
    assert socket
    return "owned by another"
