"""Tries: to leave a folder and a link in it.
Must: the file system refuses, and the submission earns what its half earns.
Control: no wall
"""

import os


def attack():
    os.mkdir("hostile-folder")
    os.symlink("/etc/passwd", "hostile-folder/link")
    return os.listdir("hostile-folder")
