"""The whole way of batches of several sizes, by the commands: `autograder grade`, `autograder export`."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.submission import Submission

Row = tuple[str, str]


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes:
        processor: seconds of it and of all processes that it started.
        memory: its own peak, in MB.
    """

    processor: float
    memory: float


def by_size(submissions: Iterable[Submission], sizes: Iterable[int]) -> Iterator[Row]:
    """Time and memory as the batch grows; `submissions` go on for ever, none like another.

    Processor seconds are what a busy machine disturbs least; those of the start are measured by a batch
    of one and taken off. Behind tier 2, since bubblewrap keeps to itself what the processes inside have
    used: PATH leads to no bubblewrap.
    """
    whole = iter(submissions)
    start = 0.0
    for size in (1, *sizes):
        with tempfile.TemporaryDirectory() as name:
            folder, out = Path(name) / "submissions", Path(name) / "graded"
            for _, submission in zip(range(size), whole, strict=False):
                _write(submission, folder / submission.student)
            grade = _measure("grade", str(folder), "--output", str(out), "--workers", "2")
            if size == 1:
                start = grade.processor
                continue
            export = _measure("export", str(out), "--to", "csv", "--provisional")
            each, wall = (grade.processor - start) / (size - 1), _seconds_of_grading(out)
            report = (out / "report.html").stat().st_size / 2**20
        yield f"a batch of {size:,}", f"{1000 * each:.0f} ms of processor time each, reports included"
        yield "  grading alone, by the clock", f"{wall:.0f} s, {1000 * wall / size:.0f} ms each"
        yield "  memory of the grader itself", f"{grade.memory:.0f} MB at most"
        yield "  handing back (csv)", f"{export.processor:.1f} s, {export.memory:.0f} MB"
        yield "  report.html", f"{report:.1f} MB"


def _write(submission: Submission, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "embeddings.py").write_bytes(submission.code or b"")
    (folder / "answers.md").write_bytes(submission.answers or b"")


def _measure(*arguments: str) -> Cost:
    """Run `autograder`; its exit status says only whether something is left to do."""
    before = _children()
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", *arguments],
        env={**os.environ, "PATH": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    peak = 0.0
    ended = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.5):
            peak = max(peak, _peak(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    ended.set()
    watcher.join()
    if status not in (0, 1):
        raise RuntimeError(f"autograder {arguments[0]} ended with status {status}")
    return Cost(_children() - before, peak)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(process: int) -> float:
    """The most memory that a process has had, in MB; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), default=0.0)


def _seconds_of_grading(out: Path) -> float:
    with sqlite3.connect(out / "gradebook.sqlite") as connection:
        query = "SELECT min(started), max(results.saved) FROM runs, results"
        ((started, ended),) = connection.execute(query).fetchall()
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(started)).total_seconds()
