"""Frames: what goes in comes out, and whatever is malformed is refused with one error."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sandbox import wire
from autograder.sandbox.wire import Channel, Closed, TooLate, WireError, pack, parse, parse_prefix

PREFIX = 12

text = st.text(st.characters(codec="utf-8"), max_size=20)
number = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
value = st.recursive(
    st.none() | st.booleans() | number | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
header = st.dictionaries(text.filter(lambda key: key != "blobs"), value, max_size=5)
blobs = st.lists(st.binary(max_size=40), max_size=4)


def read(frame: bytes) -> tuple[dict, list[memoryview]]:
    """Parse a frame's bytes as a `Channel` would."""
    header_size, body_size = parse_prefix(frame[:PREFIX])
    if len(frame) != PREFIX + header_size + body_size:
        raise WireError("a channel would wait for the rest or keep it for the next frame")
    return parse(frame[PREFIX : PREFIX + header_size], memoryview(frame)[PREFIX + header_size :])


def frame_of(header_text: bytes, body: bytes = b"") -> bytes:
    return struct.pack("<IQ", len(header_text), len(body)) + header_text + body


@given(header, blobs)
def test_what_is_packed_is_read_back(header, blobs):
    got, pieces = read(b"".join(pack(header, blobs)))
    assert json.dumps(got) == json.dumps(header)  # -0.0 included
    assert [bytes(piece) for piece in pieces] == blobs


def test_large_blobs_are_read_back():
    big = bytes(range(256)) * 1000
    got, pieces = read(b"".join(pack({"a": 1}, [big, b"", memoryview(big)])))
    assert got == {"a": 1}
    assert [bytes(piece) for piece in pieces] == [big, b"", big]


MALFORMED = {
    "no JSON": b"x",
    "nothing": b"",
    "no object": b"[1]",
    "no blobs": b"{}",
    "blobs are no list": b'{"blobs":0}',
    "a blob's size is a float": b'{"blobs":[0.0]}',
    "a blob's size is a bool": b'{"blobs":[false]}',
    "a blob's size is negative": b'{"blobs":[1,-1]}',
    "a blob's size is a text": b'{"blobs":["0"]}',
    "blobs beyond the body": b'{"blobs":[1]}',
    "too many blobs": json.dumps({"blobs": [0] * (wire.MAX_BLOBS + 1)}).encode(),
    "NaN": b'{"a":NaN,"blobs":[]}',
    "Infinity": b'{"a":-Infinity,"blobs":[]}',
    "a float beyond all floats": b'{"a":1e999,"blobs":[]}',
    "half a character, escaped": b'{"a":"\\ud800","blobs":[]}',
    "half a character, escaped in a key": b'{"\\uDfff":1,"blobs":[]}',
    "half a character after an escaped backslash": b'{"a":"\\\\\\ud800","blobs":[]}',
    "half a character, raw": b'{"a":"\xed\xa0\x80","blobs":[]}',
    "not UTF-8": b'{"a":"\xff","blobs":[]}',
    "UTF-16": '{"blobs":[]}'.encode("utf-16"),
    "a byte-order mark": b'\xef\xbb\xbf{"blobs":[]}',
    "endless brackets": b'{"blobs":' + b"[" * 100_000,
    "closed brackets": b'{"blobs":[],"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "an int of 5000 digits": b'{"a":' + b"9" * 5000 + b',"blobs":[]}',
    "two objects": b'{"blobs":[]}{"blobs":[]}',
    "a control character in a text": b'{"a":"\x00","blobs":[]}',
}


