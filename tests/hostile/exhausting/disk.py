"""Tries: to fill the disk, here with at most 10 MB.
Must: no file can be written.
Control: no wall
"""

import os
import tempfile


def attack():
    with tempfile.TemporaryDirectory() as folder:
        for number in range(20):
            with open(os.path.join(folder, str(number)), "wb") as file:
                file.write(bytes(500_000))
    return "10 MB"
