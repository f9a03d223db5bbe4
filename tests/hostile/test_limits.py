"""Every limit is kept and named; what an attack leaves behind dies with its process."""

from __future__ import annotations

import atexit
import os
import time
from dataclasses import replace

import pytest

from autograder.grading.connection import Connection
from autograder.grading.launcher import Process
from autograder.grading.session import Session, Stopped
from autograder.result import Outcome
from autograder.submission import Submission
from tests.hostile.collection import ATTACKS, HALF, HERE
from tests.hostile.conftest import LIMITS, Gate
from tests.hostile.one_process import grade_in_one_process
from tests.representatives import representatives

BY_NAME = {attack.name: attack for attack in ATTACKS}
SLOW = "encode was still running after 1 s."
TOO_SLOW = {
    "exhausting/processor": SLOW,
    "exhausting/processor_in_c": SLOW,
    "exhausting/processor_by_threads": SLOW,
    "exhausting/processor_deaf": SLOW,
    "exhausting/processor_raised": SLOW,
    "exhausting/sleep": "encode had not answered after 5 s.",
    "exhausting/segfault": "encode crashed Python.",
    "exhausting/exit": "encode ended the program.",
}
MEMORY = ("memory_at_once", "memory_in_pieces", "shared_pages", "huge_tensor", "threads")


@pytest.mark.parametrize("name", representatives(TOO_SLOW, TOO_SLOW.get))
def test_the_limit_that_strikes_is_named(name: str, walled: Gate):
    cases = [case for question in walled.graded(BY_NAME[name]).questions for case in question.cases]
    ended = [case for case in cases if case.outcome in (Outcome.TIMED_OUT, Outcome.CRASHED)]
    assert [case.message for case in ended] == [TOO_SLOW[name]]
    blocked = [case for case in cases if case.outcome is Outcome.BLOCKED]
    assert blocked and all(case.message.startswith("not run again") for case in blocked)


@pytest.mark.parametrize("name", representatives(TOO_SLOW, TOO_SLOW.get))
def test_what_strikes_costs_the_other_questions_nothing(name: str, walled: Gate):
    half = {question.id: question.points for question in walled.half.questions}
    got = {question.id: question.points for question in walled.graded(BY_NAME[name]).questions}
    for question in ("one_hot", "learned_positions"):
        assert got[question] == half[question] > 0
    assert got["lookup"] > 0, "`build_vocabulary` still earns"


@pytest.mark.parametrize("name", representatives(MEMORY))
def test_memory_runs_out_in_the_call_alone(name: str, walled: Gate):
    result = walled.graded(BY_NAME[f"exhausting/{name}"])
    assert [q.points for q in result.questions] == [q.points for q in walled.half.questions]


def test_what_is_printed_is_cut(walled: Gate):
    noisy = HALF + "\ndef embedding_lookup(table, ids):\n    print('x' * 500_000)\n    return table[ids]\n"
    printed = grade_in_one_process(noisy.encode())
    assert printed is not None and len(printed.printed) > 500_000
    result = walled.grader.grade(Submission("noisy", noisy.encode()))
    kept = sum(len(case.untrusted) + len(case.message) for q in result.questions for case in q.cases)
    assert kept < 4 * LIMITS.output_kb * 1024


def test_sleeping_a_little_in_every_call_ends_with_the_submissions_time(walled: Gate):
    drowsy = b"import time\n\ndef nap():\n    time.sleep(0.5)\n"
    limits = replace(LIMITS, wall_seconds_per_call=2, seconds_per_submission=2)
    session = Session(Connection(walled.launcher, limits), drowsy, ("nap",))
    naps = 0
    try:
        with pytest.raises(Stopped, match="used up the submission's time"):
            while naps < 20:
                session.environment["nap"]()
                naps += 1
        with pytest.raises(Stopped, match="used up the submission's time"):
            session.begin_case()
    finally:
        session.close()
    assert 1 <= naps <= 8


DROWSY = 8
SLEEPING = "import time\n" + "".join(f"def nap{n}(): time.sleep(1000)\n" for n in range(DROWSY))


def sleep_everywhere(gate: Gate) -> tuple[Connection, list[Outcome]]:
    """What comes of a file whose every function sleeps."""
    names = tuple(f"nap{n}" for n in range(DROWSY))
    limits = replace(LIMITS, seconds_per_call=1, wall_seconds_per_call=3, seconds_per_submission=6)
    connection = Connection(gate.launcher, limits)
    session = Session(connection, SLEEPING.encode(), names)
    ended = []
    for name in names:
        try:
            session.begin_case()
            session.environment[name]()
        except Stopped as stop:
            ended.append(stop.outcome)
    session.close()
    return connection, ended


