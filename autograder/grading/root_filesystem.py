"""Copies what students' processes may read into a folder of its own, which becomes their root folder.

There they find nothing else: no other file's size, times or link target, whatever its permissions. All
of it is readable to anybody, wherever the interpreter lies and whoever may enter there. One copy is
kept for each state of the environment, in the user's folder for caches.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from ..check.loading.libraries import LISTED
from ..errors import GraderError

PACKAGE = Path(__file__).resolve().parent.parent
NAME = "embeddings-autograder"

LARGEST = 16 * 2**20
"""Bytes. Larger libraries are loaded before a student's process begins, or are for a GPU."""

ACCESSED = 2**31 - 1
"""When each file was read last, in seconds. Kernels replace no later time by an earlier one."""

UNUSED_SECONDS = 3_600
"""A copy that no process has asked for in this time, or uses, is removed when another is made."""

_NO_LIBRARIES = frozenset({"site-packages", "dist-packages", "test"})
_NOT_FOR_PYTHON = frozenset({"include", "bin", "tests"})
_NOT_READ = frozenset({".pyi", ".c", ".cpp", ".pyx", ".js", ".po", ".whl"})
_EMPTY = "dev/null"
"""A file that holds nothing, like the device."""


@cache
def readable() -> tuple[str, ...]:
    """What a student's process may read: Python's own modules, the libraries listed, the worker's code.

    The project is installed editable, so hidden tests and solutions lie in none of these.
    """
    found = {PACKAGE / "__init__.py", PACKAGE / "sandbox", PACKAGE / "check"}
    for kind in ("stdlib", "platstdlib"):
        folder = Path(sysconfig.get_path(kind))
        found |= {path for path in folder.iterdir() if path.name not in _NO_LIBRARIES}
    for folder in map(Path, sys.path):
        if folder.name in _NO_LIBRARIES and folder.is_dir():
            found |= {path for path in folder.iterdir() if _is_listed(path) and path != PACKAGE}
    asked = [sys.executable, "-m", "autograder.sandbox.preload"]
    needed = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=PACKAGE.parent).stdout
    return tuple(sorted({"/etc/ld.so.cache", *needed.splitlines(), *map(str, found)} - {""}))


def _is_listed(path: Path) -> bool:
    """Whether it is a library that students' files find, what one brings along, or what is said of one."""
    return path.suffix in (".libs", ".dist-info") or path.name.partition(".")[0] in LISTED


@cache
def image_of(roots: tuple[str, ...]) -> str:
    """The folder that holds copies of these files and folders, by their whole paths.

    It stays as long as this process, and is found by the next one.

    Raises:
        GraderError: if it cannot be made.
    """
    files = sorted(dict(_files(roots)).items())
    whole = blake2b(Path(__file__).read_bytes(), digest_size=16)
    for path, about in files:  # whole seconds: an image of a container keeps no more
        whole.update(f"{path}\0{about.st_size} {int(about.st_mtime)}\n".encode(errors="surrogateescape"))
    folder = own_folder()
    place = folder / whole.hexdigest()
    try:
        while not _hold(place):
            _sweep(folder)
            _make(place, files)
    except OSError as error:
        raise GraderError(
            f"What students' code may read ({sum(about.st_size for _, about in files) >> 20} MB) could not "
            f"be copied to {folder}: {error}. Name a folder with room for it in XDG_CACHE_HOME."
        ) from None
    return str(place)


