"""Tries: to take 700 MB in many small pieces, mapped by hand.
Must: memory runs out in the call, and the process goes on serving.
Control: no wall
"""

import mmap


def attack():
    pieces = [mmap.mmap(-1, 16 * 2**20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) for _ in range(44)]
    return len(pieces)