def test_a_sleeper_costs_its_time_once(walled: Gate):
    connection, ended = sleep_everywhere(walled)
    assert ended.count(Outcome.TIMED_OUT) <= 5, "as many calls as go into the time by the clock, and one"
    assert ended[0] is Outcome.TIMED_OUT and ended[-1] is Outcome.BLOCKED
    assert not connection.starved, "it would be graded once more"


def test_who_waited_for_a_processor_is_tried_again(walled: Gate, monkeypatch):
    monkeypatch.setattr(Process, "waited", lambda _: 2.0)
    assert sleep_everywhere(walled)[0].starved
    monkeypatch.setattr(Process, "waited", lambda _: None)
    assert sleep_everywhere(walled)[0].starved, "where the kernel does not tell, in doubt for the student"


def test_forged_counts_gain_a_tenth_of_a_question_at_most(walled: Gate):
    looped = """

def embedding_lookup(table, ids):
    rows = [table[int(i)] for i in ids.reshape(-1)]
    return torch.stack(rows).reshape(*ids.shape, table.shape[1]) if rows else table[ids]
"""
    forged = """

from autograder.sandbox import worker

_counted = worker.counted


def _nothing(function, *args, **kwargs):
    result, counts = _counted(function, *args, **kwargs)
    return result, type(counts)(1, 0, 0, 1, 0)


worker.counted = _nothing
"""
    honest = walled.grader.grade(Submission("looped", (HALF + looped).encode()))
    lying = walled.grader.grade(Submission("forged", (HALF + looped + forged).encode()))
    for before, after in zip(honest.questions, lying.questions, strict=True):
        assert before.points <= after.points <= before.points + before.possible / 10 + 0.01
    wrong = walled.grader.grade(Submission("wrong", (HALF + forged).encode()))
    assert [q.points for q in wrong.questions] == [q.points for q in walled.half.questions]


def test_an_exit_handler_never_runs(walled: Gate):
    source = (HERE / "staying" / "at_exit.py").read_text(encoding="utf-8")
    process = os.fork()
    if process == 0:  # the control: an interpreter that ends as usual runs it
        try:
            namespace: dict = {}
            exec(source, namespace)
            try:
                namespace["attack"]()
            except RuntimeError:
                atexit._run_exitfuncs()
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 43
    said = "".join(c.untrusted for q in walled.graded(BY_NAME["staying/at_exit"]).questions for c in q.cases)
    assert "something runs at the end" in said and "status 43" not in said


def test_a_process_does_not_become_a_program(walled: Gate, unwalled: Gate):
    attack = BY_NAME["reaching/become_a_program"]

    def said(gate: Gate) -> str:
        return "".join(c.untrusted for q in gate.graded(attack).questions for c in q.cases)

    assert "exit status 42" in said(unwalled)
    assert "exit status 42" not in said(walled)


def test_nothing_of_a_submission_stays(walled: Gate):
    before = set(os.listdir("/dev/shm")), set(os.listdir("/tmp"))
    assert left_after_reaping() == []  # by the tests before
    nap = b"import time\n\ndef nap():\n    time.sleep(60)\n"
    session = Session(Connection(walled.launcher, LIMITS), nap, ("nap",))
    users = students_processes()
    session.close()
    for attack in ATTACKS:
        if attack.family == "staying":
            walled.grade(attack)
    assert len(users) == 1, "the processes of students were not found"
    assert left_after_reaping() == []
    assert [name for name in os.listdir("/dev/shm") if name not in before[0] and "hostile" in name] == []
    assert [name for name in os.listdir("/tmp") if name not in before[1] and "hostile" in name] == []


def left_after_reaping() -> list[int]:
    """Processes of students that stay, after time enough for the zygote to reap those that were killed."""
    deadline = time.monotonic() + 120
    while (left := students_processes()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def students_processes() -> list[int]:
    """Processes of students that this test's graders have started: those that a zygote has forked."""
    parents: dict[int, int] = {}
    zygotes: set[int] = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents[int(name)] = int(file.read().rpartition(")")[2].split()[1])
            with open(f"/proc/{name}/cmdline", "rb") as file:
                called = file.read().split(b"\0")
        except OSError:
            continue
        if any(b"autograder.sandbox.zygote" in part for part in called) and b"bwrap" not in called[0]:
            zygotes.add(int(name))

    def is_ours(process: int) -> bool:
        while process in parents and process != os.getpid():
            process = parents[process]
        return process == os.getpid()

    return [process for process in zygotes if parents[process] in zygotes and is_ours(process)]
