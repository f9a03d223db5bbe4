"""Tries: to become root, or another user.
Must: it is neither root nor may it become another user.
Control: no wall
"""

import os


def attack():
    os.setresuid(0, 0, 0)
    return os.getresuid()
