"""What a student's values make of the grader's own time, memory and tensors is bounded, whatever they are."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from torch import nn

from autograder.check.testing import assertions, call_text
from autograder.check.testing.comparison import Mismatch
from autograder.grading import budget as budget_of
from autograder.grading import connection, grader
from autograder.grading.budget import Budget
from autograder.grading.grader import Grader
from autograder.grading.launcher import Process, open_launcher
from autograder.grading.session import Session
from autograder.result import Outcome, Status
from autograder.submission import Submission
from tests.hostile.collection import BASELINE, HALF
from tests.hostile.conftest import LIMITS, Gate
from tests.representatives import representatives

GIVING = """

{making}

for name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[name] = lambda *args, **kwargs: value
"""

IMMENSE = {
    "modules that share their parts": """
value = nn.Module()
for _ in range(60):
    whole = nn.Module()
    whole.one = whole.other = value
    value = whole
value = [value]
""",
    "lists that share their parts": """
value = [1]
for _ in range(60):
    value = [value, value]
""",
    "tuples of one long text": """
value = (("s" * 90_000,) * 20,) * 4_000
""",
    "one list, many times": """
value = [[["s" * 100_000] * 10] * 3_000]
""",
    "a dictionary of one list": """
whole = ["s" * 90_000] * 20
value = {number: whole for number in range(4_000)}
""",
    "pairs of long texts": """
value = [(["s" * 90_000] * 20,) * 2] * 4_000
""",
}

LOAD = {"op": "load", "seq": 1, "file": "embeddings.py", "names": [], "skip": []}
"""As the grader asks for a student's file to be loaded."""


def written(value: Any, known: dict[int, int]) -> int:
    """How many characters a value has at least when it is written out, found without writing it."""
    if id(value) not in known:
        parts: list[Any] = []
        if isinstance(value, nn.Module):
            parts = list(value._modules.values())
        elif isinstance(value, dict):
            parts = [*value, *value.values()]
        elif isinstance(value, list | tuple):
            parts = list(value)
        known[id(value)] = len(value) if isinstance(value, str) else 1
        known[id(value)] += sum(written(part, known) for part in parts)
    return known[id(value)]


def made(making: str) -> Any:
    environment: dict[str, Any] = {"nn": nn}
    exec(making, environment)
    return environment["value"]


@pytest.mark.parametrize("kind", IMMENSE)
def test_an_immense_value_makes_a_short_message(kind):
    value = made(IMMENSE[kind])
    assert written(value, {}) > 10**9, "the control: no such text is written"
    assert len(call_text.show(value)) <= call_text.LONG
    assert len(call_text.show({"key": [value, (value,)]})) <= call_text.LONG


@pytest.mark.parametrize("kind", representatives(IMMENSE))
def test_an_immense_value_is_a_wrong_answer_like_any_other(kind, walled: Gate):
    source = (HALF + GIVING.format(making=IMMENSE[kind])).encode()
    result = walled.grader.grade(Submission("immense", source))
    half = {question.id: question.points for question in walled.half.questions}
    assert result.status is Status.GRADED
    assert all(question.points <= half[question.id] for question in result.questions)
    assert len(repr(result)) < 1_000_000
    assert walled.grader.grade(BASELINE) == walled.half


@pytest.mark.parametrize("kind", IMMENSE)
def test_what_is_demanded_of_answers_and_losses_says_so_briefly(kind):
    value = made(IMMENSE[kind])
    for got in ([value], [("word", value)], [(value, 1.0)]):
        with pytest.raises(Mismatch) as mismatch:
            assertions.assert_answers(got, [("word", 1.0)])
        assert len(str(mismatch.value)) < 500
    with pytest.raises(Mismatch) as mismatch:
        assertions.assert_losses([value], [1.0])
    assert len(str(mismatch.value)) < 500


@pytest.mark.parametrize(
    "value, text",
    [
        ([], "[]"),
        ((), "()"),
        (set(), "set()"),
        ({}, "{}"),
        ((1,), "(1,)"),
        ([1, "a", (2.5, None)], "[1, 'a', (2.5, None)]"),
        ({"a": [1], 2: {3}}, "{'a': [1], 2: {3}}"),
        ([nn.Linear(1, 1)], "[<Linear>]"),
        (list(range(1000)), str(list(range(1000)))[: call_text.LONG - 1] + "…"),
        ("x" * 1000, "'" + "x" * (call_text.LONG - 2) + "…"),
    ],
)
def test_an_ordinary_value_is_shown_as_python_writes_it(value, text):
    assert call_text.show(value) == text


