"""Lists a folder that a student handed in, without following links."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from .listing import (
    MAX_JUNK,
    Entry,
    Listing,
    UnreadableError,
    environments,
    in_environment,
    in_order,
    is_junk,
    is_relevant,
    printable,
)

MAX_FILES = 20_000
"""Files and folders of one folder that are looked through, junk not counted."""


def list_folder(folder: Path) -> Listing:
    """List the regular files below `folder`; links and special files are named as problems."""
    entries: list[Entry] = []
    problems: list[str] = []
    junk: list[str] = []
    seen = 0
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        inside = waiting.pop()
        try:
            found = sorted(os.scandir(folder.joinpath(*inside)), key=lambda item: item.name)
        except OSError as error:
            problems.append(f"The folder {printable('/'.join(inside))} cannot be opened: {error.strerror}.")
            continue
        own = environments((*inside, item.name) for item in found)
        for item in found:
            parts = (*inside, item.name)
            if is_junk((item.name,)) or in_environment(parts, own):
                junk += ["/".join(parts)] if len(junk) < MAX_JUNK else []
                continue
            seen += 1
            if seen > MAX_FILES:
                problems.append(f"The folder holds more than {MAX_FILES} files; the rest was not examined.")
                return Listing(in_order(entries), tuple(problems), tuple(junk))
            mode = item.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                waiting.append(parts)
            elif stat.S_ISREG(mode):
                entries.append(Entry(parts, file_reader(Path(item.path))))
            elif stat.S_ISLNK(mode) and (is_relevant(item.name) or os.path.isdir(item.path)):
                problems.append(f"{printable('/'.join(parts))} is a link, and links are not followed.")
            elif is_relevant(item.name):
                problems.append(f"{printable('/'.join(parts))} is not a regular file.")
    return Listing(in_order(entries), tuple(problems), tuple(junk))


def file_reader(path: Path) -> Callable[[int], bytes]:
    """A reader of one file on disk, for an `Entry`."""

    def read(limit: int) -> bytes:
        try:
            with path.open("rb") as file:
                content = file.read(limit + 1)
        except OSError as error:
            raise UnreadableError(f"{printable(path.name)} cannot be read: {error.strerror}.") from None
        if len(content) > limit:
            raise UnreadableError(f"{printable(path.name)} is larger than {limit:,} bytes.")
        return content

    return read
