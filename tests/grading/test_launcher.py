"""Students' processes seen from outside: how they end, and what that tells."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from autograder.grading.launcher import Launcher, Process

SLEEPER = b"import time\ntime.sleep(600)\n"
BURNER = b"import time\nwhile time.process_time() < 0.5: pass\ntime.sleep(600)\n"
EXITING = b"import os\nos._exit(7)\n"
CRASHING = b"import ctypes\nctypes.string_at(0)\n"
PATIENCE = 60


@pytest.fixture
def process(launcher: Launcher):
    process = launcher.spawn()
    yield process
    process.close()


def load(process: Process, source: bytes) -> None:
    """Begin to load a file; what comes of it is not waited for."""
    header = {"op": "load", "seq": 1, "file": "embeddings.py", "names": [], "skip": [], "substitutes": []}
    process.channel.send(header, [source], time.monotonic() + PATIENCE)


def reach(process: Process, line: int) -> None:
    """Wait until loading has got to a line."""
    while process.channel.receive(time.monotonic() + PATIENCE)[0].get("at") != line:
        pass


@pytest.mark.parametrize(
    "source, status",
    [(EXITING, 7), (CRASHING, -signal.SIGSEGV), (b"while True: pass\n", -signal.SIGXCPU)],
    ids=["exit", "crash", "processor time"],
)
def test_a_process_that_ends_tells_its_status(hurried_launcher: Launcher, source: bytes, status: int):
    process = hurried_launcher.spawn()
    load(process, source)
    end = process.ended(wait=PATIENCE)
    assert end is not None and end.status == status
    assert process.ended(wait=0) == end  # it may be asked twice
    process.close()


def test_a_process_that_runs_has_no_end(process: Process):
    assert process.ended(wait=0) is None


def test_a_killed_sleeper_has_used_less_processor_time_than_one_that_was_busy(launcher: Launcher):
    ends = []
    for source, last in ((SLEEPER, 2), (BURNER, 3)):
        process = launcher.spawn()
        load(process, source)
        reach(process, last)
        ends.append(process.kill(wait=PATIENCE))
        process.close()
    slept, burned = ends
    assert slept is not None and burned is not None
    assert slept.status == burned.status == -signal.SIGKILL
    assert slept.cpu_seconds < 0.5 <= burned.cpu_seconds


CROWDED = b"""import hashlib, os, threading, time
def work():
    while time.process_time() < 4: hashlib.sha256(bytes(10**6)).digest()
threads = [threading.Thread(target=work) for _ in range(8 * os.cpu_count())]
[thread.start() for thread in threads]
work()
time.sleep(600)
"""


def test_waiting_for_a_processor_is_told_from_sleeping(launcher: Launcher):
    waited = []
    for source, last in ((SLEEPER, 2), (CROWDED, 7)):
        process = launcher.spawn()
        load(process, source)
        reach(process, last)
        waited.append(process.waited())
        process.kill(wait=PATIENCE)
        assert process.waited() is None  # it is gone
        process.close()
    slept, crowded = waited
    assert slept is not None and crowded is not None and slept < crowded


RESTLESS = b"""import threading
while True:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
"""


def test_threads_that_end_meanwhile_do_not_hide_how_long_the_others_waited(launcher: Launcher):
    process = launcher.spawn()
    load(process, RESTLESS)
    reach(process, 2)
    assert None not in [process.waited() for _ in range(1000)]
    process.close()


def test_killing_what_has_ended_tells_how_it_had(process: Process):
    load(process, EXITING)
    assert process.ended(wait=PATIENCE) == process.kill(wait=PATIENCE)


def test_processes_that_are_let_go_leave_no_descriptor(launcher: Launcher):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        launcher.spawn().close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_texts_hash_alike_in_every_run(process: Process):
    """The order of a set of words is the same, whenever a submission is graded."""
    words = b"hash('embedding') % 251"
    load(process, b"import os\nos._exit(" + words + b")\n")
    end = process.ended(wait=PATIENCE)
    asked = [sys.executable, "-c", b"print(" + words + b")"]
    seeded = subprocess.run(asked, env={"PYTHONHASHSEED": "0"}, capture_output=True, check=True)
    assert end is not None and end.status == int(seeded.stdout)
