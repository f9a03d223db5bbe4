"""Keeps a process that has imported torch already, so that students' code runs without waiting for it.

Where forking is safe, one process imports torch, never runs student code, and forks a copy of itself
for every run. Elsewhere a process runs one file and the next one is warmed up in the meantime.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

CHILD = Path(__file__).resolve().with_name("child_process.py")
CAN_FORK = sys.platform == "linux"
"""macOS has `fork`, but its system libraries do not survive it."""

ENVIRONMENT = {"PYTHONHASHSEED": "0", "MPLBACKEND": "agg"}
"""As when it is graded: sets have one order in every run, and no window opens."""

LAST_WORDS = 4000

Event = dict[str, Any]


class Processes:
    """Starts runs in processes that are warm, where that is possible.

    Args:
        folder: where the student's code runs.
        tests: the folder of test files.
        stay_warm: whether another run will follow, so that the next process starts ahead of it.
    """

    def __init__(self, folder: Path, tests: Path, *, stay_warm: bool = False, can_fork: bool = CAN_FORK) -> None:
        self._folder = folder
        self._tests = tests
        self._stay_warm = stay_warm
        self._can_fork = can_fork
        self._ready: Worker | None = None

    @property
    def is_warm(self) -> bool:
        """Whether a process is there for the next run."""
        return self._ready is not None

    @contextmanager
    def run(self, request: dict[str, Any]) -> Iterator[Worker]:
        """Send a request to a process that stops at the end of the block, whatever it does."""
        if self._ready is not None and not self._ready.is_free():
            self._ready = None
        worker = self._ready or Worker(self._folder, self._tests, "fork" if self._can_fork else "once")
        self._ready = worker
        try:
            worker.ask(request)
            yield worker
        finally:
            worker.end_run()
            if not worker.is_alive:
                self._ready = None
                if self._stay_warm and not self._can_fork:
                    self._ready = Worker(self._folder, self._tests, "ahead")

    def close(self) -> None:
        if self._ready is not None:
            self._ready.stop()
        self._ready = None


class Worker:
    """A process of `child_process.py` with its events in a queue; the rest of its output is read and dropped.

    Args:
        mode: "once" for a single run, "ahead" for one that is not wanted yet, "fork" for any number.
    """

    def __init__(self, folder: Path, tests: Path, mode: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", str(CHILD), mode, str(tests)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={**os.environ, **ENVIRONMENT},
            **_own_group(),
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.is_alive = True
        self.last_words = b""
        self._forks = mode == "fork"
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._run: int | None = None  # the process of the run
        self._is_running = False
        for target, stream in ((self._listen, self.process.stdout), (self._drain, self.process.stderr)):
            threading.Thread(target=target, args=(stream,), daemon=True).start()

    @property
    def has_started(self) -> bool:
        """Whether torch is imported and the student's code may be running."""
        return self._run is not None

    def ask(self, request: dict[str, Any]) -> None:
        """Start a run."""
        assert self.process.stdin
        self._is_running = True
        with suppress(OSError):  # it died at once; its end is among the events
            self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self.process.stdin.flush()  # and stays open: the process ends when this end is closed

    def next_event(self, timeout: float | None) -> Event | None:
        """The next event, the last one being "ended" with the exit status; None if none came in time."""
        try:
            event = self._events.get(timeout=None if timeout is None else max(0.0, timeout))
        except queue.Empty:
            return None
        if event["event"] == "started":
            self._run = event["process"]
        elif event["event"] == "ended":
            self._is_running, self._run = False, None
            self.is_alive = self.is_alive and not event["for good"]
        return event

    def is_free(self) -> bool:
        """Wait for the end of the run before; whether there can be another."""
        while self._is_running:
            self.next_event(None)
        return self.is_alive

    def end_run(self) -> None:
        """Stop what still runs, and what it started. A forked process is not waited for."""
        if not self._forks or (self._is_running and self._run is None):
            self.stop()
        elif self._run is not None:
            _kill_group(self._run)

    def stop(self) -> None:
        """End the process and what it started."""
        for process in (self._run, self.process.pid) if os.name == "posix" else ():
            if process is not None:
                _kill_group(process)
        self.process.kill()
        self.process.wait()
        self.is_alive = self._is_running = False
        with suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]

    def _listen(self, stream: IO[bytes]) -> None:
        for line in stream:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event:
                self._events.put(event)
        self._events.put({"event": "ended", "status": self.process.wait(), "for good": True})

    def _drain(self, stream: IO[bytes]) -> None:
        while chunk := stream.read1(65536):  # type: ignore[attr-defined]
            self.last_words = (self.last_words + chunk)[-LAST_WORDS:]


def ending(status: int) -> str:
    """How a process ended, as what the student's code did."""
    if status >= 0:
        return f"ended Python itself (exit status {status})"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    return f"made Python crash ({name})"


def _own_group() -> dict[str, Any]:
    """What keeps Ctrl-C from the process, and lets it be killed with all that it started."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
    return {"start_new_session": True}


def _kill_group(process: int) -> None:
    with suppress(OSError):
        os.killpg(process, signal.SIGKILL)
