"""The student's page: what it says and what it keeps to itself."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest

from autograder.feedback.student_page import feedback_page
from autograder.result import Outcome, Result, Status
from tests.hand_made import (
    LOOKUP,
    SINUSOIDAL,
    TRADEOFFS,
    answer,
    case,
    code,
    make_assignment,
    result,
    typical,
)


class _Text(HTMLParser):
    """What a reader sees, without the style sheet."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.is_style = False

    def handle_starttag(self, tag, attributes):
        self.is_style = tag == "style"

    def handle_endtag(self, tag):
        self.is_style = False

    def handle_data(self, data):
        if not self.is_style:
            self.parts.append(data)


@pytest.fixture
def read(tmp_path):
    assignment = make_assignment(tmp_path)

    def read(graded: Result) -> str:
        text = _Text()
        text.feed(feedback_page(graded, assignment, {}))
        return " ".join(unescape("".join(text.parts)).split())

    return read


def test_the_page_says_who_how_much_and_what_was_found(read):
    text = read(typical("ada"))
    assert "ada needs marking 16 of 40 so far" in text
    assert "8 of 8 public checks pass" not in text
    assert "7 of 8 public checks pass; 2 more ran when it was graded, and 1 of them passes." in text
    assert "The file was called Embeddings.py." in text
    assert "1 short answer will be marked by a person" in text


def test_a_public_failure_shows_its_message_and_hint(read):
    text = read(typical("ada"))
    hint = "A negative id counts from the end."
    assert f"(does not pass) {hint} lookup(table, -1) expected: IndexError got: tensor" in text


def test_a_hint_is_read_whole_once_in_a_question_and_then_by_its_first_sentence(read):
    first, second = "Ids start at 1. Look at the count.", "A row is lost."
    one = case(Outcome.FAILED, title="One", hint=first)
    both = case(Outcome.FAILED, title="Two", hint=f"{first}\n{second}")
    again = case(Outcome.FAILED, title="Three", hint=f"{first}\n{second}", hidden=True)
    text = read(result("ada", code(LOOKUP, one, both, again), code(SINUSOIDAL, one)))
    assert text.count(f"One (does not pass) {first}") == 2
    assert f"Two (does not pass) {first} {second}" in text
    assert "Three (does not pass) As above: Ids start at 1. As above: A row is lost." in text


def test_a_hidden_failure_shows_title_outcome_and_hint_alone(read):
    text = read(typical("ada"))
    assert "Gradients reach the rows (does not pass) Only rows that were looked up." in text
    assert "HIDDEN-MESSAGE" not in text


def test_nothing_untrusted_stands_on_it(tmp_path):
    assert "UNTRUSTED" not in feedback_page(typical("ada"), make_assignment(tmp_path), {})


def test_a_function_that_is_not_there_is_named_once_beside_its_check(read):
    missing = case(Outcome.NOT_ATTEMPTED, message="`encode` is not defined in your file.")
    text = read(result("ada", code(LOOKUP, missing, case(Outcome.NOT_ATTEMPTED, hidden=True))))
    assert text.count("encode is not defined in your file") == 1
    assert "Ids have any shape (encode is not defined in your file)" in text
    assert "This ran only when it was graded: ○ 0 of 2 Ids have any shape (still to be written)" in text


def test_what_fails_comes_before_what_passes_and_that_is_named_too(read):
    text = read(result("ada", code(LOOKUP, case(title="Right"), case(Outcome.FAILED, title="Wrong"))))
    assert "✗ 0 of 2 Wrong (does not pass) 1 check that passes ✓ 2 of 2 Right" in text


def test_the_message_and_hint_of_a_passed_case_are_not_shown(read):
    passed = case(message="some message", hint="some hint")
    text = read(result("ada", code(LOOKUP, passed)))
    assert "some message" not in text and "some hint" not in text


def test_what_to_do_next_starts_with_the_first_question_that_misses_points(read):
    graded = result(
        "ada",
        code(LOOKUP, case()),
        code(SINUSOIDAL, case(Outcome.FAILED, title="Rows are right"), case(Outcome.FAILED, hidden=True)),
        answer(TRADEOFFS, points=0.0),
    )
    text = read(graded)
    first, second = (
        "Sines and cosines: Fix this first: Rows are right",
        "Learned or given: There is no answer",
    )
    assert f"What to do next {first} {second} here yet." in text


@pytest.mark.parametrize(
    ("outcome", "hidden", "said"),
    [
        (Outcome.NOT_ATTEMPTED, False, "Nothing is written here yet."),
        (Outcome.TIMED_OUT, False, "Find what makes it run so long, first in: Ids have any shape"),
        (Outcome.CRASHED, False, "Find what ends your program, first in: Ids have any shape"),
        (Outcome.BLOCKED, False, "Fix the function that was stopped first"),
        (Outcome.FAILED, True, "Every public check passes. Look up this sentence"),
    ],
)
def test_each_outcome_has_its_own_advice(read, outcome, hidden, said):
    assert said in read(result("ada", code(LOOKUP, case(outcome, hidden=hidden))))


def test_a_wrong_function_is_mended_before_a_missing_one_is_written(read):
    missing, wrong = case(Outcome.NOT_ATTEMPTED, title="Missing"), case(Outcome.FAILED, title="Wrong")
    assert "Fix this first: Wrong" in read(result("ada", code(LOOKUP, missing, wrong)))
    assert "Write this next: Missing" in read(result("ada", code(LOOKUP, case(), missing)))


@pytest.mark.parametrize("hidden", [False, True])
def test_a_function_that_cannot_be_read_is_to_be_fixed_and_not_to_be_written(read, hidden):
    missing = case(Outcome.NOT_ATTEMPTED, hidden=hidden, unseen="Python cannot read `encode`")
    for cases in ((missing,), (case(), missing)):
        text = read(result("ada", code(LOOKUP, *cases)))
        assert "Python cannot read encode: fix that first." in text
        assert "(not checked, because Python cannot read encode)" in text
        assert "Write this next" not in text and "Nothing is written here" not in text


def test_a_full_result_has_nothing_left_to_mend_and_claims_no_more_than_it_knows(read):
    text = read(result("ada", code(LOOKUP, case(), case(hidden=True))))
    assert "Nothing is left to fix." in text
    assert "all tests passed" not in text.lower()


def test_a_result_that_waits_for_marks_says_so(read):
    text = read(result("ada", code(LOOKUP, case()), answer(TRADEOFFS, "My text.")))
    assert "Nothing for now: the code is complete, and a person reads your answers." in text
    assert "My text." in text


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (Status.SET_ASIDE, "your instructor must first say which file is meant"),
        (Status.NOT_GRADED, "The grader failed, not you"),
    ],
)
def test_what_was_not_graded_shows_no_points_and_no_fault(read, status, said):
    text = read(Result("ada", status, "d", 40, (code(LOOKUP, case(Outcome.BLOCKED)),), fault="Traceback /x/y"))
    assert said in text
    assert "Traceback" not in text
    assert "of 40" not in text


def test_a_student_does_not_read_the_question_that_the_instructor_answers(read):
    question = "Which file is meant? These differ: a.py, b.py. To choose, type: --choose ada=a.py"
    text = read(Result("ada", Status.SET_ASIDE, "d", 40, notes=(question,)))
    assert "your instructor must first say which file is meant" in text
    assert "--choose" not in text and "a.py" not in text


def test_an_assignment_of_code_alone_and_an_empty_result_make_a_page(tmp_path):
    assignment = make_assignment(tmp_path, LOOKUP)
    assert "Nothing is left to fix." in feedback_page(result("ada"), assignment, {})
