"""Real replies of students' processes, recorded once, and what a hostile process may make of them."""

from __future__ import annotations

import json
import random
import re
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from autograder.grading.launcher import End, Launcher, Process
from autograder.sandbox.wire import Blob, Channel, Closed, Content, TooLate, frame, parse, parse_prefix

_PREFIX = struct.Struct("<IQ")

Frames = dict[tuple[bytes, bytes], list[list[bytes]]]
"""What was answered to each request, by the one that loaded the file and its own: often one frame."""


# Recording -----------------------------------------------------------------------------------------


def recording(launcher: Launcher, frames: Frames) -> Launcher:
    """The same launcher, whose processes' replies are put into `frames`."""
    spawn = launcher.spawn

    def noted(seconds: int | None = None) -> Process:
        process = spawn(seconds)
        process.channel = _Noting(process.channel, frames)  # type: ignore[assignment]
        return process

    launcher.spawn = noted  # type: ignore[method-assign]
    return launcher


class _Noting:
    """A channel that keeps what comes."""

    received = 0

    def __init__(self, channel: Channel, frames: Frames) -> None:
        self._channel, self._frames = channel, frames
        self._loaded = b""
        self._ahead: Sequence[bytes] = ()
        self._came: list[bytes] = []

    def send(self, header: dict[str, Any], blobs: Iterable[Blob] = (), deadline: float | None = None) -> None:
        blobs = list(blobs)
        self._ahead = [bytes(blob) for blob in blobs] if header["op"] == "ahead" else ()
        self._came = []
        self._loaded = key_of(header, blobs) if header["op"] == "load" else self._loaded
        self._frames[self._loaded, key_of(header, blobs)].append(self._came)
        self._channel.send(header, blobs, deadline)

    def receive(self, deadline: float | None = None) -> Content:
        header, pieces = self._channel.receive(deadline)
        self._came.append(frame({k: v for k, v in header.items() if k != "seq"}, pieces))
        return header, pieces

    def receive_numbered(self, number: int, deadline: float, *, soon: bool = False) -> bytes:
        reply = self._channel.receive_numbered(number, deadline, soon=soon)
        self._frames[self._loaded, self._ahead[number]].append([reply])
        return reply

    def close(self) -> None:
        self._channel.close()


def key_of(header: dict[str, Any], blobs: Sequence[Blob]) -> bytes:
    """A request without its number."""
    return frame({key: value for key, value in header.items() if key != "seq"}, blobs)


# Replying ------------------------------------------------------------------------------------------


@dataclass
class Liar:
    """Stands in for the launcher and for a process, which answers from what was recorded.

    Attributes:
        frames: what was recorded.
        draw: decides on everything that is done to it.
        often: the share of replies that are changed.
        changed: how many were.
    """

    frames: Frames
    tier: Any
    draw: random.Random = field(default_factory=random.Random)
    often: float = 0.0
    changed: int = 0

    def __post_init__(self) -> None:
        self._pool = [reply for replies in self.frames.values() for came in replies for reply in came]

    def spawn(self, seconds: int | None = None) -> _Stand:
        return _Stand(self)

    def replies(self, loaded: bytes, request: bytes) -> list[bytes]:
        """The replies to one request, some of them changed; to an unknown one any reply."""
        known = self.frames.get((loaded, request))
        came = self.draw.choice(known) if known else [self.draw.choice(self._pool)]
        return [self.told(reply) for reply in came]

    def told(self, reply: bytes) -> bytes:
        if self.draw.random() >= self.often:
            return reply
        self.changed += 1
        kind = self.draw.random()
        if kind < 0.03:
            raise Closed
        if kind < 0.04:
            raise TooLate
        return changed(reply, self.draw.choice(self._pool), self.draw)


