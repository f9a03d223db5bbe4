"""Frames between the grader and a student's process: a JSON header, then raw bytes.

A frame is `<u32 header length><u64 body length>`, the header in UTF-8 JSON and the body. The
header's `blobs` lists the lengths of the pieces of the body. Nothing is pickled, and whoever reads
a frame trusts neither its lengths nor its text.
"""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import time
from collections.abc import Callable, Iterable
from typing import Any

MAX_HEADER = 2**20  # honest ones have 2 KB; parsed JSON takes up to thirty times its text
MAX_BODY = 80 * 2**20  # of which a mirror takes 64
MAX_BLOBS = 4096
MAX_STATEMENTS = 20_000  # of a file, that are announced before they run; the rest runs unannounced

_PREFIX = struct.Struct("<IQ")
_NUMBER = struct.Struct("<I")
_CHUNK = 2**16
_WATCH_SECONDS = 1.0
_PAUSE_SECONDS = 0.004
"""To be woken by each of many small frames costs more than to read them; so they are let come together."""

_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")  # an escape that `pack` never writes


class WireError(Exception):
    """A frame is not what the protocol says; its sender is not to be trusted any further."""


class TooLarge(WireError):
    """More is to be told than a frame or a mirror holds; nothing of it was sent."""


class Closed(Exception):
    """The other side is gone."""


class TooLate(Exception):
    """The deadline passed before the frame was through."""


Blob = bytes | bytearray | memoryview
Content = tuple[dict[str, Any], list[memoryview]]
"""What a frame holds: the header and the pieces of the body."""


def frame(header: dict[str, Any], blobs: Iterable[Blob] = ()) -> bytes:
    """A whole frame in one piece, for keeping or for handing on inside another frame.

    Raises:
        WireError: as `pack` does.
    """
    return b"".join(pack(header, blobs))


def unframe(data: Blob) -> Content:
    """Header and blobs of a whole frame.

    Raises:
        WireError: for anything that `frame` would not have written.
    """
    whole = memoryview(data)
    header, body = parse_prefix(bytes(whole[: _PREFIX.size]))
    if whole.nbytes != _PREFIX.size + header + body:
        raise WireError("a frame within a frame is cut short or too long")
    start = _PREFIX.size + header
    return parse(bytes(whole[_PREFIX.size : start]), whole[start:])


def pack(header: dict[str, Any], blobs: Iterable[Blob] = ()) -> list[Blob]:
    """The pieces of a frame, to be sent one after the other.

    Raises:
        WireError: if the frame would be larger than a reader accepts, or the header is not JSON.
    """
    pieces = list(blobs)
    sizes = [memoryview(piece).nbytes for piece in pieces]
    try:
        text = _WRITER.encode({**header, "blobs": sizes}).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise WireError(f"this cannot be handed over: {error}") from None
    if len(text) > MAX_HEADER or sum(sizes) > MAX_BODY or len(sizes) > MAX_BLOBS:
        raise TooLarge("this is too large to be handed over")
    start = _PREFIX.pack(len(text), sum(sizes)) + text
    if sum(sizes) <= _CHUNK:  # one piece wakes the reader once
        return [b"".join([start, *pieces])]
    return [start, *pieces]


def parse_prefix(prefix: bytes) -> tuple[int, int]:
    """The lengths of header and body.

    Raises:
        WireError: if either is beyond its bound.
    """
    if len(prefix) != _PREFIX.size:
        raise WireError("a frame's prefix is cut short")
    header, body = _PREFIX.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise WireError(f"a frame of {header} + {body} bytes is too large")
    return header, body


