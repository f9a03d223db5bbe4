"""Measures work in processor time, and stops what would not come to its end."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable


class TooSlow(Exception):
    """It used more processor time than it may."""


def seconds(work: Callable[[], object], most: float) -> float:
    """Processor seconds that `work` takes.

    Raises:
        TooSlow: as soon as these are more than `most`.
    """

    def stop(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, stop)
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, most)
    try:
        work()
        return time.process_time() - began
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def is_slow(work: Callable[[], object], most: float) -> bool:
    """Whether it takes more processor seconds than `most`, and again when it is tried once more."""
    for _ in range(2):
        try:
            seconds(work, most)
            return False
        except TooSlow:
            continue
    return True
