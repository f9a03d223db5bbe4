"""Grading one submission: what counts, what is said to whom, and in which order things run."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from autograder.assignment import load_assignment
from autograder.errors import AssignmentError, GraderError
from autograder.grading.grader import Grader
from autograder.result import Outcome, Result, Status
from autograder.submission import Submission

from . import small_assignment
from .conftest import HURRIED

RIGHT = "def double(n): return n + n\ndef triple(n): return n + n + n\n"
SECRET = "4711"  # what the hidden cases hand over


@pytest.fixture(scope="module")
def assignment(tmp_path_factory):
    return small_assignment.make(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def grader(assignment, launcher):
    return Grader(assignment, launcher)


@pytest.fixture(scope="module")
def hurried_grader(assignment, hurried_launcher):
    """For files in which something computes for ever."""
    return Grader(replace(assignment, limits=HURRIED), hurried_launcher)


def grade(grader: Grader, source: str | None) -> Result:
    return grader.grade(Submission("ada", None if source is None else source.encode()))


def points(result: Result) -> list[float | None]:
    return [question.points for question in result.questions]


def outcomes(result: Result) -> list[str]:
    return [str(case.outcome) for question in result.questions for case in question.cases]


def shown(result: Result) -> str:
    """Everything of a result that a student may read."""
    said = [*result.notes]
    for question in result.questions:
        said += [question.note, question.answer]
        for case in question.cases:
            said += [case.title, case.message, case.hint]
    return "\n".join(said)


# The assignment itself ---------------------------------------------------------------------------


def test_the_reference_gets_all_code_points_and_the_blank_template_none(course_grader):
    root = load_assignment().root
    blank = (root / "student_template" / "embeddings.py").read_bytes()
    answers = (root / "student_template" / "answers.md").read_bytes()
    code = [question.id for question in load_assignment().code_questions]

    full = course_grader.grade(Submission("ada", (root / "solutions" / "embeddings.py").read_bytes()))
    failed = [case for question in full.questions for case in question.cases if case.earned < case.points]
    assert failed == []
    assert {q.id: q.points for q in full.questions if q.id in code} == {
        q.id: q.possible for q in full.questions if q.id in code
    }
    assert full.notes == ()

    nothing = course_grader.grade(Submission("bob", blank, answers))
    assert points(nothing) == [0] * len(nothing.questions)
    assert nothing.total == 0
    passed = [case.title for q in nothing.questions for case in q.cases if case.outcome is Outcome.PASSED]
    assert passed == []


# Points and statuses -----------------------------------------------------------------------------


def test_points_are_shares_of_the_questions_points(grader):
    assert points(grade(grader, RIGHT)) == [4, 8]
    assert points(grade(grader, "def double(n): return 2\ndef triple(n): return 3 * n")) == [0, 8], (
        "2 is right by heart"
    )
    assert points(grade(grader, "def double(n): return 2 * n if n > 1000 or n == 1 else 0")) == [3, 0]
    assert grade(grader, RIGHT).total == 12


@pytest.mark.parametrize(
    "source, note",
    [
        ("", ""),
        ("def double(:", "embeddings.py, line 1: Python cannot read this"),
        ("import nonsense_that_is_not_there", "embeddings.py, line 1: this raised ModuleNotFoundError"),
        ("raise SystemExit", "embeddings.py, line 1: the file ends the program here"),
        ("import os; os._exit(1)\n" * 9, "embeddings.py: the file's top-level code ended the program."),
    ],
    ids=["empty", "not parsing", "failing", "exiting", "crashing"],
)
def test_a_file_that_gives_nothing_is_graded_with_the_reason(grader, source, note):
    expect_nothing(grade(grader, source), note)


def test_a_file_that_computes_for_ever_is_graded_with_the_reason(hurried_grader):
    result = grade(hurried_grader, "while True: pass")
    expect_nothing(result, "embeddings.py, line 1: the file's top-level code was still running after 1 s.")


def expect_nothing(result: Result, note: str) -> None:
    assert (result.status, points(result)) == (Status.GRADED, [0, 0])
    assert any(said.startswith(note) for said in result.notes) or not note


def test_public_and_hidden_cases_of_a_function_that_cannot_be_read_say_so(grader):
    result = grade(grader, "def double(:\n    return 2\ndef triple(n): return 3 * n")
    said = {case.unseen for question in result.questions for case in question.cases if case.points != case.earned}
    assert said == {"Python cannot read `double`"}


def test_a_missing_file_is_graded_with_the_reason(grader):
    result = grade(grader, None)
    assert (result.status, points(result)) == (Status.GRADED, [0, 0])
    assert set(outcomes(result)) == {"not attempted"}
    assert "There is no embeddings.py." in shown(result)


def test_a_submission_that_is_set_aside_is_not_run(grader):
    result = grader.grade(Submission("ada", RIGHT.encode(), set_aside="Which of the two files is meant?"))
    assert (result.status, result.total) == (Status.SET_ASIDE, None)
    assert result.notes == ("Which of the two files is meant?",)


@pytest.mark.parametrize(
    "body, outcome, later",
    [
        ("raise ValueError('no')", "failed", "failed"),
        ("raise NotImplementedError", "not attempted", "not attempted"),
        ("return None", "failed", "failed"),
        ("return lambda: 0", "failed", "failed"),
        ("return float('nan')", "failed", "failed"),
        ("return [n] * 10**5", "failed", "failed"),
        ("raise SystemExit", "crashed", "crashed"),
        ("import os; os._exit(0)", "crashed", "blocked"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "blocked"),
    ],
)
def test_one_question_costs_no_other(grader, body, outcome, later):
    expect_other_question_whole(grader, body, outcome, later)


def test_one_question_that_computes_for_ever_costs_no_other(hurried_grader):
    expect_other_question_whole(hurried_grader, "while True: pass", "timed out", "blocked")


def expect_other_question_whole(grader: Grader, body: str, outcome: str, later: str) -> None:
    result = grade(grader, f"def double(n):\n    {body}\ndef triple(n): return 3 * n\n")
    assert points(result) == [0, 8]
    assert outcomes(result)[:3] == [outcome, later, later]


# What is said to whom ----------------------------------------------------------------------------

TELLING = {
    "an error": "raise ValueError(f'I saw {n}')",
    "an unwritten function": "raise NotImplementedError(f'I saw {n}')",
    "prints": "print(f'I saw {n}'); return 0",
    "a wrong value": "return n",
    "an exit": "raise SystemExit(f'I saw {n}')",
    "a class by a telling name": "raise type(f'Saw{n}', (ValueError,), {})()",
    "a value of a class by a telling name": "return type(f'Saw{n}', (), {})()",
    "a memory": "seen.append(n); print(seen); raise ValueError(str(seen))",
}


@pytest.mark.parametrize("body", TELLING.values(), ids=TELLING)
def test_nothing_of_a_hidden_input_reaches_the_student(grader, body):
    source = f"seen = []\ndef double(n):\n    {body}\ndef triple(n):\n    {body}\n"
    result = grade(grader, source)
    assert points(result) == [0, 0]
    assert SECRET not in shown(result)
    hidden = [case for question in result.questions for case in question.cases if case.hidden]
    assert all(case.message == "" or case.outcome in ("crashed", "blocked") for case in hidden)
    if "exit" not in body and "SystemExit" not in body:
        assert all(SECRET in case.untrusted for case in hidden)  # but the instructor sees it


def test_a_public_case_shows_the_call_and_what_was_printed(grader):
    source = "def double(n):\n    print('here', n)\n    return n\n"
    case = grade(grader, source).questions[0].cases[0]
    assert case.outcome is Outcome.FAILED
    assert case.message.startswith("double(1)\n")
    assert "expected 2" in case.message and "your code printed:\nhere 1\n" in case.message


def test_prints_of_a_passing_case_are_for_instructors(grader):
    case = grade(grader, "def double(n):\n    print('x' * 10**6)\n    return 2 * n\n").questions[0].cases[0]
    assert case.message == "" and len(case.untrusted) < 5000


def test_texts_of_any_length_are_cut(grader):
    source = "def double(n): raise type('E' * 10**5, (ValueError,), {})('x' * 10**6)\n"
    result = grade(grader, source)
    assert len(json.dumps(asdict(result))) < 50_000


# Order -------------------------------------------------------------------------------------------


REMEMBERING = """
import os
seen = []
def double(n):
    {first}
    seen.append(n)
    raise ValueError(f"seen: {{seen}}")
