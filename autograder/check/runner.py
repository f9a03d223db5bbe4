"""Runs the public cases on a student's file, and goes on in a fresh process when its code stops one.

This process imports neither torch nor otter, so it starts at once and stays in charge: it stops
endless loops, outlives crashes and drops floods of output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .changes import Change, change
from .notebook import UnreadableNotebook, is_notebook, place, read_notebook
from .processes import Event, Processes, Worker, ending
from .settings import Settings

NEEDED = {"torch": "torch", "gensim": "gensim", "otter": "otter-grader"}
"""The modules that checking imports, and what to install for each."""

MOST_STOPS = 30
MOST_LINES = 8
"""After so many stops, and so many by the file's own statements, no fresh process is started."""

LONGEST = 5.0
"""Seconds on the wall after which a case is stopped, though grading may wait longer: a right function
needs a hundredth of one, and whoever wrote an endless loop wants to know soon."""

PATIENCE = 0.05
"""Seconds after which it is asked again whether to go on."""


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
        hint: which idea went wrong, where that is known of a failed case.
    """

    question: str
    title: str
    share: float
    outcome: str
    message: str = ""
    printed: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """All public cases that were asked for, in order, and what is wrong with the file, by place.

    A place is "line 12", or in a notebook "code cell 3, line 4".
    """

    checks: tuple[Check, ...]
    problems: tuple[tuple[str, str], ...]

    @property
    def all_pass(self) -> bool:
        return all(check.outcome == "passed" for check in self.checks)


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
    demand_installation(tests, questions)
    state = State(settings, file, tests, tuple(questions), read(file))
    processes = Processes(file.parent, tests)
    try:
        finish(state, processes, progress)
    finally:
        processes.close()
    return state.report()


def demand_installation(tests: Path, questions: Sequence[str]) -> None:
    """Raise `CannotCheck` if a package or a test file is missing."""
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


def read(file: Path) -> bytes:
    """The student's file, of a notebook the code; `CannotCheck` if it cannot be read."""
    try:
        content = file.read_bytes()
        return read_notebook(content).source if is_notebook(file.name) else content
    except OSError as error:
        raise CannotCheck(f"{file.name} cannot be read: {error.strerror}.") from None
    except UnreadableNotebook as problem:
        raise CannotCheck(f"{file.name}: {problem}") from None


@dataclass(frozen=True)
class _Case:
    """What the process that reads the test files says of a case."""

    title: str
    share: float
    needs: frozenset[str]
    takes_all: bool


@dataclass(frozen=True)
class _End:
    """How a case ended."""

    outcome: str
    message: str
    printed: str = ""
    hint: str = ""

    @property
    def is_stop(self) -> bool:
        return self.outcome in ("timed out", "crashed", "blocked")


