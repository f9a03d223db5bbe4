"""A grader that is killed at any moment loses nothing, and grades nothing twice when it is started again."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.gradebook.schema import FILE_NAME
from tests.small_batch import make_root, make_submissions, start

SUBMISSIONS = 25
KILLS = 5
SOAK = [pytest.param(i, marks=pytest.mark.soak) for i in range(1, 11)]
"""With five moments each, fifty of them."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_root(tmp_path_factory.mktemp("assignment"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_submissions(tmp_path_factory.mktemp("submissions"), SUBMISSIONS)


@pytest.fixture(scope="module")
def undisturbed(root, folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "graded"
    finish(start(root, "grade", folder, "--output", out, "--workers", 2))
    return out


@pytest.mark.thorough
@pytest.mark.parametrize("batch", [0, *SOAK])
def test_a_killed_grader_loses_nothing_and_grades_nothing_twice(root, folder, undisturbed, tmp_path, batch):
    seed = random.randrange(10**9)
    print(f"seed {seed}")  # pytest shows it if the test fails
    moments = random.Random(seed)
    out = tmp_path / "graded"
    committed: dict[int, tuple] = {}
    for _ in range(KILLS):
        grader = start(root, "grade", folder, "--output", out, "--workers", 2)
        kill_at_some_moment(grader, out, moments)
        now = rows(out)
        assert committed.items() <= now.items()  # what was committed is still there, as it was
        committed = now
    finish(start(root, "grade", folder, "--output", out, "--workers", 2))
    assert committed.items() <= rows(out).items()
    assert len(rows(out)) == SUBMISSIONS  # one row for each: none was graded again
    assert content(out) == content(undisturbed)


def kill_at_some_moment(grader: subprocess.Popen[str], out: Path, moments: random.Random) -> None:
    """Kill it somewhere between its start and the next few results."""
    results = len(rows(out)) + moments.randrange(5)
    is_early = moments.random() < 0.2
    while not is_early and len(rows(out)) < results and grader.poll() is None:
        time.sleep(0.001)
    time.sleep(moments.uniform(0, 2 if is_early else 0.05))
    grader.send_signal(signal.SIGKILL)
    grader.communicate()


def finish(grader: subprocess.Popen[str]) -> str:
    said, errors = grader.communicate()
    assert grader.returncode == 1, errors  # one is set aside
    return said


def rows(out: Path) -> dict[int, tuple]:
    """The gradebook's results by their numbers, as another program sees them."""
    try:
        connection = sqlite3.connect(f"file:{out / FILE_NAME}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return {}
    try:
        query = "SELECT id, student, digest, status, result, cache_keys, notes, set_aside FROM results"
        return {number: row for number, *row in connection.execute(query)}
    except sqlite3.OperationalError:  # no tables yet
        return {}
    finally:
        connection.close()


def content(out: Path) -> dict:
    """All that a gradebook and the files beside it hold, but for times and the order of rows."""
    with open_gradebook(out, create=False) as gradebook:
        students = sorted(gradebook.students())
        entries = [replace(gradebook.entry(student), id=0, run=None, saved="") for student in students]
        kept = {
            "entries": entries,
            "submissions": [gradebook.received(student).read() for student in students],
            "origins": gradebook.origins(),
            "active_statuses": gradebook.active_statuses(),
            "walls": gradebook.walls(),
        }
    files = [out / "grades.csv", *(out / "results").iterdir(), *(out / "feedback").iterdir()]
    return kept | {path.name: path.read_bytes() for path in sorted(files)}
