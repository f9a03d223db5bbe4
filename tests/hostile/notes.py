"""Tries to pass a note from one submission to the next, and says what of the wall makes it possible.

`python -m tests.hostile.notes TIER SECRET` prints one JSON object; TIER is an `IsolationLevel`'s name. It is a
program of its own so that it can be run as another user, too.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import pydoc_data.topics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import torch

from autograder.errors import GraderError
from autograder.grading.connection import Connection
from autograder.grading.isolation import IsolationLevel, ways
from autograder.grading.launcher import Launcher, open_launcher
from autograder.grading.session import Session
from tests.hostile.conftest import LIMITS

NOTE = b"quokka!?"
MEDIUM = pydoc_data.topics.__file__
"""A large file that students' processes may read and that nothing reads by itself."""

FUNCTIONS = ("write", "read", "threads", "imports", "wait", "wake", "number", "clock_of", "limit_of", "own")

MAPPED = """
from autograder.sandbox.preload import loaded
from autograder.sandbox.worker import RARE, preload
preload(RARE)
print(*loaded(), sep="\\n")
"""
"""Prints the files that a zygote has mapped: a student's process can read these by their addresses."""

PAGES = """
import ctypes, mmap, os, time

FILE, STEP = {file!r}, 8192

def pages():
    descriptor = os.open(FILE, os.O_RDONLY)
    view = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)
    try:
        view.madvise(mmap.MADV_RANDOM)
    except OSError:
        pass
    return descriptor, view

def write(note):
    _, view = pages()
    for number, bit in enumerate("".join(f"{{byte:08b}}" for byte in note)):
        if bit == "1":
            view[number * STEP]

def read(length):
    descriptor, view = pages()
    told, seconds = [], []
    for number in range(length * 8):
        try:
            os.preadv(descriptor, [bytearray(1)], number * STEP, os.RWF_NOWAIT)
            told.append(True)
        except BlockingIOError:
            told.append(False)
        except OSError:
            pass
    for number in range(length * 8):
        began = time.perf_counter()
        view[number * STEP]
        seconds.append(time.perf_counter() - began)
    half = sorted(seconds)[len(seconds) // 2]
    guesses = [told] if told else []
    guesses += [[s < limit for s in seconds] for limit in (half / 2, half, 2e-5, 1e-4)]
    return [[int("".join("01"[bit] for bit in guess[i:i + 8]), 2) for i in range(0, len(guess), 8)]
            for guess in guesses]

FUTEX = {{"x86_64": 202, "aarch64": 98}}.get(os.uname().machine)
WAIT, WAKE = 0, 1

def futex(operation, value, seconds=None):
    "Wait at the first word of a file that all can read, or wake who waits there."
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    word = libc.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, os.open(FILE, os.O_RDONLY), 0)
    value = ctypes.c_uint32.from_address(word).value if value is None else value
    until = ctypes.byref((ctypes.c_long * 2)(seconds, 0)) if seconds else None
    return libc.syscall(FUTEX, ctypes.c_void_p(word), operation, value, until, None, 0)

def wait():
    return futex(WAIT, None, 5) == 0

def wake():
    return futex(WAKE, 100)

def number():
    return os.getpid()

def clock_of(number):
    return time.clock_gettime(~number << 3 | 2)

def limit_of(number):
    import resource
    return resource.prlimit(number, resource.RLIMIT_CPU)

def own():
    "Its own clocks and limits, threads and locks: all that such calls are for."
    import resource, threading
    event = threading.Event()
    thread = threading.Thread(target=event.set)
    thread.start()
    thread.join()
    joined = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: time.sleep(0.05))
    libc, thread = ctypes.CDLL(None), ctypes.c_ulong()
    failed = libc.pthread_create(ctypes.byref(thread), None, joined, None) or libc.pthread_join(thread, None)
    spent = time.process_time(), time.thread_time(), time.get_clock_info("process_time").resolution
    return event.wait(5) and not failed and min(spent) > 0 and len(resource.getrlimit(resource.RLIMIT_CPU)) == 2

def threads():
    import _thread
    _thread.stack_size(65536)
    forever = _thread.allocate_lock()
    forever.acquire()
    for number in range(500):
        try:
            _thread.start_new_thread(forever.acquire, ())
        except RuntimeError:
            return number
    return 500

def imports():
    import importlib
    failed = []
    for name in ("ssl", "sqlite3", "curses", "decimal", "lzma", "tkinter", "pandas", "scipy.stats", "sympy",
                 "PIL.Image", "matplotlib.pyplot", "IPython", "networkx",
                 "torch.utils.data", "gensim.test.utils"):
        try:
            importlib.import_module(name)
        except Exception as problem:
            failed.append(f"{{name}}: {{problem}}")
    import matplotlib.pyplot as plt, io
    figure = plt.figure()
    figure.text(0, 0, "words")
    figure.savefig(io.BytesIO())
    return failed
"""


