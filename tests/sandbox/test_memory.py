"""How much memory a student's process gets on a small machine, and in a small container."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.grading import launcher
from autograder.sandbox import limits

MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.parametrize(
    "files, most",
    [
        ({}, MACHINE),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "max\n"}, MACHINE),
        ({"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/memory.max": "805306368\n"}, 805306368),
        ({"/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/memory.max": "805306368\n"}, 805306368),
        (
            {
                "/proc/self/cgroup": "4:cpu:/x\n3:memory:/docker/1\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "805306368\n",  # as it calls its own
            },
            805306368,
        ),
        (
            {
                "/proc/self/cgroup": "3:memory:/group\n",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "/sys/fs/cgroup/memory/group/memory.limit_in_bytes": "805306368\n",
            },
            805306368,
        ),
    ],
)
def test_the_lowest_limit_of_machine_and_container_counts(monkeypatch, files, most):
    monkeypatch.setattr(limits, "_text", lambda file: files.get(str(Path(file)), ""))
    assert limits.machine_memory() == most


@pytest.mark.parametrize("megabytes, at_once, each", [(768, 1, 200), (1536, 1, 836), (8192, 2, 3671), (600, 8, 200)])
def test_a_students_process_gets_what_the_grader_leaves_and_never_too_little(monkeypatch, megabytes, at_once, each):
    monkeypatch.setattr(launcher, "machine_memory", lambda: megabytes * 2**20)
    assert launcher._memory_for_each(at_once) == each
