"""The processes that run students' code: warm ones, forked ones, and that none outlives the command."""

from __future__ import annotations

import pytest

from autograder.check.running.processes import CAN_FORK, Processes, Worker

MODES = [
    pytest.param(True, id="forked", marks=pytest.mark.skipif(not CAN_FORK, reason="no safe fork here")),
    pytest.param(False, id="one process each"),
]


def request_for(folder, code: str) -> dict:
    return {
        "file": str(folder / "embeddings.py"),
        "source": code,
        "tests": str(folder),
        "functions": [],
        "questions": [],
        "done": [],
        "blocked": {},
        "skip_lines": [],
    }


def events(worker: Worker, last: str) -> list[dict]:
    """The events up to the first of this kind, without those that only say that time is needed."""
    found: list[dict] = []
    while not found or found[-1]["event"] != last:
        event = worker.next_event(None)
        if event["event"] != "importing":
            found.append(event)
    return found


@pytest.mark.parametrize("can_fork", MODES)
def test_one_run_knows_nothing_of_the_one_before(tmp_path, can_fork):
    processes = Processes(tmp_path, tmp_path, stay_warm=True, can_fork=can_fork)
    seen = []
    try:
        for _ in range(2):
            code = "import torch\nassert not hasattr(torch, 'mine')\ntorch.mine = 1\n"
            with processes.run(request_for(tmp_path, code)) as worker:
                *_, loaded, _done = events(worker, "done")
            assert (loaded["event"], loaded["problems"]) == ("loaded", [])
            seen.append(worker)
    finally:
        processes.close()
    assert (seen[0] is seen[1]) == can_fork
    assert not any(worker.is_alive for worker in seen)


@pytest.mark.parametrize("can_fork", MODES)
def test_a_run_that_kills_all_it_can_reach_does_not_keep_the_next_from_starting(tmp_path, can_fork):
    processes = Processes(tmp_path, tmp_path, stay_warm=True, can_fork=can_fork)
    # By the C library: `os.kill` is refused at the desk as when it is graded.
    deadly = "import ctypes, os\nctypes.CDLL(None).kill(os.getppid() if PARENT else os.getpid(), 9)\nos._exit(3)\n"
    deadly = deadly.replace("PARENT", str(can_fork))
    try:
        with processes.run(request_for(tmp_path, deadly)) as worker:
            assert events(worker, "ended")[-1]["for good"]
        with processes.run(request_for(tmp_path, "")) as worker:
            assert events(worker, "done")
    finally:
        processes.close()


@pytest.mark.parametrize("can_fork", MODES)
def test_no_endless_loop_outlives_the_command(tmp_path, can_fork):
    worker = Worker(tmp_path, tmp_path, "fork" if can_fork else "once")
    try:
        worker.ask(request_for(tmp_path, "while True:\n    pass\n"))
        assert events(worker, "at")[-1] == {"event": "at", "line": 1}
        worker.process.stdin.close()  # as the system does when the parent dies
        assert events(worker, "ended")[-1]["status"] in ((0, 1) if can_fork else (1,))
        assert worker.process.wait(timeout=120) is not None
    finally:
        worker.stop()


def test_a_process_started_ahead_takes_the_request_whenever_it_comes(tmp_path):
    worker = Worker(tmp_path, tmp_path, "ahead")
    try:
        worker.ask(request_for(tmp_path, "import sys\nassert 'torch' in sys.modules\n"))
        assert events(worker, "loaded")[-1]["problems"] == []
    finally:
        worker.stop()
