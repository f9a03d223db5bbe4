"""Measures `python check --watch` on a pseudo-terminal: from a save to the result on the screen."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.assignment import ROOT
from autograder.check.loading.settings import FILE, read_settings
from autograder.check.running.processes import Processes
from autograder.check.running.runner import finish
from autograder.check.running.state import State
from tests.check.terminal import Terminal

RIGHT = (ROOT / "solutions" / "embeddings.py").read_text(encoding="utf-8")
WRONG = RIGHT.replace("torch.stack([angles.sin(), angles.cos()]", "torch.cat([angles.sin(), angles.cos()]")
SHOWN = {RIGHT: "✓ sinusoidal", WRONG: "✗ sinusoidal"}


def seconds_to_shown(count: int) -> list[float]:
    """The seconds from each of so many saves until the table shows the new result."""
    found = []
    with _folder() as folder:
        terminal = Terminal(folder, "--watch")
        try:
            terminal.until("✓ input_embeddings", "checked at")
            time.sleep(10)  # until the warm process has imported all it imports ahead
            for number in range(count):
                code = (WRONG, RIGHT)[number % 2]
                start = time.perf_counter()
                (folder / "embeddings.py").write_text(f"{code}# {number}\n", encoding="utf-8")
                terminal.until(SHOWN[code])
                found.append(time.perf_counter() - start)
                terminal.until(SHOWN[code], "checked at")
                time.sleep(2)  # nobody saves faster
        finally:
            terminal.kill()
    return found


def seconds_without_fork(count: int) -> list[float]:
    """The seconds that a check takes where nothing forks and the next save comes at once."""
    found = []
    with _folder() as folder:
        settings = read_settings(folder / "check" / FILE)
        questions = tuple(question.id for question in settings.code_questions)
        state = State(settings, folder / "embeddings.py", folder / "tests", questions, b"")
        processes = Processes(folder, folder / "tests", stay_warm=True, can_fork=False)
        try:
            for number in range(count + 1):
                start = time.perf_counter()
                state = state.after(f"{(RIGHT, WRONG)[number % 2]}# {number}\n".encode())
                finish(state, processes, lambda doing: None)
                found.append(time.perf_counter() - start)
        finally:
            processes.close()
    return found[1:]  # the first runs everything, in a process that nobody has warmed


@contextmanager
def _folder() -> Iterator[Path]:
    """The handed-out folder, solved."""
    with tempfile.TemporaryDirectory() as name:
        ignored = shutil.ignore_patterns("__pycache__", "notebooks", "figures")
        folder = Path(shutil.copytree(ROOT / "student_template", Path(name) / "folder", ignore=ignored))
        (folder / "embeddings.py").write_text(RIGHT, encoding="utf-8")
        yield folder
