"""Lists an archive in memory: nothing is extracted, no size in a header is believed."""

from __future__ import annotations

import gzip
import io
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO

from .contents import Kind, kind_of
from .listing import (
    MAX_JUNK,
    Entry,
    Listing,
    UnreadableError,
    environments,
    in_environment,
    in_order,
    is_archive,
    is_junk,
    is_relevant,
    junk_of,
    printable,
)
from .tar_file import TooManyHeadersError, tar_members


@dataclass(frozen=True)
class ArchiveLimits:
    """How much of an archive is looked at.

    Attributes:
        directory: bytes of the table of contents; a zip takes some hundred for a file, a tar 512 or more.
        unpacked: bytes that a compressed tar may have, of which none can be skipped.
    """

    directory: int
    unpacked: int = 100_000_000


UPLOAD = ArchiveLimits(8_000_000)
"""Of what a student handed in: about 80,000 files in a zip, 16,000 in a tar."""

NESTED = ArchiveLimits(1_000_000)
"""Of an archive inside an upload."""

DOWNLOAD = ArchiveLimits(32_000_000, 2_000_000_000)
"""Of a platform's."""

MAX_DEPTH = 50
"""Folders in folders; names can be made of tens of thousands of them."""

MAX_NESTED_BYTES = 100_000_000
"""Of the archives inside an upload together."""

MAX_NESTED = 10
"""Archives inside an upload that are opened."""

_IN_MEMORY = 10_000_000
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_READ_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # zipfile bounds no other's output
_ENCRYPTED = 0x1  # bits of an entry's flags
_IS_UTF8 = 0x800


@dataclass(frozen=True)
class _Member:
    """What an archive has under one name."""

    name: str
    read: Callable[[int], bytes]
    is_folder: bool = False
    is_link: bool = False


def list_archive(stream: IO[bytes], name: str, limits: ArchiveLimits | None = None) -> Listing:
    """List the archive in `stream`, which must stay open as long as its entries are read.

    An archive that cannot be opened, and entries that point out of it or are links, are problems.
    """
    name, limits = printable(name), limits or UPLOAD
    is_tar = _is_tar(stream, name)
    noun = "tar archive" if is_tar else "zip file"
    members: list[tuple[_Member, tuple[str, ...]]] = []
    problems: list[str] = []
    try:
        found = _tar(stream, name, limits) if is_tar else _zip(stream, name, limits)
        members += ((member, _parts(member.name)) for member in found)
    except (_TooLongError, TooManyHeadersError):
        return Listing(problems=(f"{name} lists more files than are examined.",))
    except UnreadableError as error:
        return Listing(problems=(str(error),))
    except Exception:  # zipfile and gzip raise whatever their parsing runs into
        if not members:
            return Listing(problems=(f"{name} is damaged, cut short or not a {noun}: it cannot be opened.",))
        problems.append(f"{name} is damaged or cut short: what follows {printable(members[-1][0].name)} is not read.")
    entries: list[Entry] = []
    junk: dict[str, None] = {}
    too_deep = [member.name for member, parts in members if len(parts) > MAX_DEPTH]
    if too_deep:
        problems.append(f"{printable(too_deep[0])} in {name} is more than {MAX_DEPTH} folders deep and was not read.")
        members = [(member, parts) for member, parts in members if len(parts) <= MAX_DEPTH]
    own = environments(parts for _, parts in members)
    for member, parts in members:
        within = tuple(part for part in parts if part != "..")
        if not parts or member.is_folder:
            continue
        if is_junk(within) or in_environment(parts, own):
            junk |= {junk_of(within): None} if len(junk) < MAX_JUNK else {}
            continue
        if ".." in parts or _is_absolute(member.name):
            if is_relevant(parts[-1]):
                problems.append(f"{printable(member.name)} in {name} points outside the {noun.split()[0]}: not read.")
        elif member.is_link:
            problems.append(f"{printable('/'.join(parts))} in {name} is a link, and links are not followed.")
        else:
            entries.append(Entry(parts, member.read))
    return Listing(in_order(entries), tuple(problems), tuple(junk))


def _is_tar(stream: IO[bytes], name: str) -> bool:
    """Whether an archive is to be read as a tar: its content tells, and of what tells nothing its name."""
    start = stream.read(_TAR_MARK_AT + len(_TAR_MARK))
    stream.seek(0)
    if start.startswith(_ZIP) or start.startswith(_GZIP) or start.endswith(_TAR_MARK):
        return not start.startswith(_ZIP)
    return is_archive(name) and not name.lower().endswith(".zip")


