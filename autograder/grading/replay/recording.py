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

from ...sandbox.wire import Blob, Content, WireError, frame, unframe


@dataclass(frozen=True)
class Request:
    """A request that can be sent ahead.

    Attributes:
        name: what messages call the function that it is for.
        frame: the whole of it.
    """

    name: str
    frame: bytes


Recording = tuple[Request, ...]
"""All that one case asks."""


class ReplayMismatch(BaseException):
    """A case does not keep to its script. No `Exception`: no test may catch it."""


class Replay:
    """The answers to a script, handed out as long as the case keeps to it.

    Args:
        script: the requests.
        replies: a frame for each of the first of them, or all, as they came from the student's
            process: not to be trusted in anything.
        stop: what is raised for the request after these, which ended the process.

    Attributes:
        stop: the same.
        is_whole: whether every request was answered.
        digest: the same for the same answers, and for no others.
    """

    def __init__(self, script: Recording, replies: Sequence[Blob], stop: BaseException | None = None) -> None:
        self.stop = stop
        self.is_whole = len(replies) == len(script)
        self.digest = _digest(replies)
        self._script = iter(script)
        self._replies = iter(replies)

    def answer(self, header: dict[str, Any], blobs: Sequence[Blob]) -> Content:
        """The reply to a request.

        Raises:
            ReplayMismatch: if the request is not the script's next one, or its reply is missing or cannot
                be read.
        """
        expected = next(self._script, None)
        if expected is None or frame(header, blobs) != expected.frame:
            raise ReplayMismatch
        reply = next(self._replies, None)
        if reply is None:
            raise self.stop or ReplayMismatch
        try:
            return unframe(reply)
        except WireError:
            raise ReplayMismatch from None


def _digest(replies: Sequence[Blob]) -> bytes:
    whole = blake2b(digest_size=16)
    for reply in replies:
        whole.update(len(reply).to_bytes(8))
        whole.update(reply)
    return whole.digest()
