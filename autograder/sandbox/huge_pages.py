"""Puts the zygote's memory into huge pages, which makes forking and ending a child cost half as much.

A fork copies the table of the parent's pages, and the child's end walks it: 65,000 entries for the
260 MB that torch and its modules take, but one for each 2 MB that lie in a huge page. A child that
writes to one still copies no more than 4 KB.
"""

from __future__ import annotations

import ctypes
import gc

_HUGE = 2**21
_MADV_COLLAPSE = 25


def collapse() -> int:
    """Move what memory can be moved; give the number of huge pages, 0 on a kernel before Linux 6.1.

    Where Python's objects lie is told by their addresses, since behind bubblewrap there is no
    /proc/self/maps; what C++ allocates grows downwards from the end of the heap.
    """
    libc = ctypes.CDLL(None)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    libc.sbrk.argtypes, libc.sbrk.restype = [ctypes.c_ssize_t], ctypes.c_size_t

    def moved(page: int) -> bool:
        return libc.madvise(page * _HUGE, _HUGE, _MADV_COLLAPSE) == 0

    last = libc.sbrk(0) // _HUGE
    first = last
    while moved(first - 1):
        first -= 1
    objects = {id(value) // _HUGE for value in gc.get_objects()} - set(range(first, last))
    return last - first + sum(map(moved, objects))
