"""Runs the public cases on a student's file, and goes on in a fresh process when its code stops one.

This process imports neither torch nor otter, so it starts at once and stays in charge: it stops
endless loops, outlives crashes and drops floods of output.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from ..loading.locate import too_large
from ..loading.notebook import UnreadableNotebook, read_code
from ..loading.settings import Settings, digest_of
from .processes import Processes, Worker, ending
from .report import CannotCheck, Report
from .state import State

NEEDED = {"torch": "torch", "otter": "otter-grader"}
"""The modules that checking imports, and what to install for each."""

LONGEST = 5.0
"""Seconds on the wall after which a case is stopped, though grading may wait longer: a right function
needs a hundredth of one, and whoever wrote an endless loop wants to know soon."""

PATIENCE = 0.05
"""Seconds after which it is asked again whether to go on."""


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
    demand_installation(settings, tests, questions)
    state = State(settings, file, tests, tuple(questions), read(file))
    processes = Processes(file.parent, tests)
    try:
        finish(state, processes, progress)
    finally:
        processes.close()
    return state.report()


def demand_installation(settings: Settings, tests: Path, questions: Sequence[str]) -> None:
    """Raise `CannotCheck` if a package or a test file is missing, or a test file is of another version."""
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise CannotCheck(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed for this Python, "
            f"{sys.executable}.\n"
            "If you made an environment, activate it in this terminal first, as README.md says. "
            "If not, type: python -m pip install -r requirements.txt"
        )
    for question in settings.questions:
        if question.id not in questions:
            continue
        path = tests / f"{question.id}.py"
        if not path.is_file():
            raise CannotCheck(f"tests/{path.name} is missing. Copy it again from the handed-out folder to {tests}.")
        if question.tests and digest_of(path) != question.tests:
            raise CannotCheck(
                f"tests/{path.name} and the folder check/ have different versions, or tests/{path.name} was changed. "
                f"Copy both folders, tests and check, again from the handed-out folder to {tests.parent}. "
                "Your own work is not affected."
            )


def read(file: Path) -> bytes:
    """The student's file, of a notebook the code; `CannotCheck` if it cannot be read."""
    try:
        content = file.read_bytes()
        for text in too_large(file.name, content):
            raise CannotCheck(text)
        return read_code(file.name, content).source
    except OSError as error:
        raise CannotCheck(f"{file.name} cannot be read: {error.strerror}.") from None
    except UnreadableNotebook as error:
        raise CannotCheck(f"{file.name}: {error}") from None


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


def _follow(worker: Worker, state: State, progress: Callable[[str], None], is_stale: Callable[[], bool]) -> bool:
    """Take in what the process says until it is done, takes too long or ends; False if it is of no use."""
    limit = min(LONGEST, state.settings.seconds_per_case)
    while not state.is_done:
        event = worker.next_event(PATIENCE)
        waited = 0.0 if state.since is None else time.monotonic() - state.since  # imports may take their time
        if event is None:
            if worker.has_started and is_stale():
                if state.case is not None and waited > 1:
                    state.stopped("timed out", f"was still running after {waited:.0f} s, when you saved again")
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