def parse(text: bytes, body: memoryview) -> Content:
    """The header and the pieces of the body.

    Raises:
        WireError: for anything that `pack` would not have written.
    """
    if b"\\u" in text and _SURROGATE.search(text):
        raise WireError("a text holds half a character")
    try:
        header = _READER.decode(text.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError) as error:
        raise WireError(f"a header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise WireError("a header is not an object")
    sizes = header.pop("blobs", None)
    if not isinstance(sizes, list) or len(sizes) > MAX_BLOBS:
        raise WireError("a header does not list its blobs")
    if any(type(size) is not int or size < 0 for size in sizes) or sum(sizes) != body.nbytes:
        raise WireError("the blobs do not add up to the body")
    pieces, start = [], 0
    for size in sizes:
        pieces.append(body[start : start + size])
        start += size
    return header, pieces


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise WireError(f"{text[:40]} is not a number")
    return number


def _refuse(name: str) -> None:
    raise WireError(f"{name} is not a JSON number")


_WRITER = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
_READER = json.JSONDecoder(parse_float=_finite, parse_constant=_refuse)


class Channel:
    """One end of the connection.

    Attributes:
        received: how many bytes have come.
        watch: called about once a second while a frame is waited for or comes; it may raise.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._came = bytearray()  # bytes that were received and not yet read
        self.received = 0
        self.watch: Callable[[], None] = lambda: None
        self._watched = 0.0

    def send(
        self,
        header: dict[str, Any],
        blobs: Iterable[Blob] = (),
        deadline: float | None = None,
        number: int | None = None,
    ) -> None:
        """Send one frame, until `deadline` on the monotonic clock; its number first, if it has one.

        Raises:
            WireError: if it is too large, before any of it is sent.
            Closed, TooLate: as they say.
        """
        first, *others = pack(header, blobs)
        if number is not None:
            first = _NUMBER.pack(number) + first
        for piece in (first, *others):
            self._send_piece(memoryview(piece), deadline)

    def receive(self, deadline: float | None = None) -> Content:
        """Wait for one frame, until `deadline` on the monotonic clock.

        Raises:
            WireError, Closed, TooLate: as they say.
        """
        header, body = parse_prefix(self._read(_PREFIX.size, deadline))
        text = self._read(header, deadline)
        return parse(text, memoryview(self._read(body, deadline)))

    def receive_numbered(self, number: int, deadline: float, *, soon: bool = False) -> bytes:
        """Wait for one frame of many, and give it unread, for `unframe`.

        Args:
            soon: whether it is taken as soon as it is there, since not many more come after it.

        Raises:
            WireError, Closed, TooLate: as they say.
        """
        if not self._came and not soon:
            time.sleep(_PAUSE_SECONDS)
        if _NUMBER.unpack(self._read(_NUMBER.size, deadline)) != (number,):
            raise WireError("a reply to no question")
        prefix = self._read(_PREFIX.size, deadline)
        return prefix + self._read(sum(parse_prefix(prefix)), deadline)

    def close(self) -> None:
        self._socket.close()

    def fileno(self) -> int:
        return self._socket.fileno()

    def _send_piece(self, piece: memoryview, deadline: float | None) -> None:
        left = piece.cast("B") if piece.nbytes else piece
        while left.nbytes:
            self._wait_until(deadline)
            try:
                left = left[self._socket.send(left) :]
            except TimeoutError:
                continue  # a second has passed, or all of them
            except OSError:
                raise Closed from None

    def _read(self, size: int, deadline: float | None) -> bytes:
        """Exactly `size` bytes; memory grows with what has come, not with what was announced."""
        while len(self._came) < size:
            self._wait_until(deadline)
            try:
                piece = self._socket.recv(_CHUNK)
            except TimeoutError:
                continue  # a second has passed, or all of them
            except OSError:
                raise Closed from None
            if not piece:
                raise Closed
            self._came += piece
            self.received += len(piece)
        data = bytes(memoryview(self._came)[:size])
        del self._came[:size]
        return data

    def _wait_until(self, deadline: float | None) -> None:
        """Let the socket wait for a second, or until the deadline."""
        if deadline is None:
            self._socket.settimeout(None)
            return
        now = time.monotonic()
        if now >= deadline:
            raise TooLate
        if now - self._watched >= _WATCH_SECONDS:
            self._watched = now
            self.watch()
        self._socket.settimeout(min(deadline - now, _WATCH_SECONDS))
