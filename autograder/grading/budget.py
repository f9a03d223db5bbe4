"""What one submission may cost, in its own processes and in ours: processor time, the clock's, bytes."""

from __future__ import annotations

import time

BY_THE_CLOCK = 2
"""Seconds by the clock for each second of processor time: that much of the machine others may have."""

LEAST = 0.1
"""Processor seconds with which nothing is begun: the kernel may end a process so much before its time."""

MAX_BYTES = 2**30
"""Bytes that all replies may have in sum: those of the example batch have 8 MB at most."""


class Budget:
    """Adds up what a submission costs from the moment on in which this is made.

    Nothing that a submission brings about is free: what its processes compute, and what it takes us to
    wait, read, compare, show and diagnose, all comes off the same seconds.

    Args:
        seconds: of processor time, that of its processes and our own in sum. By the clock, it may be
            `BY_THE_CLOCK` times as many.

    Attributes:
        seconds: the same.
        until: the monotonic time at which the time by the clock is up.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.until = time.monotonic() + BY_THE_CLOCK * seconds
        self._ours_before = time.process_time()
        self._theirs = 0.0  # of processes that have ended
        self._bytes = 0

    def charge(self, seconds: float, received: int) -> None:
        """Add what a process used that has ended, and the bytes that came from it."""
        self._theirs += seconds
        self._bytes += received

    def left(self, running: float = 0.0) -> float:
        """Processor seconds that are left, where a process that still runs has used so many."""
        return self.seconds - self._theirs - running - (time.process_time() - self._ours_before)

    def is_spent(self, running: float = 0.0, received: int = 0) -> bool:
        """Whether nothing more is to be asked of this submission.

        Args:
            running, received: what the process that still runs has used and sent.
        """
        return self.left(running) < LEAST or time.monotonic() >= self.until or self._bytes + received > MAX_BYTES