def test_a_message_of_any_length_is_cut(walled: Gate):
    raising = "\n\ndef encode(tokens, vocabulary):\n    raise KeyError('k' * 10**6)\n"
    result = walled.grader.grade(Submission("loud", (HALF + raising).encode()))
    for question in result.questions:
        for case in question.cases:
            assert len(case.message) <= grader.LONGEST_MESSAGE
            assert len(case.untrusted) <= grader.LONGEST_UNTRUSTED


STORM = """

from autograder.sandbox import worker


def storm(self, header, blobs):
    if header["op"] != "call":
        return usual(self, header, blobs)
    {before}
    return {{"printed": "", "containers": [[-1, ["list", {items}]]], "value": ["container", -1]}}, []


usual, worker.Worker.reply_to = worker.Worker.reply_to, storm
"""
STORMS = {
    "numbers": STORM.format(before="pass", items="[0] * 500_000"),
    "lists": STORM.format(before="pass", items='[["tuple", []]] * 50_000'),
    "floats": STORM.format(before="pass", items="[0.1234567] * 100_000"),
    "numbers that come late": STORM.format(
        before="import time; end = time.process_time() + 1\n    while time.process_time() < end: pass",
        items="[0] * 1_000",
    ),
}
BUSY = replace(LIMITS, seconds_per_call=4, seconds_per_submission=4)


@pytest.fixture(scope="module")
def busy(walled: Gate) -> Iterator[Grader]:
    """Who gives a submission four seconds in all."""
    with open_launcher(BUSY, only=walled.launcher.tier) as launcher:
        yield Grader(replace(walled.assignment, limits=BUSY), launcher)


@pytest.mark.parametrize("kind", representatives(STORMS))
def test_a_submission_costs_no_more_than_its_time_on_both_sides_together(kind, busy: Grader, monkeypatch):
    used: list[float] = []
    let_go = connection.Connection.close

    def noted(line):
        if line._process is not None:
            used.append(line._process.kill(60).cpu_seconds)
        let_go(line)

    monkeypatch.setattr(connection.Connection, "close", noted)
    before = time.process_time()
    result = busy.grade(Submission("storm", (HALF + STORMS[kind]).encode()))
    ours = time.process_time() - before
    cases = [case for question in result.questions for case in question.cases]
    assert result.status is Status.GRADED and not result.fault
    assert sum(used) + ours < BUSY.seconds_per_submission + 3  # a second until it is looked at, and an end
    assert any(connection.SPENT in case.message for case in cases if case.outcome is Outcome.BLOCKED)


def test_no_new_process_may_use_more_than_what_is_left(walled: Gate):
    budget = Budget(100)
    budget.charge(97.5, 0)
    asked: list[int] = []

    class Noting:
        def spawn(self, seconds):
            asked.append(seconds)
            return walled.launcher.spawn(seconds)

    line = connection.Connection(Noting(), LIMITS, budget)
    line.open()
    line.close()
    assert asked == [3]
    budget.charge(97.5, 0)
    with pytest.raises(connection.Stopped, match=connection.SPENT):
        line.open()


def test_what_a_process_has_used_that_is_let_go_is_charged(walled: Gate):
    budget = Budget(100)
    before = budget.left()
    line = connection.Connection(walled.launcher, LIMITS, budget)
    burning = b"import time\nwhile time.process_time() < 2: pass\n"
    Session(line, burning, ()).close()
    assert budget.left() < before - 1.5


def test_the_kernel_keeps_a_process_to_what_it_was_given(walled: Gate):
    process = walled.launcher.spawn(2)
    deaf = b"import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass\n"
    process.channel.send(LOAD, [deaf], time.monotonic() + 60)
    end = process.ended(wait=600)
    process.close()
    assert end is not None and end.status < 0 and 1 < end.cpu_seconds < 4


def test_what_a_process_has_used_is_told_while_it_runs(walled: Gate):
    process = walled.launcher.spawn()
    loop = b"while True: pass\n"
    process.channel.send(LOAD, [loop], time.monotonic() + 60)
    told = [0.0]
    while told[-1] < 0.5:
        told.append(process.used())
    assert told == sorted(told) and process.ended(wait=0) is None
    end = process.kill(60)
    assert end is not None and end.cpu_seconds >= told[-1] and process.used() == end.cpu_seconds
    process.close()


