"""What a check comes to: each public case and how it ended, or why nothing could be checked."""

from __future__ import annotations

from dataclasses import dataclass


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
        builds_on: the functions that do not pass either, and that will be right ones when it is graded.
    """

    question: str
    title: str
    share: float
    outcome: str
    message: str = ""
    printed: str = ""
    hint: str = ""
    builds_on: tuple[str, ...] = ()


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