def triple(n):
    seen.append(n)
    raise ValueError(f"seen: {{seen}}")
"""


@pytest.mark.parametrize("first", ["pass", "os._exit(0)"], ids=["all in one go", "one by one"])
def test_all_public_cases_run_before_the_first_hidden_one(grader, first):
    result = grade(grader, REMEMBERING.format(first=first))
    public = [case for question in result.questions for case in question.cases if not case.hidden]
    hidden = [case for question in result.questions for case in question.cases if case.hidden]
    assert "seen: [" in public[-1].message
    assert SECRET in hidden[-1].untrusted, "the code did remember it"
    assert SECRET not in shown(result)


def test_cases_are_listed_by_question_public_ones_first(grader):
    result = grade(grader, RIGHT)
    assert [question.id for question in result.questions] == ["doubling", "tripling"]
    assert [[case.hidden for case in question.cases] for question in result.questions] == [
        [False, False, True],
        [False, False, True],
    ]


SPOILING = """
import random, torch, numpy, gc, builtins, sys
count = 0
def double(n):
    global count
    count += 1
    random.seed(count); numpy.random.seed(count); torch.manual_seed(count)
    torch.set_default_dtype(torch.float64)
    builtins.len = None
    print(count, n)
    return n
def triple(n):
    return [n] * 3
