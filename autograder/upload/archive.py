"""Lists a zip file in memory: nothing is extracted, no size in a header is believed."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from typing import IO

from .listing import (
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

MAX_DIRECTORY_BYTES = 8_000_000
"""Of a zip's table of contents: about 80,000 files."""

MAX_NESTED_DIRECTORY_BYTES = 1_000_000
"""Of the table of contents of a zip inside an upload."""

MAX_DEPTH = 50
"""Folders in folders; names can be made of tens of thousands of them."""

MAX_NESTED_BYTES = 100_000_000
"""Of the zips inside an upload together."""

MAX_NESTED = 10
"""Zips inside an upload that are opened."""

_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile bounds no other's output
_ENCRYPTED = 0x1  # bits of an entry's flags
_IS_UTF8 = 0x800


def list_archive(stream: IO[bytes], name: str, max_directory: int | None = None) -> Listing:
    """List the zip in `stream`, which must stay open as long as its entries are read.

    An archive that cannot be opened, and entries that point out of it or are links, are problems.
    """
    name = printable(name)
    try:
        bounded = _Bounded(stream, max_directory or MAX_DIRECTORY_BYTES)
        archive = zipfile.ZipFile(bounded)
        bounded.opening = False
    except _TooLongError:
        return Listing(problems=(f"{name} lists more files than are looked through.",))
    except Exception:  # zipfile raises whatever its parsing runs into
        return Listing(problems=(f"{name} is damaged, cut short or no zip file: it cannot be opened.",))
    entries: list[Entry] = []
    problems: list[str] = []
    members = [(info, inside, _parts(inside)) for info in archive.infolist() if (inside := _name(info))]
    too_deep = [inside for _, inside, parts in members if len(parts) > MAX_DEPTH]
    if too_deep:
        problems.append(f"{printable(too_deep[0])} in {name} lies more than {MAX_DEPTH} folders deep: not read.")
        members = [member for member in members if len(member[2]) <= MAX_DEPTH]
    found = environments(parts for _, _, parts in members)
    for info, inside, parts in members:
        is_folder = not parts or inside.endswith(("/", "\\"))
        within = tuple(part for part in parts if part != "..")
        if is_folder or is_junk(within) or in_environment(parts, found):
            continue
        shown = printable("/".join(parts))
        if ".." in parts or _is_absolute(inside):
            if is_relevant(parts[-1]):
                problems.append(f"{printable(inside)} in {name} points outside the zip: not read.")
        elif stat.S_ISLNK(info.external_attr >> 16):
            problems.append(f"{shown} in {name} is a link, and links are not followed.")
        else:
            entries.append(Entry(parts, _reader(archive, info, f"{shown} in {name}")))
    return Listing(in_order(entries), tuple(problems))


def open_nested(listing: Listing) -> Listing:
    """Put in place of the zips of a listing what they hold; zips inside those stay closed."""
    entries: list[Entry] = []
    problems = list(listing.problems)
    opened, room = 0, MAX_NESTED_BYTES
    for entry in listing.entries:
        if not entry.name.lower().endswith(".zip"):
            entries.append(entry)
            continue
        opened += 1
        if opened > MAX_NESTED:
            problems.append(f"More than {MAX_NESTED} zips were handed in; the rest was not opened.")
            break
        try:
            content = entry.read(room)
        except UnreadableError as error:
            problems.append(str(error))
            continue
        room -= len(content)
        inner = list_archive(io.BytesIO(content), entry.shown, MAX_NESTED_DIRECTORY_BYTES).within(entry.name)
        folder = entry.parts[:-1]
        problems += inner.problems
        if inner.problems and not inner.entries:
            entries.append(entry)  # what is in it stays unknown
        for nested in inner.entries:
            if nested.name.lower().endswith(".zip"):
                problems.append(f"{nested.shown} is a zip in a zip in what was handed in: not opened.")
            else:
                uploaded = "/".join((entry.uploaded, *nested.parts[1:])) if entry.uploaded else ""
                entries.append(Entry((*folder, *nested.parts), nested.read, uploaded))
    return Listing(tuple(entries), tuple(problems))


class _TooLongError(Exception):
    """A zip's table of contents is longer than we are willing to read."""


class _Bounded(io.RawIOBase):
    """A file that refuses long reads while zipfile opens it: it reads the table of contents at one go."""

    def __init__(self, stream: IO[bytes], longest: int) -> None:
        self.stream = stream
        self.longest = longest
        self.opening = True

    def read(self, size: int | None = -1) -> bytes:
        if self.opening and size is not None and size > self.longest:
            raise _TooLongError
        return self.stream.read(self.longest if size is None or size < 0 else size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        return self.stream.tell()

    def seekable(self) -> bool:
        return True


def _reader(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if info.flag_bits & _ENCRYPTED:
            raise UnreadableError(f"{shown} is locked with a password.")
        if info.compress_type not in _READ_METHODS:
            raise UnreadableError(f"{shown} is packed by a method other than the usual one (deflate).")
        try:
            with archive.open(info) as member:
                content = member.read(limit + 1)
        except Exception:  # zipfile and zlib raise whatever their parsing runs into
            raise UnreadableError(f"{shown} is damaged or cut short.") from None
        if len(content) > limit:
            raise UnreadableError(f"{shown} is larger than {limit:,} bytes.")
        return content

    return read


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name. Some programs write UTF-8 without saying so; zipfile then reads it as cp437."""
    if info.flag_bits & _IS_UTF8:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def _parts(name: str) -> tuple[str, ...]:
    """A zip entry's path; some programs on Windows part it with backslashes."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def _is_absolute(name: str) -> bool:
    return name.startswith(("/", "\\")) or name[1:2] == ":"
