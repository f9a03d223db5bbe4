"""Two zygotes for all tests of the judge, since starting one takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from autograder.assignment import Limits
from autograder.grading.connection import Connection
from autograder.grading.launcher import Launcher, open_launcher
from autograder.grading.session import Session

LIMITS = Limits(
    seconds_per_call=120, seconds_per_submission=1200, wall_seconds_per_call=1200, memory_mb=1000, output_kb=4
)
"""Out of the reach of whatever ends by itself, however slow the machine."""

HURRIED = replace(LIMITS, seconds_per_call=1, seconds_per_submission=10)
"""For calls that would compute for ever. What else runs under these takes a hundredth of them."""


@pytest.fixture(scope="package")
def launcher() -> Iterator[Launcher]:
    with open_launcher(LIMITS) as opened:
        yield opened


@pytest.fixture(scope="package")
def hurried_launcher() -> Iterator[Launcher]:
    with open_launcher(HURRIED) as opened:
        yield opened


@pytest.fixture
def load_with() -> Iterator[Callable[..., Session]]:
    """Load a source as a student's file, all its public names being asked for; a case has begun."""
    sessions = []

    def load(launcher: Launcher, limits: Limits, source: str, *names: str) -> Session:
        lines = source.splitlines()
        found = [line.split("(")[0].split(":")[0].split()[1] for line in lines if line[:4] in ("def ", "clas")]
        session = Session(Connection(launcher, limits), source.encode(), names or tuple(found))
        sessions.append(session)
        session.begin_case()
        return session

    yield load
    for session in sessions:
        session.close()


@pytest.fixture
def load(load_with: Callable[..., Session], launcher: Launcher) -> Callable[..., Session]:
    """Load a file whose calls end by themselves."""

    def load(source: str, *names: str, limits: Limits = LIMITS) -> Session:
        return load_with(launcher, limits, source, *names)

    return load


@pytest.fixture
def load_hurried(load_with: Callable[..., Session], hurried_launcher: Launcher) -> Callable[..., Session]:
    """Load a file in which something computes for ever."""

    def load(source: str, *names: str) -> Session:
        return load_with(hurried_launcher, HURRIED, source, *names)

    return load
