"""Writes files whole or not at all, under names that any student's key can have."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import BinaryIO

from ..errors import GraderError

LONGEST_NAME = 120
"""Bytes of a name without its suffix: well below what file systems take."""


def is_left_behind(path: PurePath) -> bool:
    """Whether running, editors or systems leave such a file in a folder: nobody wrote it, and it is in no archive."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def write_atomically(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write `text` to `path`: readers see the old file or the whole new one, never a part.

    Raises:
        GraderError: if the disk does not take it.
    """
    with replacing(path) as file:
        file.write(text.encode(encoding))


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that takes the place of `path` once it is whole, and never if the block fails.

    Raises:
        GraderError: if the disk does not take it.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        with os.fdopen(handle, "wb") as file:
            yield file
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise GraderError(f"{path} cannot be written: {error.strerror}") from None
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def file_names(students: Iterable[str]) -> dict[str, str]:
    """A file name, without suffix, for every student's key; no two are the same on any system.

    A key that is a fit name stands as it is. Of any other, what fits is kept and a digest of the
    key follows a `~`, which no fit name has. So it goes, too, where two keys differ in case alone.
    """
    students = list(students)
    folded = Counter(_folded(student) for student in students)
    return {
        student: student if _fits(student) and folded[_folded(student)] == 1 else _with_digest(student)
        for student in students
    }


def _fits(key: str) -> bool:
    return (
        0 < len(key.encode("utf-8", "surrogatepass")) <= LONGEST_NAME
        and all(_may_stand(character) for character in key)
        and key[0] not in " .-"
        and key[-1] not in " ."
        and unicodedata.is_normalized("NFC", key)
        and not _RESERVED.fullmatch(key)
    )


def _may_stand(character: str) -> bool:
    return character in " ._-,'()@+" or unicodedata.category(character)[0] in "LMN"


def _folded(key: str) -> str:
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", key).casefold())


def _with_digest(key: str) -> str:
    kept = "".join(character if _may_stand(character) else "-" for character in key[:24])
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{unicodedata.normalize('NFC', kept).strip(' .-') or 'student'}~{digest}"


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    umask = os.umask(0o022)
    os.umask(umask)
    return umask
