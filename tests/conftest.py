"""How two processes share the tests: a folder's stay together, and neither process is to wait for the other's last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING

import otter.test_files  # noqa: F401  # all of it, before the self-check imports a part of it alone
import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from autograder.grading.grader import Grader
    from autograder.grading.launcher import Launcher

LONG = (
    "hostile",
    "otter",
    "check",
    "test_audit.py",
    "test_handed_out_folder.py",
    "end_to_end",
    "batch",
    "grading",
    "marking",
    "linear_time",
    "misconceptions",
    "test_killed.py",
)
"""What takes a minute or more when all of it is run: it comes first, the longest at the head."""


def shelf(nodeid: str) -> str:
    """The folder in `tests/` that a test lies in, or its file if it lies in none.

    What a folder's tests share (graders, a browser, an archive) is made once by the process that runs them all.
    """
    return PurePath(nodeid.partition("::")[0]).parts[1]


class ByFolder(LoadFileScheduling):
    """Hands a whole shelf to a process."""

    def _split_scope(self, nodeid: str) -> str:
        return shelf(nodeid)


@pytest.fixture(scope="session")
def course_launcher() -> Iterator[Launcher]:
    """Behind the best wall, with the assignment's own limits; started once for all tests of a process."""
    from autograder.assignment import load_assignment  # not above: who hands out the tests needs none of it
    from autograder.grading.launcher import open_launcher

    with open_launcher(load_assignment().limits) as launcher:
        yield launcher


@pytest.fixture(scope="session")
def course_grader(course_launcher: Launcher) -> Grader:
    """What `autograder grade` grades with."""
    import torch

    from autograder.assignment import load_assignment
    from autograder.grading.grader import Grader

    torch.set_num_threads(1)
    return Grader(load_assignment(), course_launcher)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFolder:
    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(shelf(item.nodeid), len(LONG)))
