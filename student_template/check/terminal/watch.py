"""`python check --watch`: checks again whenever a file is saved, and shows it in one table, in place."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from ..loading.settings import Question, Settings
from ..running import runner
from ..running.processes import CAN_FORK, Processes
from ..running.report import CannotCheck, Report
from ..running.state import State
from . import pack
from .file_watcher import POLL, Saves
from .screen import Screen
from .watch_view import View, table

SLOW = 0.4
"""Seconds after which it is said that a check goes on, and between two such words."""


class Watch:
    """Checks a student's files again at every save.

    Args:
        home: the handed-out folder, with `tests/`.
        program: how the command was called, for texts that say what to type.

    Attributes:
        report: what was known last; None before the first check has ended.
    """

    def __init__(
        self,
        screen: Screen,
        settings: Settings,
        questions: Sequence[Question],
        folder: Path,
        home: Path,
        program: str,
        *,
        can_fork: bool = CAN_FORK,
    ) -> None:
        self.report: Report | None = None
        self._screen = screen
        self._settings = settings
        self._questions = questions
        self._program = program
        self._code = Saves(folder / settings.code)
        self._answers = Saves(folder / settings.answers)
        ids = tuple(question.id for question in questions)
        self._state = State(settings, folder / settings.code, home / "tests", ids, b"")
        self._processes = Processes(folder, home / "tests", stay_warm=True, can_fork=can_fork)
        self._is_interrupted = False
        self._trouble = ""
        self._doing = ""
        self._began = self._drawn = 0.0
        self._size = (0, 0)

    def run(self) -> None:
        """Go on until Ctrl-C.

        Raises:
            CannotCheck: if something that checking needs is missing.
        """
        runner.demand_installation(self._state.settings, self._state.tests, self._state.questions)
        before = signal.signal(signal.SIGINT, self._interrupt)
        self._screen.open()
        try:
            while True:
                if self._check():
                    self._draw(f"checked at {time.strftime('%H:%M:%S')}", is_result=True)
                    self._wait()
        except KeyboardInterrupt:
            pass
        finally:
            self._screen.close()
            self._processes.close()
            signal.signal(signal.SIGINT, before)

    def _interrupt(self, *_: object) -> None:
        """End at once, or else at the next look at the file: Python drops what is raised in some places."""
        self._is_interrupted = True
        raise KeyboardInterrupt

    def _check(self) -> bool:
        """Check what the last save can affect; False if the file was saved again meanwhile."""
        self._began = self._drawn = time.monotonic()
        self._doing = "checking"
        try:
            self._state = self._state.after(runner.read(self._code.path))
            is_part = bool(self._state.ended)
            if not self._finish():
                return False
            self.report, self._trouble = self._state.report(), ""
            if is_part and self.report.all_pass:  # but do they all pass in one run?
                self._draw("checking all once more ...")
                self._state = self._state.reset()
                if not self._finish():
                    return False
                self.report = self._state.report()
        except CannotCheck as error:
            self._trouble = str(error)
        return True

    def _finish(self) -> bool:
        return runner.finish(self._state, self._processes, self._progress, self._is_stale)

    def _wait(self) -> None:
        """Wait until the code is saved; show the short answers anew when they are."""
        while not self._code.poll():
            if self._is_interrupted:
                raise KeyboardInterrupt
            if self._answers.poll() or (self._screen.is_terminal and self._screen.size() != self._size):
                self._draw(self._doing, is_result=True)
            time.sleep(POLL)

    def _progress(self, doing: str) -> None:
        if doing in self._state.questions:
            self._doing = f"checking {doing}"
        else:
            self._draw(f"{doing} ...")

    def _is_stale(self) -> bool:
        now = time.monotonic()
        if now - self._drawn > SLOW:
            self._draw(f"{self._doing.partition(',')[0]}, {now - self._began:.0f} s ...")
        return self._code.poll()

    def _draw(self, doing: str, *, is_result: bool = False) -> None:
        """Show what is known; of what goes on only a terminal is told, where it can be replaced."""
        self._doing, self._drawn, self._size = doing, time.monotonic(), self._screen.size()
        if is_result or self._screen.is_terminal:
            unfinished = pack.unfinished_answers(self._settings, self._answers.path.parent)
            view = View(self.report, unfinished, doing, self._trouble)
            self._screen.draw(table(self._screen, self._settings, self._questions, view, self._program))
