"""Tries: to leave a note for other submissions in the kernel's key store.
Must: the system call is refused.
Control: no wall
"""

import ctypes


def attack():
    libc = ctypes.CDLL(None, use_errno=True)
    key = libc.syscall(248, b"user", b"note", b"loot", 4, -1)  # add_key to the thread's own keyring
    if key < 0:
        raise OSError(ctypes.get_errno(), "add_key")
    return "kept"
