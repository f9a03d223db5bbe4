"""Tries: to raise the limits that were set for it.
Must: the system call is refused.
Control: no wall
"""

import resource


def attack():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most - 1, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)
