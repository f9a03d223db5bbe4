"""Whatever a student's process answers, every case gets an outcome: replies made by changing real ones."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch

from autograder.assignment import ROOT, load_assignment
from autograder.course.gradebook.records import result_from_json, result_to_json
from autograder.grading.grader import Grader
from autograder.grading.launcher import Launcher, open_launcher
from autograder.result import CaseResult, Outcome, Result, Status
from autograder.submission import Submission
from tests.grading.replies import Liar, nothing_recorded, recording
from tests.hostile.collection import HALF
from tests.representatives import representatives

RECORDED = {
    "right": (ROOT / "solutions" / "embeddings.py").read_bytes(),
    "blank": (ROOT / "student_template" / "embeddings.py").read_bytes(),
    "half": HALF.encode(),
    **{
        name: (ROOT / "tests" / "example_batch" / "submissions" / name / "embeddings.py").read_bytes()
        for name in ("chen_wei", "garcia_lucia", "okafor_amara")
    },
}
"""Of the files whose replies are recorded: right ones, half done, and with mistakes of several kinds."""


@dataclass(frozen=True)
class Bench:
    """A grader whose students' processes are one that lies, or real ones, and what it makes of these."""

    grader: Grader
    liar: Liar
    launcher: Launcher
    honest: dict[str, Result]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    torch.set_num_threads(1)
    assignment = load_assignment()
    frames = nothing_recorded()
    with open_launcher(assignment.limits) as launcher:
        grader = Grader(assignment, launcher)
        recording(launcher, frames)
        honest = {name: grader.grade(Submission(name, code)) for name, code in RECORDED.items()}
        yield Bench(grader, Liar(frames, launcher.tier), launcher, honest)


def whole_grading(bench: Bench, name: str) -> None:
    """Grade a submission: there is a result that can be kept, with an outcome for every case."""
    result = bench.grader.grade(Submission(name, RECORDED[name]))
    assert result.status in (Status.GRADED, Status.NEEDS_MARKING), result.fault
    assert [len(q.cases) for q in result.questions] == [len(q.cases) for q in bench.honest[name].questions]
    text = result_to_json(result)
    assert result_from_json(text) == result and len(text) < 2_000_000


def each_case_alone(bench: Bench, name: str, often: float) -> None:
    """Run every case on a file of its own, so that it suffers by no other's lies."""
    for case in bench.grader.cases:
        bench.liar.often = 0.0
        with bench.grader._session(RECORDED[name], bench.grader._connection()) as session:
            bench.liar.often = often
            verdict = bench.grader._judged.verdicts(session, [case])[case]
        assert isinstance(verdict, CaseResult) and verdict.outcome in Outcome, case.title


def lied_to(bench: Bench, seed: int) -> float:
    """Let all cases and a whole grading be lied to; give the processor seconds that the slower took."""
    draw = bench.liar.draw = random.Random(seed)
    often, name = draw.choice((0.02, 0.1, 0.4, 0.9)), draw.choice(sorted(RECORDED))
    bench.liar.often = often
    times = [time.process_time()]
    try:
        whole_grading(bench, name)
        times.append(time.process_time())
        each_case_alone(bench, name, often)
        times.append(time.process_time())
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from None
    except BaseException as error:
        raise AssertionError(f"seed {seed}: {type(error).__name__}: {error}") from error
    return max(later - earlier for earlier, later in pairwise(times))


def lie(bench: Bench, seed: int, most: int) -> None:
    """Lie until so many replies were changed. Who then tells the truth is graded as before."""
    bench.liar.changed, slowest, rounds = 0, 0.0, 0
    bench.grader._launcher = bench.liar  # type: ignore[assignment]
    while bench.liar.changed < most:
        slowest, rounds = max(slowest, lied_to(bench, seed + rounds)), rounds + 1
    bench.grader._launcher = bench.launcher
    for name, code in RECORDED.items():
        assert bench.grader.grade(Submission(name, code)) == bench.honest[name]
    print(f"{bench.liar.changed:,} replies changed in {rounds} rounds, the slowest of {slowest:.2f} s")


@pytest.mark.parametrize("seed", representatives(range(0, 4_000, 1_000)))
def test_every_case_has_an_outcome_whatever_is_answered(bench, seed):
    lie(bench, seed, 1_000)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100_000, 300_000, 10_000))
def test_every_case_has_an_outcome_whatever_is_answered_a_hundred_thousand_times(bench, seed):
    lie(bench, seed, 6_000)
