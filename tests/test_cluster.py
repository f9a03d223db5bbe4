"""A Dask cluster gives the results that this machine gives, whatever becomes of its processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
from distributed import LocalCluster

from autograder.assignment import Limits
from autograder.batch import open_batch
from autograder.cluster import open_cluster
from autograder.errors import GraderError
from autograder.result import Result
from autograder.submission import Submission
from tests.judge import small_assignment
from tests.test_batch import SUBMISSIONS

LIMITS = Limits(
    seconds_per_call=2, seconds_per_submission=20, wall_seconds_per_call=600, memory_mb=1000, output_kb=4
)
MANY = [replace(one, student=f"{one.student}-{turn}") for turn in range(3) for one in SUBMISSIONS]


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return replace(small_assignment.make(tmp_path_factory.mktemp("small")), limits=LIMITS)


@pytest.fixture(scope="module")
def here(assignment) -> dict[str, Result]:
    with open_batch(assignment, 1) as batch:
        return by_student(batch.grade(MANY))


@pytest.fixture
def cluster(tmp_path) -> Iterator[LocalCluster]:
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path)
    ) as started:
        yield started


def by_student(results: Iterator[Result]) -> dict[str, Result]:
    given = list(results)
    assert len({result.student for result in given}) == len(given)  # each once
    return {result.student: result for result in given}


def test_a_cluster_gives_the_results_that_this_machine_gives(assignment, here, cluster):
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        assert batch.wall.confined
        assert by_student(batch.grade(MANY)) == here


def test_a_process_that_is_killed_in_the_midst_of_a_batch_costs_nothing(assignment, here, cluster):
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        results = batch.grade(MANY)
        first = next(results)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        found = by_student(results) | {first.student: first}
    assert found == here


def test_a_machine_with_other_tests_is_refused(assignment, cluster, monkeypatch):
    from autograder import cluster as module

    other = {"doubling": {"tests": "others"}}
    monkeypatch.setattr(module, "keys", lambda _: other)
    with (
        pytest.raises(GraderError, match=r"it has other versions of: .*tests"),
        open_cluster(assignment, cluster.scheduler_address),
    ):
        pass


def test_a_cluster_that_is_not_there_is_named(assignment, monkeypatch):
    monkeypatch.setattr("autograder.cluster.CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(GraderError, match=r"No cluster answers at tcp://127\.0\.0\.1:9"),
        open_cluster(assignment, "tcp://127.0.0.1:9"),
    ):
        pass


def test_a_cluster_without_workers_says_how_to_start_one(assignment):
    with (
        LocalCluster(n_workers=0, dashboard_address=None) as empty,
        pytest.raises(GraderError, match=r"has no workers\. Type, on each machine: dask worker tcp://"),
        open_cluster(assignment, empty.scheduler_address),
    ):
        pass


def test_a_submission_is_graded_there_and_not_here(assignment, cluster, monkeypatch):
    monkeypatch.setattr("autograder.cluster.open_launcher", None)  # in this process
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        (result,) = batch.grade([Submission("ada", b"def double(n): return 2 * n\n")])
    assert result.total == 4
