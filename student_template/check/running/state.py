"""What is known of one version of a student's file, from what the processes that run it tell."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..loading.notebook import place
from ..loading.settings import Settings
from .code_diff import Change, change
from .processes import Event
from .report import CannotCheck, Check, Report

MOST_STOPS = 30
MOST_LINES = 8
"""After so many stops, and so many by the file's own statements, no fresh process is started."""


@dataclass(frozen=True)
class _Case:
    """What the process that reads the test files says of a case."""

    title: str
    share: float
    needs: tuple[str, ...]


@dataclass(frozen=True)
class _End:
    """How a case ended."""

    outcome: str
    message: str
    printed: str = ""
    hint: str = ""
    noticed: tuple[tuple[int, str], ...] = ()  # lines that tried what grading refuses

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
    noticed: list[tuple[int, str]] = field(default_factory=list)

    def after(self, source: bytes) -> State:
        """Where to start with a new version of the file: what the change cannot affect is kept."""
        if source == self.source:  # saved again as it was: whoever does so wants a fresh look
            return self.reset()
        new = State(self.settings, self.file, self.tests, self.questions, source)
        what = change(self.source, source)
        new.cases = dict(self.cases)
        new.ended = {key: end for key, end in self.ended.items() if _holds(end, self.cases[key], what)}
        new.blocked = {name: did for name, did in self.blocked.items() if not what.touches({name})}
        return new

    def reset(self) -> State:
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
        """Remember what an event says.

        Raises:
            CannotCheck: if it says that something that checking needs is broken.
        """
        match event:
            case {"event": "at", "line": line}:
                self.line, self.since = line, time.monotonic()
            case {"event": "loaded", "problems": problems}:
                self.line = self.since = None
                self.problems = [(line, text) for line, text in problems]
            case {"event": "cases", "question": question, "cases": cases}:
                for index, (title, share, needs) in enumerate(cases):
                    self.cases[question, index] = _Case(title, share, tuple(needs))
            case {"event": "begin", "question": question, "index": index}:
                self.case, self.since = (question, index), time.monotonic()
                self.called, self.printed, self.noticed = ("", ""), "", []
            case {"event": "noticed", "line": line, "text": text}:
                if self.case is not None and line not in dict(self.noticed):  # else loading it says it
                    self.noticed.append((line, text))
            case {"event": "importing"}:
                self.since = self.since and time.monotonic()
            case {"event": "call", "name": name, "shown": shown}:
                self.called = (name, shown)
            case {"event": "printed", "text": text}:
                self.printed += text
            case {"event": "end", "question": question, "index": index, "outcome": outcome}:
                message = event["message"]
                if outcome == "blocked":
                    name = event["name"]
                    message = f"this check needs `{name}`, which {self.blocked[name]}, so it was not run."
                hint, noticed = event.get("hint", ""), tuple(self.noticed)
                self.ended[question, index] = _End(outcome, message, self.printed, hint, noticed)
                self.case = self.since = None
                self.printed = ""
            case {"event": "done"}:
                self.is_done = True
            case {"event": "broken", "what": what, "error": error}:
                raise CannotCheck(f"{what} cannot be used:\n  {error}\n{_how_to_mend(what)}")

    def stopped(self, outcome: str, did: str, last_words: str = "") -> None:
        """Note what the process did when it had to be stopped, or ended by itself."""
        self.stops += 1
        if self.line is not None:
            self.skip_lines[self.line] = f"this {did}, so it is left out."
            if len(self.skip_lines) > MOST_LINES:
                places = "; ".join(map(self._place, self.skip_lines))
                raise CannotCheck(f"Too much of {self.file.name} never ends: {places}. Fix these first.")
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
        ends = {key: self.ended.get(key, not_run) for key in self.cases}
        left = {key for key, end in ends.items() if end.outcome != "passed"}
        wrong = {self.cases[key].needs[0] for key in left if self.cases[key].needs}
        earlier = {name: names for q in self.settings.questions for name, names in q.earlier.items()}
        checks = []
        for question in self.questions:
            for key in sorted(key for key in self.cases if key[0] == question):
                case, end = self.cases[key], ends[key]
                names = earlier.get(case.needs[0], ()) if case.needs and key in left else ()
                checks.append(
                    Check(
                        question,
                        case.title,
                        case.share,
                        end.outcome,
                        end.message,
                        end.printed,
                        end.hint,
                        tuple(name for name in names if name in wrong),
                    )
                )
        noticed = {line: text for end in self.ended.values() for line, text in reversed(end.noticed)}
        problems = [*sorted(self.skip_lines.items()), *self.problems, *sorted(noticed.items())]
        return Report(tuple(checks), tuple((self._place(line), text) for line, text in problems))

    def _place(self, line: int) -> str:
        return place(self.source.decode("utf-8", "replace").split("\n"), line)


def _holds(end: _End, case: _Case, what: Change) -> bool:
    """Whether a case would end in the same way, and say the same, after a change."""
    if what.touches(case.needs):
        return False
    if end.is_stop:  # to find it again would take long
        return True
    if end.noticed:
        return False
    return end.outcome == "passed" or not what.has_moved(case.needs)  # messages quote lines


def _how_to_mend(what: str) -> str:
    if what.startswith("tests/"):
        return "Copy the file again from the handed-out folder, and install what requirements.txt lists."
    return "Install what requirements.txt lists again."
