"""Tries: to leave a note in the time stamps of a file that it may read.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os


def attack():
    found = os.stat(os.__file__)
    os.utime(os.__file__, ns=(found.st_atime_ns, found.st_mtime_ns))
    return found.st_mtime_ns
