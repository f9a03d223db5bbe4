"""Cases run ahead in one go come to the same as cases that ask one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.grading import session
from autograder.grading.grader import Grader
from autograder.grading.launcher import Launcher
from autograder.grading.replay.recording import Recording, Replay, ReplayMismatch, Request
from autograder.grading.session import Session
from autograder.result import Outcome
from autograder.sandbox.wire import frame
from autograder.submission import Submission

from . import small_assignment

REPLY = frame({"value": 1, "printed": ""})


def script_of(*requests: dict) -> Recording:
    return tuple(Request(request["op"], frame(request, [b"bytes"])) for request in requests)


# One script --------------------------------------------------------------------------------------


def test_answers_are_handed_out_in_turn():
    replay = Replay(script_of({"op": "a"}, {"op": "b"}), [REPLY, frame({"value": 2})])
    assert replay.answer({"op": "a"}, [b"bytes"])[0]["value"] == 1
    assert replay.answer({"op": "b"}, [b"bytes"])[0]["value"] == 2


@pytest.mark.parametrize("header, blobs", [({"op": "b"}, [b"bytes"]), ({"op": "a"}, [b"Bytes"]), ({"op": "a"}, [])])
def test_another_request_than_the_scripts_is_not_answered(header, blobs):
    with pytest.raises(ReplayMismatch):
        Replay(script_of({"op": "a"}), [REPLY]).answer(header, blobs)


def test_a_request_beyond_the_script_is_not_answered():
    replay = Replay(script_of({"op": "a"}), [REPLY])
    replay.answer({"op": "a"}, [b"bytes"])
    with pytest.raises(ReplayMismatch):
        replay.answer({"op": "a"}, [b"bytes"])


@pytest.mark.parametrize("reply", [b"", b"noise", REPLY[:-1], REPLY + b"x"])
def test_a_reply_that_cannot_be_read_is_none(reply):
    with pytest.raises(ReplayMismatch):
        Replay(script_of({"op": "a"}), [reply]).answer({"op": "a"}, [b"bytes"])


def test_only_the_same_answers_have_the_same_digest():
    script = script_of({"op": "a"}, {"op": "b"})
    answers = [(b"ab", b"c"), (b"a", b"bc"), (b"abc", b""), (b"c", b"ab")]
    digests = {Replay(script, replies).digest for replies in answers}
    assert len(digests) == len(answers)
    assert Replay(script, answers[0]).digest == Replay(script, list(answers[0])).digest


# Whole submissions -------------------------------------------------------------------------------


def file_of(double: str = "return 2 * n", triple: str = "return 3 * n") -> str:
    """A student's file with these bodies of its two functions."""
    return f"import os, time, torch\ndef double(n):\n    {double}\ndef triple(n):\n    {triple}\n"


SUBMISSIONS = {
    "right": file_of("return n + n", "return n + n + n"),
    "wrong": file_of("return n * n", "return 3.0 * n"),
    "half": "def double(n): return 2 * n\n",
    "blank": file_of("raise NotImplementedError", "raise NotImplementedError"),
    "loud": file_of("print('hello', n); return 2 * n", "return n"),
    "exits": file_of("raise SystemExit"),
    "dies": file_of(triple="os._exit(1)"),
    "dies late": file_of("return os._exit(1) if n > 4000 else 2 * n"),
    "draws": file_of("torch.randn(3); return 2 * n"),
    "forges": file_of("return [os.write(fd, bytes(99)) for fd in range(3, 9)]"),
    "tensors": file_of("return [torch.zeros(n)] * n", "return torch.tensor(3 * n)"),
}


@pytest.fixture(scope="module")
def grader(launcher, tmp_path_factory):
    return Grader(small_assignment.make(tmp_path_factory.mktemp("small")), launcher)


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_running_ahead_changes_no_result(grader, name, monkeypatch):
    submission = Submission("ada", SUBMISSIONS[name].encode())
    ahead = [grader.grade(submission) for _ in range(2)]
    monkeypatch.setattr(Session, "prefetch", lambda *_, **__: iter(()))
    assert ahead[0] == ahead[1] == grader.grade(submission)


PEEPING = """
import sys

def asked():
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "answer":
        frame = frame.f_back
    return len(frame.f_locals["blobs"])

def double(n):
    print("asked", asked())
    return 2 * n

def triple(n):
    print("asked", asked())
    return 3 * n
"""


def test_a_process_sees_one_hidden_case_at_a_time(grader):
    result = grader.grade(Submission("peeping", PEEPING.encode()))
    seen: dict[bool, set[str]] = {False: set(), True: set()}
    for question in result.questions:
        for case in question.cases:
            seen[case.hidden].add(case.untrusted.partition("asked ")[2])
    assert seen[True] == {"1"}
    assert seen[False] == {"4"}, "the control: public ones come in one go"