def test_a_flood_of_bytes_is_stopped(walled: Gate, monkeypatch):
    monkeypatch.setattr(budget_of, "MAX_BYTES", 0)
    result = walled.grader.grade(BASELINE)
    cases = [case for question in result.questions for case in question.cases]
    assert result.status is Status.GRADED
    assert {case.outcome for case in cases} <= {Outcome.TIMED_OUT, Outcome.BLOCKED}
    monkeypatch.undo()
    assert walled.grader.grade(BASELINE) == walled.half


# Who hangs up ------------------------------------------------------------------------------------

HANGING_UP = {
    "and sleeps": "os.closerange(3, 64)\n    time.sleep(10**6)",
    "and loops": "os.closerange(3, 64)\n    while True: pass",
    "and waits for ever": "os.closerange(3, 64)\n    threading.Event().wait()",
    "from a thread": "threading.Thread(target=os.closerange, args=(3, 64)).start()\n    time.sleep(10**6)",
    "and ignores signals": "[signal.signal(n, signal.SIG_IGN) for n in (1, 2, 3, 15)]\n"
    "    os.closerange(3, 64)\n    time.sleep(10**6)",
}


@pytest.mark.parametrize("how", representatives(HANGING_UP))
def test_who_hangs_up_is_ended_at_once(how, walled: Gate, monkeypatch):
    monkeypatch.setattr(connection, "END_SECONDS", 60)  # to be sure that it is killed, not waited for
    waited: list[float] = []
    ended = Process.ended

    def noted(process, seconds):
        end = ended(process, seconds)
        waited.append(seconds if end is None else 0)
        return end

    monkeypatch.setattr(Process, "ended", noted)
    source = HALF + (
        f"\n\nimport os, signal, threading, time\n\n\ndef encode(tokens, vocabulary):\n    {HANGING_UP[how]}\n"
    )
    result = walled.grader.grade(Submission("deserter", source.encode()))
    said = {c.message for q in result.questions for c in q.cases if c.outcome is Outcome.CRASHED}
    assert said == {"encode hung up on the grader and went on."}
    assert sum(waited) <= connection.HANG_UP_SECONDS
    assert [q.points for q in result.questions[1:]] == [q.points for q in walled.half.questions[1:]]


def test_who_ends_is_told_how_it_ended(walled: Gate):
    source = HALF + "\n\nimport os\n\n\ndef encode(tokens, vocabulary):\n    os._exit(7)\n"
    result = walled.grader.grade(Submission("leaver", source.encode()))
    (case,) = (c for q in result.questions for c in q.cases if c.outcome is Outcome.CRASHED)
    assert case.message == "encode ended the program." and "7" in case.untrusted


# Who changes the grader's tensors ----------------------------------------------------------------

CHANGING = {
    "another shape": "table.grad = None; table.data = torch.zeros(2, 2); table.grad = torch.zeros(2, 2)",
    "another dtype": "table.grad = None; table.data = table.data.double(); table.grad = table.data * 1",
    "no gradient any more": "table.grad = torch.ones_like(table); table.requires_grad_(False)",
    "all at once": "table.data = torch.zeros(7); table.grad = torch.zeros(7); ids.data = ids.data[:1]",
    "another memory": "table.detach().resize_(3); ids.set_(torch.zeros(9, dtype=torch.int64))",
    "integers": "table.requires_grad_(False); table.data = torch.zeros(5, dtype=torch.int64)",
    "nothing": "table.data = torch.zeros(0)",
}


@pytest.mark.parametrize("how", representatives(CHANGING))
def test_the_graders_tensors_are_as_they_were_for_the_next(how, walled: Gate):
    source = HALF + (
        "\n\ndef embedding_lookup(table, ids):\n    rows = table[ids] * 0.5\n    try:\n"
        "        with torch.no_grad():\n"
        f"            {CHANGING[how]}\n    except RuntimeError:\n        pass\n    return rows\n"
    )
    result = walled.grader.grade(Submission("changing", source.encode()))
    assert result.status is Status.GRADED and not result.fault
    lookup, *others = result.questions
    assert lookup.points <= walled.half.questions[0].points
    assert [q.points for q in others] == [q.points for q in walled.half.questions[1:]]
    assert walled.grader.grade(BASELINE) == walled.half