@pytest.mark.parametrize("header_text", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_header_is_refused(header_text):
    with pytest.raises(WireError):
        read(frame_of(header_text))


def test_an_escaped_backslash_before_a_u_is_no_half_character():
    got, _ = read(b"".join(pack({"a": "\\ud800"})))
    assert got == {"a": "\\ud800"}


@pytest.mark.parametrize("prefix", [b"", b"\0" * 11, b"\0" * 13], ids=len)
def test_a_prefix_of_another_length_is_refused(prefix):
    with pytest.raises(WireError):
        parse_prefix(prefix)


@pytest.mark.parametrize("sizes", [(wire.MAX_HEADER + 1, 0), (0, wire.MAX_BODY + 1), (2**32 - 1, 2**64 - 1)])
def test_lengths_beyond_the_bounds_are_refused(sizes):
    with pytest.raises(WireError):
        parse_prefix(struct.pack("<IQ", *sizes))


@pytest.mark.parametrize(
    "header",
    [{"a": float("nan")}, {"a": float("inf")}, {"a": "\ud800"}, {"\udfff": 1}, {"a": {1, 2}}, {"a": b""}],
    ids=str,
)
def test_what_is_no_json_is_not_packed(header):
    with pytest.raises(WireError):
        pack(header)


def test_what_no_reader_accepts_is_not_packed(monkeypatch):
    monkeypatch.setattr(wire, "MAX_HEADER", 100)
    monkeypatch.setattr(wire, "MAX_BODY", 100)
    for header, blobs in [({"a": "x" * 100}, []), ({}, [b"x" * 101]), ({}, [b""] * (wire.MAX_BLOBS + 1))]:
        with pytest.raises(WireError):
            pack(header, blobs)


# Anything at all ---------------------------------------------------------------------------------


def refuses_or_reads(frame: bytes) -> None:
    """Nothing but a `WireError` may come of any bytes, and what is read is in form."""
    try:
        got, pieces = read(frame)
    except WireError:
        return
    assert isinstance(got, dict)
    b"".join(pack(got, pieces))


@given(st.binary(max_size=200))
def test_random_bytes_give_a_wire_error_at_worst(data):
    refuses_or_reads(data)
    refuses_or_reads(frame_of(data))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(header, blobs, st.randoms(use_true_random=False))
def test_mutated_frames_give_a_wire_error_at_worst(header, blobs, rng):
    frame = bytearray(b"".join(pack(header, blobs)))
    for _ in range(20):
        refuses_or_reads(mutated(frame, rng))


REAL = [
    {"op": "call", "seq": 7, "function": "encode", "args": [["container", 1]], "kwargs": {}, "new_case": True,
     "containers": [[1, ["list", ["the", "café", -1, 0.02, None, ["float", "nan"]]]]], "random": 1,
     "tensors": [[2, [3, "float32", [3, 4], [4, 1], 0, 5]]], "storages": [[3, 48, 0]]},
    {"value": ["tuple", [["tensor", -1], "x\u20ac\U0001f600", True]], "seq": 7, "printed": "a\nb\\",
     "modules": [[-2, ["Embedding", "", True, {"num_embeddings": 3}, {"weight": ["tensor", -1]}, {}, {}]]],
     "gradients": [[-1, "none"]], "tensors": [[-1, [-3, "float32", [3, 4], [4, 1], 0, 5]]]},
    {"error": {"type": "E", "bases": ["KeyError", "Exception"], "text": "'q\"", "line": "", "trace": ""},
     "seq": 8, "printed": ""},
]  # fmt: skip


def mutated(frame: bytes | bytearray, rng: random.Random) -> bytes:
    """Flip, cut out, double or put in some bytes; mostly mend the lengths, so as to get further in."""
    data = bytearray(frame)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data))
        length = rng.randint(1, 8)
        kind = rng.randrange(5)
        if kind == 0:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del data[at : at + length]
        elif kind == 2:
            data[at:at] = data[at : at + length]
        elif kind == 3:
            data[at:at] = rng.choice([b'"', b"[", b"]", b"{", b"}", b",", b"\\u", b"\xff", b"-", b"9" * 30])
        else:
            data[at : at + length] = bytes(rng.randrange(256) for _ in range(length))
        if not data:
            data = bytearray(b"\0")
    if rng.random() < 0.8 and len(data) > PREFIX:
        body = min(rng.choice([0, 48, 52]), len(data) - PREFIX)
        data[:PREFIX] = struct.pack("<IQ", len(data) - PREFIX - body, body)
    return bytes(data)


def mutate_real_messages(count: int, seed: int) -> int:
    """Read that many mutants; how many of them were refused."""
    rng = random.Random(seed)
    frames = [
        b"".join(pack(REAL[0], [b"\1" * 48, b"abcd"])),
        b"".join(pack(REAL[1])),
        b"".join(pack(REAL[2])),
    ]
    refused = 0
    for _ in range(count):
        frame = mutated(rng.choice(frames), rng)
        try:
            read(frame)
        except WireError:
            refused += 1
        refuses_or_reads(frame)
    return refused


def test_mutated_real_messages_give_a_wire_error_at_worst():
    refused = mutate_real_messages(3_000, seed=1)
    assert 1_000 < refused < 3_000  # the mutants reach both the refusals and what lies behind them


@pytest.mark.soak
def test_a_hundred_thousand_mutated_messages_give_a_wire_error_at_worst():
    mutate_real_messages(100_000, seed=2)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(st.binary(max_size=2000))
def test_many_random_bytes_give_a_wire_error_at_worst(data):
    refuses_or_reads(data)
    refuses_or_reads(frame_of(data))


# Channels ----------------------------------------------------------------------------------------


@pytest.fixture
def ends():
    left, right = socket.socketpair()
    yield Channel(left), right
    left.close()
    right.close()


def soon() -> float:
    return time.monotonic() + 0.05


def test_frames_that_come_in_one_go_are_read_one_by_one(ends):
    channel, other = ends
    other.sendall(b"".join([*pack({"a": 1}, [b"xy"]), *pack({"b": 2})]))
    first, pieces = channel.receive(time.monotonic() + 10)
    assert (first, [bytes(piece) for piece in pieces]) == ({"a": 1}, [b"xy"])
    assert channel.receive(time.monotonic() + 10) == ({"b": 2}, [])


def test_a_frame_larger_than_any_buffer_gets_through(ends):
    channel, other = ends
    data = bytes(3 * 2**20)
    sender = threading.Thread(target=Channel(other).send, args=({"a": 1}, [data]))
    sender.start()
    _, pieces = channel.receive(time.monotonic() + 30)
    sender.join()
    assert bytes(pieces[0]) == data


def test_silence_ends_at_the_deadline(ends):
    channel, _ = ends
    with pytest.raises(TooLate):
        channel.receive(soon())


def test_half_a_frame_ends_at_the_deadline(ends):
    channel, other = ends
    other.sendall(b"".join(pack({"a": "b"}))[:-1])
    with pytest.raises(TooLate):
        channel.receive(soon())


def test_a_reader_that_never_reads_ends_at_the_deadline(ends):
    channel, _ = ends
    with pytest.raises(TooLate):
        channel.send({}, [bytes(8 * 2**20)], soon())


def test_a_closed_end_is_told(ends):
    channel, other = ends
    other.sendall(b"\0")
    other.close()
    with pytest.raises(Closed):
        channel.receive()
    with pytest.raises(Closed):
        channel.send({})


def test_an_announced_length_takes_no_memory(ends):
    channel, other = ends
    other.sendall(struct.pack("<IQ", 10, wire.MAX_BODY) + b"x" * 10)
    with pytest.raises(TooLate):
        channel.receive(soon())
    assert len(channel._came) < 100