def own_folder(name: str = NAME) -> Path:
    """This user's folder for what is kept, which nobody else may change.

    Raises:
        GraderError: if there can be none.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    places = [Path(caches) / name, Path(tempfile.gettempdir()) / f"{name}-{os.geteuid()}"]
    for place in places:
        with contextlib.suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.mkdir(mode=0o700, exist_ok=True)
            about = place.lstat()
            if stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022:
                (place / "trial").touch()
                (place / "trial").unlink(missing_ok=True)
                return place
    raise GraderError(
        "What students' code may read has to be copied to a folder of your own, and none of these can be "
        f"used: {', '.join(map(str, places))}. Name one in XDG_CACHE_HOME."
    )


def _files(roots: tuple[str, ...]) -> Iterator[tuple[str, os.stat_result]]:
    """Each file that is copied, with what is known of it: not what no Python program reads."""
    for root in roots:
        if not os.path.isdir(root):
            with contextlib.suppress(FileNotFoundError):
                yield root, os.stat(root)
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - _NOT_FOR_PYTHON)
            for name in sorted(names):
                path = os.path.join(folder, name)
                with contextlib.suppress(FileNotFoundError):  # a link that leads nowhere
                    about = os.stat(path)
                    is_program = about.st_mode & 0o100 and "." not in name
                    is_left_out = is_program or os.path.splitext(name)[1] in _NOT_READ
                    if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST and not is_left_out:
                        yield path, about


def _make(place: Path, files: list[tuple[str, os.stat_result]]) -> None:
    """Copy everything, beside `place` first, so that only what is whole ever stands there."""
    older = _newest(place.parent)
    draft = tempfile.mkdtemp(dir=place.parent)
    try:
        folders = {draft}
        for path, about in files:
            copy = draft + path
            _make_folders(os.path.dirname(copy), folders)
            if not (older and _linked(older + path, copy, about)):
                _copy(path, copy, about)
        _make_folders(f"{draft}/dev", folders)
        open(f"{draft}/{_EMPTY}", "x").close()
        os.chmod(f"{draft}/{_EMPTY}", 0o444)
        os.utime(f"{draft}/{_EMPTY}", (ACCESSED, 0))
        for folder in folders:
            os.chmod(folder, 0o755)
            if folder != draft:  # else another process would sweep it away before it is held
                os.utime(folder, (ACCESSED, 0))
        try:
            os.rename(draft, place)
        except OSError:
            if not place.exists():  # else another process was faster
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _make_folders(folder: str, made: set[str]) -> None:
    if folder not in made:
        _make_folders(os.path.dirname(folder), made)
        os.mkdir(folder)
        made.add(folder)


def _newest(folder: Path) -> str:
    """The image that was made or asked for last; empty if there is none."""
    found = []
    for place in folder.iterdir():
        with contextlib.suppress(OSError):
            found.append((place.stat().st_mtime, str(place)))
    return max(found, default=(0.0, ""))[1]


def _linked(older: str, copy: str, about: os.stat_result) -> bool:
    """Take over the copy that another image has of the same file: after a small change, most are."""
    with contextlib.suppress(OSError):  # there is none, or it is just being removed
        there = os.stat(older)
        if (there.st_size, int(there.st_mtime)) == (about.st_size, int(about.st_mtime)):
            os.link(older, copy)
            return True
    return False


def _copy(path: str, copy: str, about: os.stat_result) -> None:
    """Copy a file for anybody to read, with the time by which Python knows whether its bytecode is of it."""
    with open(path, "rb") as source, open(copy, "xb") as target:
        shutil.copyfileobj(source, target, 2**20)
        os.fchmod(target.fileno(), 0o444)
    os.utime(copy, (ACCESSED, int(about.st_mtime)))


def _hold(place: Path) -> bool:
    """Use it for as long as this process lives; False if it is not there, or is being removed."""
    with contextlib.suppress(FileNotFoundError):
        lock = os.open(place, os.O_RDONLY)  # open for good
        fcntl.flock(lock, fcntl.LOCK_SH)
        if os.path.samestat(os.fstat(lock), place.stat()):
            os.utime(place, (ACCESSED, time.time()))
            return True
    return False


def _sweep(folder: Path) -> None:
    """Remove the copies that are neither used nor likely to be."""
    for place in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            if place.stat().st_mtime <= time.time() - UNUSED_SECONDS:
                _remove_if_unused(place)


def _remove_if_unused(place: Path) -> None:
    lock = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        gone = tempfile.mkdtemp(dir=place.parent)
        os.rename(place, gone)  # at once: whoever waits for the lock sees that it is not there any more
        shutil.rmtree(gone, ignore_errors=True)
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
