"""The operating system's limits on a student's process."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerLimits:
    """What one student's process may use: processor seconds, and bytes beyond what it starts with."""

    seconds_per_call: int
    seconds_per_submission: int
    memory_bytes: int
    output_chars: int


def set_limits(limits: WorkerLimits) -> None:
    """Bind this process for good: it can lower these limits, but not raise them."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[0])
    memory = pages * resource.getpagesize() + limits.memory_bytes
    used = int(resource.getrusage(resource.RUSAGE_SELF).ru_utime)
    seconds = used + limits.seconds_per_submission
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 2**20),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def allow_seconds(seconds: int) -> None:
    """Give the next call its processor seconds; the kernel's SIGXCPU ends a longer one."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = min(int(used.ru_utime + used.ru_stime) + seconds + 1, most)
    resource.setrlimit(resource.RLIMIT_CPU, (until, most))


def cut_loose(keep: int) -> None:
    """Leave the parent's session, files and standard streams; only the descriptor `keep` stays open."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, keep)
    os.closerange(keep + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