def _is_nested(entry: Entry, room: int) -> bool:
    """Whether a file of an upload is an archive: by its name, or if that has no ending by its content."""
    if is_archive(entry.name) or "." in entry.name:
        return is_archive(entry.name)
    try:
        content = entry.read(room)
    except UnreadableError:
        return False
    return content.startswith((_ZIP, _GZIP)) and kind_of(entry.name, content) is Kind.ARCHIVE


def open_nested(listing: Listing) -> Listing:
    """Put in place of the archives of a listing what they hold; archives inside those stay closed."""
    entries: list[Entry] = []
    problems = list(listing.problems)
    junk = list(listing.junk)
    opened, room = 0, MAX_NESTED_BYTES
    for entry in listing.entries:
        if not _is_nested(entry, room):
            entries.append(entry)
            continue
        opened += 1
        if opened > MAX_NESTED:
            if opened == MAX_NESTED + 1:
                problems.append(f"More than {MAX_NESTED} archives were handed in; the others were not opened.")
            entries.append(entry)
            continue
        try:
            content = entry.read(room)
        except UnreadableError as error:
            problems.append(str(error))
            continue
        room -= len(content)
        inner = list_archive(io.BytesIO(content), entry.shown, NESTED).within(entry.name)
        folder = entry.parts[:-1]
        problems += inner.problems
        junk += ["/".join((*folder, name)) for name in inner.junk]
        if inner.problems and not inner.entries:
            entries.append(entry)  # what is in it stays unknown
        if not (inner.problems or inner.entries or inner.junk):
            problems.append(f"{entry.shown} is empty.")
        for nested in inner.entries:
            if is_archive(nested.name):
                problems.append(
                    f"{nested.shown} is an archive inside an archive inside the upload, and was not opened."
                )
            else:
                uploaded = "/".join((entry.uploaded, *nested.parts[1:])) if entry.uploaded else ""
                entries.append(Entry((*folder, *nested.parts), nested.read, uploaded))
    return Listing(tuple(entries), tuple(problems), tuple(junk))


# Zips --------------------------------------------------------------------------------------------


def _zip(stream: IO[bytes], archive_name: str, limits: ArchiveLimits) -> Iterator[_Member]:
    bounded = _Bounded(stream, limits.directory)
    archive = zipfile.ZipFile(bounded)
    bounded.opening = False
    for info in archive.infolist():
        if name := _name(info):
            yield _Member(
                name,
                _reader(archive, info, f"{printable('/'.join(_parts(name)))} in {archive_name}"),
                name.endswith(("/", "\\")),
                stat.S_ISLNK(info.external_attr >> 16),
            )


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
            raise UnreadableError(f"{shown} is compressed by a method other than the usual one (deflate).")
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


# Tars --------------------------------------------------------------------------------------------


def _tar(stream: IO[bytes], archive_name: str, limits: ArchiveLimits) -> Iterator[_Member]:
    is_packed = stream.read(len(_GZIP)) == _GZIP
    stream.seek(0)
    plain = _unpacked(stream, archive_name, limits.unpacked) if is_packed else stream
    for member in tar_members(plain, limits.directory):
        shown = f"{printable('/'.join(_parts(member.name)))} in {archive_name}"
        read = _part(plain, member.start, member.size, shown) if member.is_file else _unreadable(shown)
        yield _Member(member.name, read, member.is_folder, member.is_link)


def _unpacked(stream: IO[bytes], name: str, most: int) -> IO[bytes]:
    """What a compressed file holds: in memory, or if it is long in a temporary file that nobody else sees.

    Raises:
        UnreadableError: if that is longer than `most` bytes.
    """
    plain = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (whoever may read it keeps it open)
    with gzip.GzipFile(fileobj=stream) as packed:
        while chunk := packed.read(1 << 20):
            if plain.tell() + len(chunk) > most:
                raise UnreadableError(f"{name} holds more than {most:,} bytes: it is not opened.")
            plain.write(chunk)
    return plain


def _part(stream: IO[bytes], start: int, size: int, shown: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        if size > limit:
            raise UnreadableError(f"{shown} is larger than {limit:,} bytes.")
        stream.seek(start)
        content = stream.read(size)
        if len(content) < size:
            raise UnreadableError(f"{shown} is damaged or cut short.")
        return content

    return read


def _unreadable(shown: str) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        raise UnreadableError(f"{shown} is not a regular file.")

    return read
