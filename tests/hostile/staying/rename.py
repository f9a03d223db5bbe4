"""Tries: to swap two files that it may read, by renaming.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os
import sysconfig


def attack():
    folder = sysconfig.get_path("purelib")
    name = os.path.join(folder, "torch", "__init__.py")
    os.rename(name, name)  # to itself: nothing changes where it works
    return name