class _Stand:
    """A process and its channel at once."""

    received = 0

    def __init__(self, liar: Liar) -> None:
        self._liar = liar
        self._sequence = 0
        self._loaded = b""
        self._waiting: Iterator[bytes] = iter(())
        self._ahead: Sequence[bytes] = ()
        self.channel = self

    def send(self, header: dict[str, Any], blobs: Iterable[Blob] = (), deadline: float | None = None) -> None:
        blobs = list(blobs)
        self._sequence = header["seq"]
        if header["op"] == "ahead":
            self._ahead = [bytes(blob) for blob in blobs]
            self._waiting = iter([frame({"value": None, "printed": ""})])
        else:
            request = key_of(header, blobs)
            self._loaded = request if header["op"] == "load" else self._loaded
            self._waiting = iter(self._liar.replies(self._loaded, request))

    def receive(self, deadline: float | None = None) -> Content:
        reply = next(self._waiting, None)
        if reply is None:
            raise Closed
        header, _ = parse_prefix(reply[: _PREFIX.size])
        content, pieces = parse(reply[_PREFIX.size : _PREFIX.size + header], memoryview(reply[_PREFIX.size + header :]))
        return {"seq": self._sequence, **content}, pieces

    def receive_numbered(self, number: int, deadline: float, *, soon: bool = False) -> bytes:
        return self._liar.replies(self._loaded, self._ahead[number])[0]

    def ended(self, wait: float) -> End | None:
        return End(self._liar.draw.choice((0, 1, -9, -11, -24)), 0.0)

    def waited(self) -> float | None:
        return self._liar.draw.choice((None, 0.0, 100.0))

    def used(self) -> float:
        return 0.0

    def kill(self, wait: float) -> End | None:
        return self.ended(wait)

    def close(self) -> None:
        pass


# Changing ------------------------------------------------------------------------------------------


_NESTED = {"list": ("[", "]"), "dict": ('{"a":', "}"), "tuple": ('["tuple",[', "]]")}
_IS_NESTED = re.compile(r'"nested (\w+) (\d+)"')
"""What stands for a deep nesting, which no writer of JSON would write, until the text is there."""


def _write_nested(found: re.Match[str]) -> str:
    start, end = _NESTED[found[1]]
    return start * int(found[2]) + "1" + end * int(found[2])


_STRANGE: tuple[Callable[[random.Random], Any], ...] = (
    lambda draw: draw.choice((None, True, False, "", [], {}, 0, -1, 1, 2, 3, 4, 5, 7)),
    lambda draw: draw.choice((2**31, 2**40, 2**62, 2**63, -(2**63), 10**30, 10**400, -(10**30))),
    lambda draw: draw.choice((0.5, -0.0, 1e308, 5e-324, float("nan"), float("inf"), -float("inf"))),
    lambda draw: draw.choice(("\ud800", "a\udfffb", "\0", "\x1b[2J", "<script>", "é" * 50, "a" * 200_000)),
    lambda draw: draw.choice(("float32", "int64", "bool", "complex128", "float8", "Exception", "Module")),
    lambda draw: f"nested {draw.choice(sorted(_NESTED))} {draw.choice((5, 39, 45, 200, 900, 5_000, 100_000))}",
    lambda draw: [draw.choice((0, 1, "a", None, 2**40))] * draw.choice((3, 1000, 100_000)),
    lambda draw: [
        draw.choice(("tensor", "module", "container", "generator", "vectors", "opaque", "dtype", "float")),
        draw.choice((0, 1, 2, -1, -2, -3, -4, -6, 4, 7, "nan", "inf", "float32", 10**6, None, [])),
    ],
    lambda draw: [draw.choice(("tuple", "set")), [draw.choice((1, "a", ["tuple", []], ["tensor", -1]))] * 3],
    lambda draw: ["array", [-1, "float32", [2, 2], [2, 1], 0, 0]],
    lambda draw: {draw.choice(("text", "line", "value", "error", "a" * 1000)): draw.choice((1, "a", [], None))},
    lambda draw: {
        "text": "99",
        "line": "1",
        "trace": "t",
        "bases": draw.choice((_BASES, ["Exception"], [1], 3)),
    },
)
_BASES = ["UnicodeDecodeError", "ExceptionGroup", "StopIteration", "KeyboardInterrupt", "Exception"]
_KEYS = (
    "value", "error", "printed", "storages", "tensors", "gradients", "generators", "random", "modules",
    "vectors", "containers", "pieces", "seq", "at", "blobs", "new_case", "lookup_bytes", "weight",
)  # fmt: skip


