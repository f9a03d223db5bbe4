"""Runs the public cases in a child process, and goes on in a fresh one when the student's code stops it.

The parent imports neither torch nor otter, so it starts at once and stays in charge: it stops
endless loops, outlives crashes and drops floods of output.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from .settings import Settings

CHILD = Path(__file__).resolve().with_name("child.py")
NEEDED = {"torch": "torch", "gensim": "gensim", "otter": "otter-grader"}
"""The modules that checking imports, and what to install for each."""

MOST_STOPS = 30
MOST_LINES = 8
"""After so many stops, and so many by the file's own statements, no fresh process is started."""

LAST_WORDS = 4000


class CannotCheck(Exception):
    """Checking is not possible; the text says why and what to do."""


@dataclass(frozen=True)
class Check:
    """One public case and how it ended.

    Attributes:
        share: its weight among the cases of the question, hidden ones included.
        outcome: "passed", "failed", "not attempted", "blocked", "timed out" or "crashed".
        message: what was called, expected and got.
        printed: the start of what the student's code printed meanwhile.
    """

    question: str
    title: str
    share: float
    outcome: str
    message: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Report:
    """All public cases that were asked for, in order, and what is wrong with the file, by line."""

    checks: tuple[Check, ...]
    problems: tuple[tuple[int, str], ...]


def run(
    settings: Settings,
    file: Path,
    tests: Path,
    questions: Sequence[str],
    progress: Callable[[str], None] = lambda text: None,
) -> Report:
    """Run the public cases of `questions` on `file`, a student's code file.

    Args:
        tests: the folder of Otter test files, one per question.
        progress: is told in a few words what goes on.

    Raises:
        CannotCheck: if something that checking needs is missing.
    """
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise CannotCheck(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed for this Python, "
            f"{sys.executable}.\n"
            "If you made an environment, activate it in this terminal first, as README.md says. "
            "If not, type: python -m pip install -r requirements.txt"
        )
    for question in questions:
        if not (tests / f"{question}.py").is_file():
            raise CannotCheck(
                f"tests/{question}.py is missing. Take it from the handed-out folder again, to {tests}."
            )
    state = _State(settings, file, tests, tuple(questions))
    while not state.is_done:
        progress("importing torch")
        child = _Child(state.request(), file.parent)
        try:
            _follow(child, state, progress)
        finally:
            child.stop()
    return state.report()


