"""What a case asks of the student's functions, known beforehand.

A case is plain code, and what it asks next may depend on every answer. But it asks the same as long
as it gets the same answers, and mostly even if it does not. So the requests that it makes of the
reference are recorded once, as its *script*, and sent ahead to every student's process, those of
many cases in one message. The answers are then handed to the case one by one, as if it had asked.
Where it asks something else than its script says, the answers are worth nothing, and the case
starts over and asks for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from ..sandbox.wire import Blob, Content, WireError, frame, unframe


@dataclass(frozen=True)
class Script:
    """The requests of one case, each a whole frame."""

    requests: tuple[bytes, ...]


class Diverged(BaseException):
    """A case does not keep to its script. No `Exception`: no test may catch it."""


class Replay:
    """The answers to a script, handed out as long as the case keeps to it.

    Args:
        replies: one frame for each request, as they came from the student's process: not to be
            trusted in anything.

    Attributes:
        digest: the same for the same answers, and for no others.
    """

    def __init__(self, script: Script, replies: Sequence[Blob]) -> None:
        self._expected = zip(script.requests, replies, strict=True)
        self.digest = _digest(replies)

    def answer(self, header: dict[str, Any], blobs: Sequence[Blob]) -> Content:
        """The reply to a request.

        Raises:
            Diverged: if the request is not the script's next one, or its reply cannot be read.
        """
        request, reply = next(self._expected, (b"", b""))
        if frame(header, blobs) != request:
            raise Diverged
        try:
            return unframe(reply)
        except WireError:
            raise Diverged from None


def _digest(replies: Sequence[Blob]) -> bytes:
    whole = blake2b(digest_size=16)
    for reply in replies:
        whole.update(len(reply).to_bytes(8))
        whole.update(reply)
    return whole.digest()
