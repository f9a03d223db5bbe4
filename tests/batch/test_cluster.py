"""A Dask cluster gives the results that this machine gives, whatever becomes of its processes."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from distributed import Client, LocalCluster

from autograder.assignment import Limits
from autograder.course.batch.dask_cluster import Cluster, Job, open_cluster
from autograder.course.batch.process_pool import open_batch
from autograder.errors import GraderError
from autograder.grading.isolation import IsolationLevel
from autograder.result import Result
from autograder.submission import Submission
from tests.batch.test_local import SUBMISSIONS
from tests.grading import small_assignment
from tests.hand_made import typical

LIMITS = Limits(seconds_per_call=2, seconds_per_submission=20, wall_seconds_per_call=600, memory_mb=1000, output_kb=4)
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


@pytest.mark.thorough
def test_a_cluster_gives_the_results_that_this_machine_gives(assignment, here, cluster):
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        assert batch.wall.confined
        assert by_student(batch.grade(MANY)) == here


@pytest.mark.thorough
def test_a_process_that_is_killed_in_the_midst_of_a_batch_costs_nothing(assignment, here, cluster):
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        results = batch.grade(MANY)
        first = next(results)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        found = by_student(results) | {first.student: first}
    assert found == here


@pytest.mark.thorough
def test_a_machine_with_other_tests_is_refused(assignment, cluster, monkeypatch):
    from autograder.course.batch import dask_cluster as module

    other = {"doubling": {"tests": "others"}}
    monkeypatch.setattr(module, "cache_keys", lambda _: other)
    with (
        pytest.raises(GraderError, match=r"it has different versions of: .*tests"),
        open_cluster(assignment, cluster.scheduler_address),
    ):
        pass


def test_a_cluster_that_is_not_there_is_named(assignment, monkeypatch):
    monkeypatch.setattr("autograder.course.batch.dask_cluster.CONNECT_SECONDS", 0.2)
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


@pytest.mark.thorough
def test_a_submission_is_graded_there_and_not_here(assignment, cluster, monkeypatch):
    monkeypatch.setattr("autograder.course.batch.dask_cluster.open_launcher", None)  # in this process
    with open_cluster(assignment, cluster.scheduler_address) as batch:
        (result,) = batch.grade([Submission("ada", b"def double(n): return 2 * n\n")])
    assert result.total == 4


_turns, _running, _most = Counter[str](), Counter[str](), Counter[str]()


def grade_slowly(job: Job, submission: Submission) -> Result:
    """Ask for another turn in the first one; count how many are graded at a time in either."""
    _turns[submission.student] += 1
    turn = "first" if _turns[submission.student] == 1 else "second"
    _running[turn] += 1
    _most[turn] = max(_most[turn], _running[turn])
    time.sleep(0.1)
    _running[turn] -= 1
    return replace(typical(submission.student), retry_alone=turn == "first")


def test_what_is_graded_once_more_has_nothing_beside_it(assignment, monkeypatch):
    monkeypatch.setattr("autograder.course.batch.dask_cluster._grade", grade_slowly)  # in threads of this process
    with (
        LocalCluster(n_workers=4, threads_per_worker=1, processes=False, dashboard_address=None) as threads,
        Client(threads) as client,
    ):
        cluster = Cluster(client, Job("a", assignment, {}, False), IsolationLevel.NAMESPACES)
        assert len(list(cluster.grade([Submission(f"s{i}", b"") for i in range(8)]))) == 8
    assert _most["first"] > _most["second"] == 1


def test_a_cluster_that_goes_away_is_named_and_not_what_closing_it_raised(assignment, monkeypatch):
    class Gone:
        def __init__(self, *_: object, **__: object) -> None:
            self.alive = True

        def __enter__(self) -> Gone:
            return self

        def __exit__(self, *_: object) -> None: ...

        def nthreads(self) -> dict[str, int]:
            return {"tcp://one": 1}

        def run(self, *_: object) -> dict[str, IsolationLevel]:
            if not self.alive:
                raise OSError("Timed out trying to connect")
            self.alive = False
            return {"tcp://one": IsolationLevel.NAMESPACES}

    monkeypatch.setattr("distributed.Client", Gone)
    with pytest.raises(GraderError, match="The cluster is gone"), open_cluster(assignment, "tcp://one"):
        raise GraderError("The cluster is gone.")
