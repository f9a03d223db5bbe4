"""What is sent to the grader past the protocol ends the sender, where a naive reader comes to harm."""

from __future__ import annotations

import builtins
import contextlib
import json
import os
import pickle
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from autograder.result import Outcome
from autograder.sandbox.wire import Channel, Closed, TooLate, WireError
from tests.hostile.collection import HERE, KIND, Attack, those
from tests.hostile.conftest import Gate
from tests.representatives import representatives

MOST_RESERVED = 2**28
NEVER_TOO_SLOW = 50
"""Reads of a single byte after which a reader that has a limit for each read alone was kept waiting."""


class Harmed(Exception):
    """What a naive reader came to."""


def read_naively(connection: socket.socket) -> None:
    """Read a frame as one would who trusts its sender."""
    header, body = struct.unpack("<IQ", _exactly(connection, 12))
    text = _exactly(connection, header)
    with contextlib.suppress(Exception):
        pickle.loads(text)
    if vars(builtins).pop("unpickled", False):
        raise Harmed("code ran where it was unpickled")
    try:
        message = json.loads(text.decode())
        json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    except (RecursionError, ValueError) as error:
        raise Harmed(f"an error nobody expects: {type(error).__name__}") from None
    if sum(message["blobs"]) != body or message["seq"] != 1:
        raise Harmed("a message taken for what it is not")


def _exactly(connection: socket.socket, size: int) -> bytes:
    if size > MOST_RESERVED:
        raise Harmed(f"{size} bytes are reserved")
    data, reads = b"", 0
    while len(data) < size:
        connection.settimeout(120)  # for each read: as many naive readers do
        piece = connection.recv(size - len(data))
        if not piece:
            raise Harmed("a message that never comes to its end")
        data, reads = data + piece, reads + 1
        if reads > NEVER_TOO_SLOW:
            raise Harmed("kept waiting byte after byte")
    return data


@contextlib.contextmanager
def frames_of(attack: Attack) -> Iterator[socket.socket]:
    """A connection over which the file's `attack` sends what it sends, from a process of its own."""
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process == 0:
        try:
            os.dup2(theirs.fileno(), 3)
            os.closerange(4, 1024)
            namespace: dict = {}
            exec((HERE / f"{attack.name}.py").read_text(encoding="utf-8"), namespace)
            namespace["_PATIENCE"] = 0
            namespace["attack"]()
        finally:
            os._exit(0)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()  # whatever it still has to send fails now
        os.waitpid(process, 0)


@pytest.mark.parametrize("attack", those("naive reader"), ids=lambda attack: attack.name)
def test_a_naive_reader_comes_to_harm_where_ours_refuses(attack: Attack):
    with frames_of(attack) as connection, pytest.raises(Harmed):
        read_naively(connection)
    with frames_of(attack) as connection, pytest.raises((WireError, Closed, TooLate)):
        header, _ = Channel(connection).receive(deadline=time.monotonic() + 120)
        if header.get("seq") != 1:  # as the session does
            raise WireError("a reply to no question")


@pytest.mark.parametrize("attack", representatives(those("naive reader"), KIND), ids=lambda attack: attack.name)
def test_only_the_sender_ends(attack: Attack, walled: Gate):
    result = walled.graded(attack)
    outcomes = {case.outcome for question in result.questions for case in question.cases}
    assert outcomes & {Outcome.CRASHED, Outcome.TIMED_OUT}
    assert result.fault == ""
