"""Tells when a file was saved, by looking at it time and again: no library is needed for one file."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

POLL = 0.03
"""Seconds between two looks."""

REST = 0.06
GONE = 1.0
"""Seconds for which a file must not change, and for which it must be missing or empty, to be believed:
editors write in several steps, or put a new file in the old one's place."""

Stamp = tuple[int, int, int] | None


class Saves:
    """Tells when a file was saved, once what stands there has come to rest."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._clock = clock
        self._seen = self._settled = self._stamp()
        self._since = clock()

    def poll(self) -> bool:
        """Whether it was saved since this was last true."""
        now = self._stamp()
        if now != self._seen:
            self._seen, self._since = now, self._clock()
        is_there = now is not None and now[1] > 0
        if now == self._settled or self._clock() - self._since < (REST if is_there else GONE):
            return False
        self._settled = now
        return True

    def _stamp(self) -> Stamp:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino
