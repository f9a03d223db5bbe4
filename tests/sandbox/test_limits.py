"""A student's memory is counted from what is loaded already, however much that is."""

from __future__ import annotations

import mmap
import resource
import subprocess
import sys
from pathlib import Path

from autograder.sandbox.limits import address_space

TAKEN = """
import mmap, resource
from autograder.sandbox.limits import WorkerLimits, address_space, set_limits

reserved = [mmap.mmap(-1, {reserved}, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ)]
set_limits(WorkerLimits(10, 10, 2**29, 100), address_space())
for size in (2**29, 2**30):
    try:
        mmap.mmap(-1, size).close()
        print("given")
    except OSError:
        print("refused")
"""


def told_by_proc() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE


def test_the_address_space_is_measured_to_the_megabyte_and_nothing_stays_bound():
    before = resource.getrlimit(resource.RLIMIT_AS)
    assert abs(address_space() - told_by_proc()) < 2**22
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_torch_reserves_costs_the_student_nothing():
    for reserved in (2**20, 2**33):
        program = TAKEN.format(reserved=reserved)
        said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert said.stdout == "given\nrefused\n"
