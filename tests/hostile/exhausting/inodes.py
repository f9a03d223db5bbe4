"""Tries: to use up the disk's inodes, here at most 200.
Must: no file can be made.
Control: no wall
"""

import os
import tempfile


def attack():
    with tempfile.TemporaryDirectory() as folder:
        for number in range(200):
            os.mkdir(os.path.join(folder, str(number)))
    return "200 folders"
