"""Memory in huge pages holds what it held."""

from __future__ import annotations

import os
import re

import pytest

from autograder.sandbox.huge_pages import collapse


def in_huge_pages() -> int:
    with open("/proc/self/smaps_rollup") as file:
        return int(re.findall(r"AnonHugePages: +(\d+) kB", file.read())[0]) // 2048


def test_memory_is_moved_and_holds_what_it_held():
    release = [int(number) for number in re.findall(r"\d+", os.uname().release)[:2]]
    if release < [6, 1] or not os.path.exists("/sys/kernel/mm/transparent_hugepage"):
        assert collapse() == 0
        pytest.skip("this kernel moves nothing into huge pages when asked")
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:  # moved for good, so not in the process that runs the tests
        try:
            values = [[number] for number in range(400_000)]
            before = in_huge_pages()
            count = collapse()
            as_it_was = values == [[number] for number in range(400_000)]
            os.write(theirs, f"{count} {in_huge_pages() - before} {as_it_was}".encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as file:
        count, more, as_it_was = file.read().split()
    os.waitpid(child, 0)
    assert as_it_was == "True"
    assert 0 < int(more) <= int(count)
