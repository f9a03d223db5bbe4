"""Reads the headers of a tar archive, in one pass over them: tarfile, on what strangers made, may never end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

BLOCK = 512
_LARGEST = 1 << 50
_REGULAR = (b"0", b"\0", b"7")
_WITHOUT_DATA = (b"1", b"2", b"3", b"4", b"5", b"6")
_FOLDER, _LINKS = b"5", (b"1", b"2")
_GNU_NAME, _PAX = b"L", b"x"
_ABOUT_OTHERS = (_GNU_NAME, _PAX, b"K", b"g")
"""Members that say something of the next, or of all."""


class DamagedTarError(Exception):
    """What stands where a header should be is none."""


class TooManyHeadersError(Exception):
    """There are more headers than may be read."""


@dataclass(frozen=True)
class TarMember:
    """A file, folder or link.

    Attributes:
        start: where its content begins.
        size: of the content, in bytes, as the header says.
    """

    name: str
    start: int
    size: int
    is_folder: bool
    is_link: bool
    is_file: bool


def tar_members(stream: IO[bytes], most: int) -> Iterator[TarMember]:
    """The members in order; `most` bytes of headers are read.

    Raises:
        DamagedTarError, TooManyHeadersError
    """
    position = seen = 0
    name = ""
    while True:
        stream.seek(position)
        header = stream.read(BLOCK)
        if not header.strip(b"\0"):
            if position == 0 or (header and len(header) < BLOCK):
                raise DamagedTarError
            return
        _check(header)
        kind, size, start = header[156:157], _number(header[124:136]), position + BLOCK
        position = start + (0 if kind in _WITHOUT_DATA else -(-size // BLOCK) * BLOCK)
        seen += BLOCK + (size if kind in _ABOUT_OTHERS else 0)
        if seen > most:
            raise TooManyHeadersError
        if kind in _ABOUT_OTHERS:
            if kind == _GNU_NAME:
                name = _text(stream.read(size))
            elif kind == _PAX:
                name = _pax_path(stream.read(size)) or name
            continue
        own = name or "/".join(part for part in (_prefix(header), _text(header[:100])) if part)
        is_folder = kind == _FOLDER or own.endswith("/")
        yield TarMember(own, start, size, is_folder, kind in _LINKS, kind in _REGULAR)
        name = ""


def _check(header: bytes) -> None:
    """Refuse what is no header: the sum of its bytes stands in it."""
    if len(header) < BLOCK or sum(header) - sum(header[148:156]) + 8 * 32 != _number(header[148:156]):
        raise DamagedTarError


def _number(field: bytes) -> int:
    try:
        value = int.from_bytes(field[1:], "big") if field[0] & 0x80 else int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise DamagedTarError from None
    if not 0 <= value < _LARGEST:
        raise DamagedTarError
    return value


def _prefix(header: bytes) -> str:
    return _text(header[345:500]) if header[257:263] == b"ustar\0" else ""


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")


def _pax_path(content: bytes) -> str:
    """The `path` among records such as `30 mtime=1350244992.023960108`, the first number being the record's length."""
    while content:
        length, space, _ = content[:20].partition(b" ")
        if not space or not length.isdigit() or not len(length) + 1 < int(length) <= len(content):
            raise DamagedTarError
        key, _, value = content[len(length) + 1 : int(length)].partition(b"=")
        if key == b"path":
            return value.rstrip(b"\n").decode("utf-8", "replace")
        content = content[int(length) :]
    return ""
