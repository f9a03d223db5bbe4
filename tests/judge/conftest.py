"""Two zygotes for all tests of the judge, since starting one takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from autograder.assignment import Limits
from autograder.judge.launcher import Launcher, launcher
from autograder.judge.session import Session

LIMITS = Limits(
    seconds_per_call=120, seconds_per_submission=1200, wall_seconds_per_call=1200, memory_mb=1000, output_kb=4
)
"""Out of the reach of whatever ends by itself, however slow the machine."""

HURRIED = replace(LIMITS, seconds_per_call=1, seconds_per_submission=10)
"""For calls that would compute for ever. What else runs under these takes a hundredth of them."""


@pytest.fixture(scope="package")
def start() -> Iterator[Launcher]:
    with launcher(LIMITS) as started:
        yield started


@pytest.fixture(scope="package")
def start_hurried() -> Iterator[Launcher]:
    with launcher(HURRIED) as started:
        yield started


@pytest.fixture
def load_with() -> Iterator[Callable[..., Session]]:
    """Load a source as a student's file, all its public names being asked for; a case has begun."""
    sessions = []

    def load(start: Launcher, limits: Limits, source: str, *names: str) -> Session:
        lines = source.splitlines()
        found = [
            line.split("(")[0].split(":")[0].split()[1] for line in lines if line[:4] in ("def ", "clas")
        ]
        session = Session(start, source.encode(), names or tuple(found), limits)
        sessions.append(session)
        session.begin_case()
        return session

    yield load
    for session in sessions:
        session.close()


@pytest.fixture
def load(load_with: Callable[..., Session], start: Launcher) -> Callable[..., Session]:
    """Load a file whose calls end by themselves."""

    def load(source: str, *names: str, limits: Limits = LIMITS) -> Session:
        return load_with(start, limits, source, *names)

    return load


@pytest.fixture
def load_hurried(load_with: Callable[..., Session], start_hurried: Launcher) -> Callable[..., Session]:
    """Load a file in which something computes for ever."""

    def load(source: str, *names: str) -> Session:
        return load_with(start_hurried, HURRIED, source, *names)

    return load
