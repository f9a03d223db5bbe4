"""Has everything in memory that a student's process can read, before the first of them begins.

What one process reads from the disk, the next finds in memory, and can tell by the time that it takes:
so two submissions could pass each other notes. Where all has been read before, there is no difference.
Where the kernel allows it, a process of its own holds it there as long as the zygote lives.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator

from .environment import program_of_this_package

_AT_ONCE = 2**20
_PROT_READ, _MAP_SHARED, _MAP_LOCKED = 1, 1, 0x2000
_FAILED = ctypes.c_void_p(-1).value


class _Object(ctypes.Structure):
    """The beginning of what the loader tells of a file that it has mapped."""

    _fields_ = (("address", ctypes.c_void_p), ("name", ctypes.c_char_p))


def loaded() -> list[str]:
    """The files that are mapped into this process as programs and libraries.

    Asked of the loader, since behind bubblewrap there is no /proc.
    """
    names: list[str] = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Object), ctypes.c_size_t, ctypes.c_void_p)
    def note(told: ctypes._Pointer[_Object], size: int, data: None) -> int:
        names.append(os.fsdecode(told.contents.name or b""))
        return 0

    ctypes.CDLL(None).dl_iterate_phdr(note, None)
    names.append(os.path.realpath(sys.executable))  # the program has no name there
    return sorted({name for name in names if os.path.isfile(name)})


class Keeper:
    """The process that fetches files into memory, beside this one, and holds them there.

    Args:
        roots: files and folders; it begins with them at once.
    """

    def __init__(self, roots: Iterable[str]) -> None:
        command = program_of_this_package("sandbox.preload", "keep", *roots)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def keep(self, files: Iterable[str]) -> bool:
        """Wait until it holds these, too; False if it cannot. It goes when this process ends."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write("\n".join(files) + "\n\n")
            self._process.stdin.flush()
        return self._process.stdout.readline() == "kept\n"


def _keep(roots: Iterable[str]) -> None:
    """Be the keeper."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    for path in _files(roots):
        _hold(path, libc)
    for path in iter(sys.stdin.readline, "\n"):
        _hold(path.removesuffix("\n"), libc)
    print("kept", flush=True)
    sys.stdin.read()


def _hold(path: str, libc: ctypes.CDLL) -> None:
    """Lock a file in memory; where this user may not, or not so much, read it."""
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        locked = libc.mmap(None, size, _PROT_READ, _MAP_SHARED | _MAP_LOCKED, file.fileno(), 0)
        if locked == _FAILED:
            buffer = bytearray(_AT_ONCE)
            while file.readinto(buffer):
                pass


def _files(roots: Iterable[str]) -> Iterator[str]:
    """Every file below these; every folder and link is looked at on the way."""
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, folders, names in os.walk(root):
            for name in folders:
                os.lstat(os.path.join(folder, name))
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    yield path


def _print_needed() -> None:
    """Print the libraries that Python's own modules need of the system."""
    for folder in sys.path:
        if os.path.basename(folder) == "lib-dynload":
            for name in os.listdir(folder):
                with contextlib.suppress(OSError):  # what is not installed is missing for everybody
                    ctypes.CDLL(os.path.join(folder, name))
    print("\n".join(loaded()))


if __name__ == "__main__":
    if sys.argv[1:2] == ["keep"]:
        _keep(sys.argv[2:])
    else:
        _print_needed()
