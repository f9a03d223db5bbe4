"""One zygote for each module of tests, since starting it takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from autograder.assignment import Limits
from autograder.judge.launcher import Launcher, launcher
from autograder.judge.session import Session

LIMITS = Limits(
    seconds_per_call=1, seconds_per_submission=20, wall_seconds_per_call=12, memory_mb=1000, output_kb=4
)
"""Small, so that what hangs is stopped soon."""


@pytest.fixture(scope="module")
def start() -> Iterator[Launcher]:
    with launcher(LIMITS) as started:
        yield started


@pytest.fixture
def load(start: Launcher) -> Iterator[Callable[..., Session]]:
    """Load a source as a student's file, all its public names being asked for; a case has begun."""
    sessions = []

    def load(source: str, *names: str, limits: Limits = LIMITS) -> Session:
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
        session.end()
