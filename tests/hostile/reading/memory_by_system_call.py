"""Tries: to read the memory of the process that started it, by process_vm_readv.
Must: the system call is refused.
Control: no wall
"""

import ctypes
import os


def attack():
    class Span(ctypes.Structure):
        _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))

    libc = ctypes.CDLL(None, use_errno=True)
    theirs = ctypes.cast(libc.getpid, ctypes.c_void_p).value  # the same address there: it was forked
    copy = ctypes.create_string_buffer(16)
    here, there = Span(ctypes.addressof(copy), 16), Span(theirs, 16)
    if libc.process_vm_readv(os.getppid(), ctypes.byref(here), 1, ctypes.byref(there), 1, 0) != 16:
        raise OSError(ctypes.get_errno(), "process_vm_readv")
    return copy.raw