def changed(reply: bytes, other: bytes, draw: random.Random) -> bytes:
    """A reply with one to four things changed: in what its header says, in its bytes or in its lengths."""
    header, body = _opened(reply)
    for _ in range(draw.randint(1, 4)):
        kind = draw.random()
        if kind < 0.72:
            header = _restructured(header, _opened(other)[0], draw)
        elif kind < 0.84:
            body = _damaged(body, draw)
        elif kind < 0.9:
            sizes = [draw.choice((0, 1, 4, 8, 5056, 2**40, -1, len(body))) for _ in range(draw.randint(0, 4))]
            header["blobs"] = draw.choice((sizes, [len(body)], [0, len(body), 0], None))
        else:
            whole = _closed(header, body, draw)
            return _damaged(whole, draw)
    return _closed(header, body, draw)


def _opened(reply: bytes) -> tuple[dict[str, Any], bytes]:
    length, _ = _PREFIX.unpack(reply[: _PREFIX.size])
    return json.loads(reply[_PREFIX.size : _PREFIX.size + length]), reply[_PREFIX.size + length :]


def _closed(header: Any, body: bytes, draw: random.Random) -> bytes:
    text = _IS_NESTED.sub(_write_nested, json.dumps(header, ensure_ascii=draw.random() < 0.5))
    if draw.random() < 0.02:  # a key twice
        text = text[:-1] + ', "value": 1, "value": 2}'
    data = text.encode("utf-8", "surrogatepass")
    lengths = [len(data), len(body)]
    if draw.random() < 0.02:
        lengths[draw.randrange(2)] = draw.choice((0, 1, 2**31, 2**32 - 1))
    return _PREFIX.pack(*lengths) + data + body


def _damaged(data: bytes, draw: random.Random) -> bytes:
    content = bytearray(data)
    place = draw.randrange(len(content) + 1)
    match draw.randrange(5):
        case 0:
            for _ in range(draw.randint(1, 8) if content else 0):
                content[draw.randrange(len(content))] = draw.choice((0, 1, 0x7F, 0x80, 0xFF, 0xF0))
        case 1:
            del content[place:]
        case 2:
            content[place:place] = draw.randbytes(draw.randint(1, 64))
        case 3:
            content[place : place + 8] = struct.pack("<d", draw.choice((float("nan"), float("inf"), 1e300)))
        case 4:
            del content[place : place + draw.randint(1, 16)]
    return bytes(content)


Place = tuple[Any, Any]
"""A list or dict of a header, and an index or key in it."""


def _places(value: Any) -> list[Place]:
    """Where values stand in a header, those near its top first; of long lists, a few."""
    found: list[Place] = []
    waiting = [value]
    for holder in waiting:
        for key in [*islice(holder, 20)] if isinstance(holder, dict) else range(min(len(holder), 20)):
            found.append((holder, key))
            if isinstance(holder[key], dict | list) and len(found) < 1000:
                waiting.append(holder[key])
    return found


def _restructured(header: dict[str, Any], other: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """One value of a header is another, is gone, stands twice or in another's place."""
    header = json.loads(json.dumps(header))
    places = _places(header)
    if not places:
        return header
    near = places[: max(1, len(places) // draw.choice((1, 1, 4, 16)))]
    holder, key = draw.choice(near)
    match draw.randrange(9):
        case 0 | 1 | 2:
            holder[key] = draw.choice(_STRANGE)(draw)
        case 3:
            del holder[key]
        case 4:
            from_holder, from_key = draw.choice(places)
            holder[key] = json.loads(json.dumps(from_holder[from_key]))
        case 5:
            if isinstance(holder[key], int) and not isinstance(holder[key], bool):
                holder[key] += draw.choice((-1, 1, 2, -holder[key], -2 * holder[key], 1000))
            elif isinstance(holder[key], list):
                holder[key] = holder[key][::-1]
        case 6:
            if isinstance(holder[key], list) and holder[key]:
                holder[key] += holder[key] * draw.choice((1, 1, 50))
            elif isinstance(holder[key], dict):
                holder[key][draw.choice(_KEYS)] = draw.choice(_STRANGE)(draw)
        case 7:
            header[draw.choice(_KEYS)] = draw.choice(_STRANGE)(draw)
        case 8:
            section = draw.choice(_KEYS)
            if section in other:
                header[section] = other[section]
    return header


def nothing_recorded() -> Frames:
    return defaultdict(list)
