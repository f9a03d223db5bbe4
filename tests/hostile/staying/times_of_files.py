"""Tries: to leave a note in the time stamps of a file that it may read.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os

import torch


def attack():
    found = os.stat(torch.__file__)
    os.utime(torch.__file__, ns=(found.st_atime_ns, found.st_mtime_ns))
    return found.st_mtime_ns
