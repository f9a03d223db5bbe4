"""What stands where `sys.stdout` was while a student's code runs, at the desk and when it is graded."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


class Printed(io.TextIOBase):
    """Hands on what is printed, and has what the standard streams have.

    Args:
        take: gets each text that is printed.
    """

    encoding = "utf-8"
    errors = "backslashreplace"
    name = "<stdout>"
    mode = "w"
    line_buffering = write_through = False

    def __init__(self, take: Callable[[str], object]) -> None:
        self._take = take
        self.buffer = _Bytes(self)

    def write(self, text: str) -> int:
        self._take(str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def reconfigure(self, **_: Any) -> None:
        """Accept any encoding: whatever is printed arrives."""

    def close(self) -> None:
        """Stay open: somebody prints after this."""


class _Bytes(io.BufferedIOBase):
    """The stream below, for code that writes bytes or builds a stream of its own on it."""

    def __init__(self, above: Printed) -> None:
        self.raw: Any = self
        self.name = above.name
        self.mode = "wb"
        self._above = above

    def write(self, data: Any) -> int:
        content = bytes(data)
        self._above.write(content.decode("utf-8", "backslashreplace"))
        return len(content)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._above.fileno()

    def close(self) -> None:
        """Stay open when a stream that was built on it goes."""