def main(tier: IsolationLevel, secret: str) -> dict:
    torch.set_num_threads(1)
    unconfined = tier is IsolationLevel.UNCONFINED
    (plan,) = (way.plan for way in ways(unconfined, None if unconfined else tier))
    reachable = [plan.image] if plan.image else list(plan.roots)
    mapped = subprocess.run([sys.executable, "-c", MAPPED], capture_output=True, text=True, check=True).stdout
    reachable += mapped.splitlines()
    medium = plan.image + MEDIUM
    fetch([medium])  # whole, so that the kernel has no reason to read it in larger pieces
    forget(reachable)
    before = cold(reachable)
    with open_launcher(LIMITS, unconfined=unconfined, only=None if unconfined else tier) as launcher:
        after = cold(reachable)
        accessed = os.stat(medium).st_atime_ns
        call(launcher, "write", NOTE)
        read = [bytes(guess) for guess in call(launcher, "read", len(NOTE))]
        return {
            "user": os.getuid(),
            "cold before": before,
            "cold": after,
            "read": NOTE in read,
            "times change": os.stat(medium).st_atime_ns != accessed,
            "seen": probe(launcher, secret)["see that there are hidden tests"],
            "woken": woken(launcher),
            "of another": of_another(launcher),
            "of its own": call(launcher, "own"),
            "threads": call(launcher, "threads"),
            "failed imports": call(launcher, "imports"),
        }


def call(launcher: Launcher, name: str, *args: object) -> object:
    """What a function gives in a submission of its own."""
    with submission(launcher) as functions:
        return functions[name](*(list(a) if isinstance(a, bytes) else a for a in args))


@contextmanager
def submission(launcher: Launcher) -> Iterator[dict[str, Any]]:
    """The functions of one."""
    source = PAGES.format(file=MEDIUM).encode()
    session = Session(Connection(launcher, LIMITS), source, FUNCTIONS)
    try:
        session.begin_case()
        yield session.environment
    finally:
        session.close()


def woken(launcher: Launcher) -> bool:
    """Whether one submission wakes another that waits where both can read."""
    with submission(launcher) as one, submission(launcher) as other, ThreadPoolExecutor() as pool:
        waits = pool.submit(one["wait"])
        count = 0
        while not count and not waits.done():
            count = other["wake"]()
            time.sleep(0.05)
        return count > 0 or waits.result()


def of_another(launcher: Launcher) -> list[str]:
    """What one submission is told of another's process."""
    told = []
    with submission(launcher) as one, submission(launcher) as other:
        number = one["number"]()
        for name in ("clock_of", "limit_of"):
            with suppress(OSError):
                other[name](number)
                told.append(name)
    return told


def probe(launcher: Launcher, secret: str) -> dict[str, str]:
    process = launcher.spawn()
    try:
        deadline = time.monotonic() + 600
        process.channel.send({"op": "probe", "seq": 1, "secret": secret}, deadline=deadline)
        return process.channel.receive(deadline)[0]["value"]
    finally:
        process.close()


def files(roots: Iterable[str]) -> Iterator[str]:
    for root in roots:
        below = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names] or [root]
        yield from (path for path in below if os.path.isfile(path) and os.access(path, os.R_OK))


def fetch(roots: Iterable[str]) -> None:
    for path in files(roots):
        Path(path).read_bytes()


def forget(roots: Iterable[str]) -> None:
    """Have the kernel drop the files' pages that no process has mapped, as time does."""
    os.sync()  # what is not written yet cannot be dropped
    for path in files(roots):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cold(roots: Iterable[str]) -> int:
    """How many of the files, which have to be this user's, are not wholly in memory."""
    libc, count = ctypes.CDLL(None), 0
    for path in filter(os.path.getsize, files(roots)):
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE) as view:
            pages = -(-len(view) // mmap.PAGESIZE)
            there = (ctypes.c_ubyte * pages)()
            start = (ctypes.c_char * len(view)).from_buffer(view)
            assert libc.mincore(ctypes.byref(start), ctypes.c_size_t(len(view)), there) == 0
            del start
            count += sum(page & 1 for page in there) < pages
    return count


if __name__ == "__main__":
    try:
        print(json.dumps(main(IsolationLevel[sys.argv[1]], sys.argv[2])))
    except GraderError as error:
        print(json.dumps({"refused": str(error)}))
