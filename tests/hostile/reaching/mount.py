"""Tries: to mount a file system over the grader's files; here in a namespace of its own.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    for made in (
        libc.unshare(0x00020000),  # CLONE_NEWNS: nobody else sees it
        libc.mount(b"none", b"/", None, 0x44000, None),  # private, recursively
        libc.mount(b"none", b"/mnt", b"tmpfs", 0, None),
    ):
        if made != 0:
            raise OSError(ctypes.get_errno(), "mount")
    return "mounted"
