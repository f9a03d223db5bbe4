"""The operating system's limits on a student's process."""

from __future__ import annotations

import _thread
import mmap
import os
import resource
from dataclasses import dataclass
from pathlib import Path, PurePath

_OWN = 2**27
"""Bytes of address space that a worker takes for itself beyond the zygote's: stacks, buffers."""

TASKS = 64
"""Threads that a student's process may have, about: the kernel counts all that its user has."""

_MOST_TASKS = 2**22
"""The largest number that Linux gives to a process."""

_FINEST = 2**20
"""Bytes to which an address space is measured."""


@dataclass(frozen=True)
class WorkerLimits:
    """What one student's process may use: processor seconds, and bytes beyond what is loaded already."""

    seconds_per_call: int
    seconds_per_submission: int
    memory_bytes: int
    output_chars: int


def machine_memory() -> int:
    """Bytes of memory that this machine has, or the container whose limit is the lowest."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    groups = _text(Path("/proc/self/cgroup")).splitlines()
    for _, kinds, path in (line.split(":", 2) for line in groups):
        if kinds not in ("", "memory"):
            continue
        mounted, name = ("/sys/fs/cgroup", "memory.max")
        if kinds:
            mounted, name = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
        group = PurePath(path.lstrip("/"))
        for folder in (group, *group.parents):
            text = _text(Path(mounted, folder, name)).strip()
            limits += [int(text)] if text.isdecimal() else []
    return min(limits)


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # not everywhere are there control groups
        return ""


def address_space() -> int:
    """Bytes of address space that this process takes: 1 GB with torch for the CPU, 4 GB with torch for CUDA.

    Told by what the kernel refuses, since behind bubblewrap there is no /proc.
    """
    before = resource.getrlimit(resource.RLIMIT_AS)
    least, most = 0, 2**47 if before[1] == resource.RLIM_INFINITY else before[1]
    try:
        while most - least > _FINEST:
            middle = (least + most) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle, before[1]))
            try:
                mmap.mmap(-1, mmap.PAGESIZE).close()
                most = middle
            except (OSError, MemoryError):
                least = middle
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
    return most


def limit_tasks() -> None:
    """Bind this process, for good, to `TASKS` threads and processes more than its user has now.

    The kernel counts those of the whole user: of this process alone where each has a user of its own, else
    of everything that the user runs. How many these are is told by what the kernel refuses.
    """
    least, most = 0, _MOST_TASKS
    if _one_more(TASKS):
        most = TASKS
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if _one_more(middle) else (middle, most)
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    most = most + TASKS if hard == resource.RLIM_INFINITY else min(most + TASKS, hard)
    resource.setrlimit(resource.RLIMIT_NPROC, (most, most))


def _one_more(tasks: int) -> bool:
    """Whether a thread can be started if its user may have so many tasks."""
    _, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard != resource.RLIM_INFINITY and tasks > hard:
        return True  # there is no more to be had than is allowed already
    resource.setrlimit(resource.RLIMIT_NPROC, (tasks, hard))
    started = _thread.allocate_lock()
    started.acquire()
    try:
        _thread.start_new_thread(started.release, ())
    except RuntimeError:
        return False
    return started.acquire()


def set_limits(limits: WorkerLimits, loaded: int) -> None:
    """Bind this process for good: it can lower these limits, but not raise them.

    Args:
        loaded: the `address_space` of the zygote.
    """
    for what, most in (
        (resource.RLIMIT_AS, loaded + _OWN + limits.memory_bytes),
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
