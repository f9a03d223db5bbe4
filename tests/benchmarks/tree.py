"""What a command takes together with all processes that it starts: memory, processor time, time by the clock."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

SAMPLE_SECONDS = 0.05

CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Cost:
    """What came of a command, and what it took.

    Attributes:
        processor: seconds of processor time of all its processes, as far as they lived for a sample's time.
        memory: the most proportional set size (PSS) that all of them had at one time, in MB.
        clock: seconds.
    """

    status: int
    processor: float
    memory: float
    clock: float


def cost(command: Sequence[str], folder: Path, **environment: str) -> Cost:
    """Run a command and look at its processes twenty times a second.

    Where namespaces hide what ends inside them from whoever waits outside, this still sees it.
    """
    start = time.monotonic()
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, **quiet)
    used: dict[int, float] = {}
    most = 0.0
    while process.poll() is None:
        memory = 0.0
        for one in _tree(process.pid):
            with contextlib.suppress(psutil.Error, OSError):  # it has just ended
                times = one.cpu_times()
                used[one.pid] = times.user + times.system
                memory += pss(one.pid)
        most = max(most, memory)
        time.sleep(SAMPLE_SECONDS)
    return Cost(process.returncode, sum(used.values()), most, time.monotonic() - start)


def pss(process: int) -> float:
    """A process's own memory and its share of what it has in common with others, in MB."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _tree(process: int) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        first = psutil.Process(process)
        return [first, *first.children(recursive=True)]
    return []


@contextmanager
def small_container(megabytes: int, processors: float) -> Iterator[Sequence[str]]:
    """A control group of so much memory and processor time; what a command begins with that is to run in it.

    Raises:
        OSError: where this user may make none. It takes root, and version 1 of control groups.
    """
    name = f"autograder-{os.getpid()}"
    memory, cpu = CGROUPS / "memory" / name, CGROUPS / "cpu" / name
    for folder in (memory, cpu):
        folder.mkdir()
    try:
        (memory / "memory.limit_in_bytes").write_text(str(megabytes * 2**20))
        with contextlib.suppress(OSError):  # a kernel that does not count what is swapped out
            (memory / "memory.memsw.limit_in_bytes").write_text(str(megabytes * 2**20))
        period = int((cpu / "cpu.cfs_period_us").read_text())
        (cpu / "cpu.cfs_quota_us").write_text(str(int(period * processors)))
        join = f'echo $$ > {memory}/cgroup.procs && echo $$ > {cpu}/cgroup.procs && exec "$@"'
        yield ("/bin/sh", "-c", join, "sh")
    finally:
        for folder in (memory, cpu):
            for _ in range(100):  # until the last process is gone
                with contextlib.suppress(OSError):
                    folder.rmdir()
                if not folder.exists():
                    break
                time.sleep(0.1)