@dataclass
class State:
    """What is known so far of one version of a student's file, over all the processes that ran it."""

    settings: Settings
    file: Path
    tests: Path
    questions: tuple[str, ...]
    source: bytes
    cases: dict[tuple[str, int], _Case] = field(default_factory=dict)
    ended: dict[tuple[str, int], _End] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)  # functions not tried again, what they did
    skip_lines: dict[int, str] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    stops: int = 0
    is_done: bool = False
    # what the present process does
    line: int | None = None
    case: tuple[str, int] | None = None
    since: float | None = None  # when it began with the line or the case, or last imported a module
    called: tuple[str, str] = ("", "")
    printed: str = ""

    def after(self, source: bytes) -> State:
        """Where to start with a new version of the file: what the change cannot affect is kept."""
        if source == self.source:  # saved again as it was: whoever does so wants a fresh look
            return self.anew()
        new = State(self.settings, self.file, self.tests, self.questions, source)
        what = change(self.source, source)
        new.cases = dict(self.cases)
        new.ended = {key: end for key, end in self.ended.items() if _holds(end, self.cases[key], what)}
        new.blocked = {name: did for name, did in self.blocked.items() if not what.touches({name})}
        return new

    def anew(self) -> State:
        """The same version of the file, with nothing known of it."""
        return State(self.settings, self.file, self.tests, self.questions, self.source)

    def request(self) -> dict[str, Any]:
        self.line = self.case = self.since = None
        return {
            "file": str(self.file),
            "source": self.source.decode("latin-1"),
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

    def take(self, event: Event) -> None:
        """Remember what an event says."""
        kind = event["event"]
        if kind == "at":
            self.line, self.since = event["line"], time.monotonic()
        elif kind == "loaded":
            self.line = self.since = None
            self.problems = [(line, text) for line, text in event["problems"]]
        elif kind == "cases":
            for index, (title, share, needs, takes_all) in enumerate(event["cases"]):
                self.cases[event["question"], index] = _Case(title, share, frozenset(needs), takes_all)
        elif kind == "begin":
            self.case, self.since = (event["question"], event["index"]), time.monotonic()
            self.called, self.printed = ("", ""), ""
        elif kind == "importing":
            self.since = self.since and time.monotonic()
        elif kind == "call":
            self.called = (event["name"], event["shown"])
        elif kind == "printed":
            self.printed += event["text"]
        elif kind == "end":
            message = event["message"]
            if event["outcome"] == "blocked":
                name = event["name"]
                message = f"this check needs `{name}`, which {self.blocked[name]}, so it was not run."
            self.ended[event["question"], event["index"]] = _End(
                event["outcome"], message, self.printed, event.get("hint", "")
            )
            self.case = self.since = None
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

    def stopped(self, outcome: str, did: str, last_words: str = "") -> None:
        """Note what the process did when it had to be stopped, or ended by itself."""
        self.stops += 1
        if self.line is not None:
            self.skip_lines[self.line] = f"this {did}, so it is left out."
            if len(self.skip_lines) > MOST_LINES:
                places = "; ".join(map(self._place, self.skip_lines))
                raise CannotCheck(f"Too much of {self.file.name} never ends: {places}. Mend these first.")
        elif self.case is not None:
            name, call = self.called
            subject = f"`{name}`" if name else "this check"
            self.ended[self.case] = _End(outcome, f"{call}\n{subject} {did}".strip(), self.printed)
            if name:
                self.blocked[name] = did
        else:
            raise CannotCheck(f"The check stopped before it ran your code: it {did}.\n{last_words}".strip())
        self.is_done = self.is_done or self.stops >= MOST_STOPS

    def report(self) -> Report:
        not_run = _End("blocked", "your file stopped the check too often, so this was not run.")
        checks = []
        for question in self.questions:
            for key in sorted(key for key in self.cases if key[0] == question):
                case, end = self.cases[key], self.ended.get(key, not_run)
                checks.append(
                    Check(question, case.title, case.share, end.outcome, end.message, end.printed, end.hint)
                )
        problems = sorted([*self.problems, *self.skip_lines.items()])
        return Report(tuple(checks), tuple((self._place(line), text) for line, text in problems))

    def _place(self, line: int) -> str:
        return place(self.source.decode("utf-8", "replace").split("\n"), line)


def finish(
    state: State,
    processes: Processes,
    progress: Callable[[str], None],
    is_stale: Callable[[], bool] = lambda: False,
) -> bool:
    """Run what is not known yet.

    Args:
        is_stale: asked time and again; once the file has changed, nothing more is run.

    Returns:
        Whether all is known now; False if the file changed meanwhile.

    Raises:
        CannotCheck: if something that checking needs is broken.
    """
    while not state.is_done:
        if not processes.is_warm:
            progress("importing torch")
        with processes.run(state.request()) as worker:
            if not _follow(worker, state, progress, is_stale):
                return False
    return True


def _follow(
    worker: Worker, state: State, progress: Callable[[str], None], is_stale: Callable[[], bool]
) -> bool:
    """Take in what the process says until it is done, takes too long or ends; False if it is of no use."""
    limit = min(LONGEST, state.settings.seconds_per_case)
    while not state.is_done:
        event = worker.next_event(PATIENCE)
        waited = 0.0 if state.since is None else time.monotonic() - state.since  # imports may take their time
        if event is None:
            if worker.has_started and is_stale():
                if state.case is not None and waited > 1:
                    state.stopped(
                        "timed out", f"was still running after {waited:.0f} s, when you saved again"
                    )
                return False
            if waited > limit:
                state.stopped("timed out", f"was still running after {limit:g} s and was stopped")
                return True
            continue
        if event["event"] == "ended":
            state.stopped("crashed", ending(event["status"]), worker.last_words.decode("utf-8", "replace"))
            return True
        state.take(event)
        if event["event"] == "begin":
            progress(event["question"])
    return True


def _holds(end: _End, case: _Case, what: Change) -> bool:
    """Whether a case would end in the same way, and say the same, after a change."""
    if what.touches(case.needs):
        return False
    if end.is_stop:  # to find it again would take long
        return True
    if case.takes_all and what.touches_any:
        return False
    return end.outcome == "passed" or not what.has_moved(case.needs)  # messages quote lines
