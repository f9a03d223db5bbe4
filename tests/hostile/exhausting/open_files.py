"""Tries: to open files without end, here 300.
Must: no more than the limit can be opened.
Control: one process
"""

import os


def attack():
    opened = [os.open(os.__file__, os.O_RDONLY) for _ in range(300)]
    for descriptor in opened:
        os.close(descriptor)
    return len(opened)
