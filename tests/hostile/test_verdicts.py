"""No submission decides on another's result, and none decides that it gets no result itself."""

from __future__ import annotations

from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.grading.connection import Connection, InternalError, Stopped
from autograder.grading.grader import Grader
from autograder.grading.session import Session
from autograder.result import Outcome, Status
from autograder.submission import Submission
from tests.hostile.collection import HALF
from tests.hostile.conftest import Gate

# Whose time is up while it is judged --------------------------------------------------------------

TALKATIVE = (
    f"{HALF}\n\nimport sys\n\n_encode = encode\n\n\ndef encode(*given):\n    print(1)\n    return _encode(*given)\n"
)
"""Gives answers that no other file here gives: nobody's verdicts on them are known yet."""


def blocked(result):
    return [case.title for question in result.questions for case in question.cases if case.outcome is Outcome.BLOCKED]


def test_what_is_judged_after_somebodys_time_is_nobody_elses_verdict(walled: Gate, monkeypatch):
    """Whoever holds back right answers until the time is nearly up has them judged when it is."""
    grader = Grader(walled.assignment, walled.launcher)
    begin_case, begun = Session.begin_case, []

    def run_out(session, replay=None):
        begun.append(replay)
        if len(begun) == 30:
            assert replay.is_whole, "all answers are there, and only the grader has something to do"
            session._connection._budget.until = 0
        begin_case(session, replay)

    monkeypatch.setattr(Session, "begin_case", run_out)
    late = grader.grade(Submission("late", TALKATIVE.encode()))
    assert blocked(late), "the control: this one's time was up"
    punctual = grader.grade(Submission("punctual", TALKATIVE.encode()))
    assert not blocked(punctual)
    again = Grader(walled.assignment, walled.launcher).grade(Submission("punctual", TALKATIVE.encode()))
    assert punctual == again


# What makes a test hand over too much -------------------------------------------------------------

TOLD_APART = """

from autograder.sandbox import worker as _worker

_is_asked = False
_carry_out = _worker.Worker.carry_out

def _noting(self, header, blobs, seq, number=None):
    global _is_asked
    _is_asked = number is None
    return _carry_out(self, header, blobs, seq, number)

_worker.Worker.carry_out = _noting
"""
"""Knows requests that a test makes from those that are sent ahead, and answers these so that the test makes its own."""

SWELLING = {
    "more bytes than a mirror holds": """
_swollen = []
class LearnedPositions(LearnedPositions):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        own = sum(table.numel() * table.element_size() for table in self.parameters())
        if _is_asked and len(_swollen) < 5:  # all that a submission may send is soon sent
            _swollen.append(1)
            self.register_buffer("more", torch.zeros(2**26 - 16 - own, dtype=torch.uint8))
        else:
            self.other = nn.Parameter(torch.zeros(1))
""",
    "more pieces than a frame holds": """
class LearnedPositions(LearnedPositions):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        for at in range(4095 if _is_asked else 1):
            setattr(self, f"more{at}", nn.Parameter(torch.zeros(1)))
""",
    "longer rows than a tensor may have": """
class LearnedPositions(LearnedPositions):
    def __init__(self, count, dim):
        super().__init__(count, dim)
        if _is_asked:
            self.more = nn.Parameter(torch.zeros(70_000, 1))
        else:
            self.other = nn.Parameter(torch.zeros(1))
""",
}


@pytest.mark.parametrize("how", SWELLING)
def test_nobody_brings_about_that_nothing_is_graded(how, walled: Gate):
    right = Path(reference.__file__).read_text("utf-8")
    source = right + TOLD_APART + SWELLING[how]
    result = walled.grader.grade(Submission("swelling", source.encode()))
    assert (result.status, result.fault) == (Status.GRADED, "")
    lookup, one_hot, learned_positions = result.questions
    assert (lookup.points, one_hot.points) == (lookup.possible, one_hot.possible), "the control: the others are right"
    assert learned_positions.points < learned_positions.possible


def test_a_test_that_hands_over_too_much_is_told_from_one_that_hands_over_nonsense(walled: Gate):
    """The control: what no right or wrong answer brings about stays our fault."""
    source = b"def same(value): return value\ndef swell(): return [1e15] * 50_000"
    session = Session(Connection(walled.launcher, walled.assignment.limits), source, ("same", "swell"))
    try:
        session.begin_case()
        same, swell = session.environment["same"], session.environment["swell"]
        with pytest.raises(Stopped, match="too large") as told:
            same([*swell(), *swell()])
        assert told.value.outcome is Outcome.FAILED
        assert same(3) == 3, "and its process goes on"
        with pytest.raises(InternalError, match="cannot cross"):
            same(lambda: 0)
    finally:
        session.close()
