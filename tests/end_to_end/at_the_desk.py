"""A student's desk: the self-check on many files, one after the other, with torch loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.check.loading.settings import FILE, read_settings
from autograder.check.running import processes, runner
from autograder.check.running.report import Report
from autograder.check.running.runner import finish
from autograder.check.running.state import State
from tests.handed_out import copy_of_folder

ASSIGNMENT = load_assignment()
PATIENCE = 60
"""Seconds on the wall for a case: grading measures the process's own time, and this machine may be busy."""


class Desk:
    """The handed-out folder, in which one file after the other is checked as `python check` does it."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_of_folder(folder)
        self._settings = replace(read_settings(self.folder / "check" / FILE), seconds_per_case=PATIENCE)
        self._processes = processes.Processes(self.folder, self.folder / "tests", stay_warm=True)

    def check(self, source: bytes) -> Report:
        file = self.folder / ASSIGNMENT.code_file
        file.write_bytes(source)
        questions = tuple(question.id for question in self._settings.code_questions)
        state = State(self._settings, file, self.folder / "tests", questions, source)
        finish(state, self._processes, lambda _: None)
        return state.report()

    def close(self) -> None:
        self._processes.close()


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """A desk whose processes run the self-check of the copied folder, as a student's do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes, "CHILD", folder / "check" / "running" / "child_process.py")
        patch.setattr(runner, "LONGEST", PATIENCE)
        desk = Desk(folder)
        try:
            yield desk
        finally:
            desk.close()