@dataclass
class _State:
    """What is known so far, over all the child processes."""

    settings: Settings
    file: Path
    tests: Path
    questions: tuple[str, ...]
    cases: dict[tuple[str, int], tuple[str, float]] = field(default_factory=dict)
    ended: dict[tuple[str, int], tuple[str, str, str]] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)  # functions not tried again, what they did
    skip_lines: dict[int, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    stops: int = 0
    is_done: bool = False
    # what the present child does
    line: int | None = None
    case: tuple[str, int] | None = None
    called: tuple[str, str] = ("", "")
    printed: str = ""

    def request(self) -> dict[str, Any]:
        self.line = self.case = None
        return {
            "file": str(self.file),
            "tests": str(self.tests),
            "functions": self.settings.functions,
            "questions": [q for q in self.questions if not self._is_complete(q)],
            "done": list(self.ended),
            "blocked": self.blocked,
            "skip_lines": list(self.skip_lines),
        }

    def _is_complete(self, question: str) -> bool:
        known = [key for key in self.cases if key[0] == question]
        return bool(known) and all(key in self.ended for key in known)

    def take(self, event: dict[str, Any]) -> None:
        """Remember what an event says."""
        kind = event["event"]
        if kind == "at":
            self.line = event["line"]
        elif kind == "loaded":
            self.line = None
            self.problems = [(line, text) for line, text in event["problems"]]
        elif kind == "cases":
            for index, (title, share) in enumerate(event["cases"]):
                self.cases[event["question"], index] = (title, share)
        elif kind == "begin":
            self.case = (event["question"], event["index"])
            self.called, self.printed = ("", ""), ""
        elif kind == "call":
            self.called = (event["name"], event["shown"])
        elif kind == "printed":
            self.printed += event["text"]
        elif kind == "end":
            message = event["message"]
            if event["outcome"] == "blocked":
                name = event["name"]
                message = f"this check needs `{name}`, which {self.blocked[name]}, so it was not run."
            self.ended[event["question"], event["index"]] = (event["outcome"], message, self.printed)
            self.case = None
            self.printed = ""
        elif kind == "done":
            self.is_done = True
        elif kind == "broken":
            raise CannotCheck(
                f"{event['what']} cannot be used:\n  {event['error']}\n"
                + (
                    "Take the file from the handed-out folder again, and install what requirements.txt lists."
                    if event["what"].startswith("tests/")
                    else "Install what requirements.txt lists again."
                )
            )

    def stopped(self, outcome: str, did: str, last_words: str) -> None:
        """Note what the child did when it had to be stopped, or ended by itself."""
        self.stops += 1
        if self.line is not None:
            self.skip_lines[self.line] = f"this {did}, so it is left out."
            if len(self.skip_lines) > MOST_LINES:
                lines = ", ".join(map(str, self.skip_lines))
                raise CannotCheck(
                    f"Too much of {self.file.name} never ends: lines {lines}. Mend these first."
                )
        elif self.case is not None:
            name, call = self.called
            subject = f"`{name}`" if name else "this check"
            self.ended[self.case] = (outcome, f"{call}\n{subject} {did}".strip(), self.printed)
            if name:
                self.blocked[name] = did
        else:
            raise CannotCheck(f"The check stopped before it ran your code: it {did}.\n{last_words}".strip())
        self.is_done = self.is_done or self.stops >= MOST_STOPS

    def report(self) -> Report:
        not_run = ("blocked", "your file stopped the check too often, so this was not run.", "")
        checks = []
        for question in self.questions:
            for key in sorted(key for key in self.cases if key[0] == question):
                title, share = self.cases[key]
                checks.append(Check(question, title, share, *self.ended.get(key, not_run)))
        return Report(tuple(checks), tuple(sorted([*self.problems, *self.skip_lines.items()])))


def _follow(child: _Child, state: _State, progress: Callable[[str], None]) -> None:
    """Take in what the child says until it is done, takes too long or dies."""
    limit = state.settings.seconds_per_case
    deadline: float | None = None  # imports may take their time
    while not state.is_done:
        event = child.next_event(deadline)
        if event is None:
            state.stopped("timed out", f"was still running after {limit:g} s", "")
            return
        if not event:
            state.stopped("crashed", child.ending(), child.last_words.decode("utf-8", "replace"))
            return
        state.take(event)
        if event["event"] in ("at", "begin"):
            deadline = time.monotonic() + limit
        elif event["event"] in ("loaded", "end"):
            deadline = None
        if event["event"] == "begin":
            progress(event["question"])


class _Child:
    """A child process with its events in a queue; the rest of its output is read and dropped."""

    def __init__(self, request: dict[str, Any], folder: Path) -> None:
        own_group: dict[str, Any] = (
            {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined]
            if os.name == "nt"
            else {"start_new_session": True}
        )
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            **own_group,
        )
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.last_words = b""
        for target, stream in ((self._listen, self.process.stdout), (self._drain, self.process.stderr)):
            threading.Thread(target=target, args=(stream,), daemon=True).start()
        try:
            self.process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            self.process.stdin.flush()  # and stays open: the child ends when this end is closed
        except OSError:  # it died at once; its empty output tells
            pass

    def next_event(self, deadline: float | None) -> dict[str, Any] | None:
        """The next event; an empty one when the child has ended, None when it is past the deadline."""
        try:
            if deadline is None:
                return self.events.get()
            return self.events.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            return None

    def ending(self) -> str:
        """How the child ended, as what the student's code did."""
        status = self.process.wait()
        if status >= 0:
            return f"ended Python itself (exit status {status})"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"made Python crash ({name})"

    def stop(self) -> None:
        """End the child and what it started."""
        if os.name == "posix":
            with suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]

    def _listen(self, stream: IO[bytes]) -> None:
        for line in stream:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "event" in event:
                self.events.put(event)
        self.events.put({})

    def _drain(self, stream: IO[bytes]) -> None:
        while chunk := stream.read1(65536):  # type: ignore[attr-defined]
            self.last_words = (self.last_words + chunk)[-LAST_WORDS:]
