"""Tries: to take 700 MB of shared pages, which some limits do not count.
Must: memory runs out in the call, and the process goes on serving.
Control: no wall
"""

import mmap


def attack():
    return len(mmap.mmap(-1, 700 * 2**20))