@pytest.fixture(scope="module")
def patient(launcher, tmp_path_factory):
    """A grader whose hidden cases ask for a small number before a large one."""
    return Grader(small_assignment.make(tmp_path_factory.mktemp("patient"), (600, 4711)), launcher)


def test_of_a_hidden_case_that_ends_the_process_the_others_lose_nothing(patient):
    dying = file_of("return os._exit(1) if n > 4000 else 2 * n")
    doubling, tripling = patient.grade(Submission("dying", dying.encode())).questions
    assert [case.outcome for case in doubling.cases] == [Outcome.PASSED, Outcome.PASSED, Outcome.CRASHED]
    assert {case.outcome for case in tripling.cases} == {Outcome.PASSED}


@pytest.fixture(scope="module")
def adaptive(launcher, tmp_path_factory):
    """A grader whose first case goes on with what it got."""
    assignment = small_assignment.make(tmp_path_factory.mktemp("adaptive"), (600, 4711))
    path = assignment.public_tests("doubling")
    path.write_text(path.read_text().replace("assert_equal(double(1), 2)", "assert_equal(double(double(1)), 4)"))
    return Grader(assignment, launcher)


def test_a_case_that_asks_anew_is_graded_by_what_it_asks(adaptive):
    lucky = "def double(n): return {1: 7, 7: 4}.get(n, 2 * n)\ndef triple(n): return 3 * n\n"
    first = adaptive.grade(Submission("ada", lucky.encode())).questions[0].cases[0]
    assert first.outcome == "passed", "the second call is with what the first one gave, not with the script's 2"


def test_a_case_that_asks_anew_does_not_suffer_by_what_ends_the_process_after_it(adaptive):
    lucky = "import os\ndef double(n): return {1: 7, 7: 4}.get(n) or (os._exit(1) if n > 4000 else 2 * n)\n"
    cases = adaptive.grade(Submission("ada", lucky.encode())).questions[0].cases
    assert [case.outcome for case in cases] == ["passed", "passed", "crashed"]


def test_a_call_that_ends_the_process_is_made_once_and_the_cases_after_it_go_on(patient, monkeypatch):
    started = []
    spawn = Launcher.spawn
    monkeypatch.setattr(Launcher, "spawn", lambda self, seconds: started.append(self) or spawn(self, seconds))
    result = patient.grade(Submission("ada", SUBMISSIONS["dies late"].encode()))
    outcomes = [[case.outcome for case in question.cases] for question in result.questions]
    assert outcomes == [["passed", "passed", "crashed"], ["passed"] * 3]
    assert len(started) == 3, "the third looks for something right in other inputs, without which no public case counts"


def test_a_function_that_ended_the_process_is_not_called_again(grader):
    first, *others = grader.grade(Submission("ada", SUBMISSIONS["dies"].encode())).questions[1].cases
    assert first.message == "triple ended the program."
    assert {case.message for case in others} == {"not run again, because before, triple ended the program."}
    assert {case.outcome for case in others} == {"blocked"}


def test_a_verdict_is_the_same_remembered_or_not(grader):
    source = SUBMISSIONS["loud"].encode()
    first = grader.grade(Submission("ada", source))
    again = grader.grade(Submission("bob", source))
    assert replace(again, student="ada") == first


HIDING = """
import random
_hidden = {name: globals().pop(name) for name in ("triple",)}
def double(n):
    globals().update(_hidden)
    return 2 * n
"""
"""Defines `triple` only once it is called, so that its answers are right, and its cases not attempted."""


def test_a_verdict_is_not_remembered_for_a_file_that_defines_something_else(grader):
    friend = Submission("bob", file_of("return n + n", "return n + n + n").encode())
    alone = grader.grade(friend)
    hiding = file_of("return n + n", "return n + n + n") + HIDING
    poisoned = grader.grade(Submission("ada", hiding.encode()))
    assert poisoned.questions[1].points == 0
    assert grader.grade(friend) == alone


def test_answers_that_are_too_large_to_be_kept_are_asked_for_again(grader, monkeypatch):
    submission = Submission("ada", SUBMISSIONS["right"].encode())
    kept = grader.grade(submission)
    monkeypatch.setattr(session, "MAX_AHEAD", 10)
    assert grader.grade(submission) == kept


def test_a_verdict_that_is_too_long_is_not_remembered(launcher, tmp_path):
    grader = Grader(small_assignment.make(tmp_path), launcher)
    before = len(grader._judged._known)
    loud = file_of("raise ValueError('x' * 9_000)", "raise ValueError('x' * 9_000)")
    first = grader.grade(Submission("ada", loud.encode()))
    assert len(grader._judged._known) == before
    assert grader.grade(Submission("ada", loud.encode())) == first
