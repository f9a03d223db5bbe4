"""The operating system's limits on a student's process."""

from __future__ import annotations

import os
import resource
from dataclasses import dataclass

BASE_MEMORY = 2**30
"""Bytes of address space for Python, torch and gensim themselves; about 0.8 GB are taken."""


@dataclass(frozen=True)
class WorkerLimits:
    """What one student's process may use: processor seconds, and bytes beyond `BASE_MEMORY`."""

    seconds_per_call: int
    seconds_per_submission: int
    memory_bytes: int
    output_chars: int


def set_limits(limits: WorkerLimits) -> None:
    """Bind this process for good: it can lower these limits, but not raise them."""
    for what, most in (
        (resource.RLIMIT_AS, BASE_MEMORY + limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds_per_submission),
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


def cut_loose(keep: set[int]) -> None:
    """Leave the parent's session, files and standard streams; only the descriptors in `keep` stay open."""
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    start = 3
    for descriptor in sorted(keep):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