"""


def test_the_same_submission_gets_the_same_result_whatever_came_before(hurried_grader):
    grader = hurried_grader
    first, right = grade(grader, SPOILING), grade(grader, RIGHT)
    for source in ("while True: pass", SPOILING, RIGHT, "def double(n):\n    import os; os._exit(0)"):
        grade(grader, source)
    assert grade(grader, SPOILING) == first
    assert grade(grader, RIGHT) == right


# Our own faults ----------------------------------------------------------------------------------


def test_a_fault_of_ours_leaves_the_submission_ungraded(grader, launcher, monkeypatch):
    def fail(seconds):
        raise GraderError("the process that starts students' code is gone")

    monkeypatch.setattr(launcher, "spawn", fail)
    result = grade(grader, RIGHT)
    assert (result.status, result.total, result.questions) == (Status.NOT_GRADED, None, ())
    assert "is gone" in result.fault


def test_a_test_that_hands_over_nonsense_leaves_the_submission_ungraded(assignment, launcher, tmp_path):
    broken = small_assignment.make(tmp_path)
    path = broken.public_tests("doubling")
    path.write_text(path.read_text().replace("assert_equal(double(1), 2)", "double(1) == 2 or double(lambda: 1)"))
    result = grade(Grader(broken, launcher), RIGHT.replace("n + n", "n"))
    assert (result.status, result.total) == (Status.NOT_GRADED, None)
    assert "cannot cross" in result.fault and "`double` works on 1." in result.fault
    assert result.possible == 12


@pytest.mark.parametrize(
    "instead, said",
    [
        ("assert_equal(double(1), 3)", r"does not pass a case of `doubling`.*`double` works on 1\."),
        ("assert_equal(double(lambda: 1), 2)", r"cannot cross.*`double` works on 1\."),
    ],
)
def test_a_case_that_the_reference_does_not_pass_stops_everything(launcher, tmp_path, instead, said):
    broken = small_assignment.make(tmp_path)
    path = broken.public_tests("doubling")
    path.write_text(path.read_text().replace("assert_equal(double(1), 2)", instead))
    with pytest.raises(AssignmentError, match=f"(?s){said}"):
        Grader(broken, launcher)


def test_an_assignment_whose_files_are_missing_says_which(launcher, tmp_path):
    small = small_assignment.make(tmp_path)
    small.hidden_tests("doubling").unlink()
    with pytest.raises(AssignmentError, match=r"hidden_tests/doubling\.py is missing"):
        Grader(small, launcher)
