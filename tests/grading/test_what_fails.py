"""Who fails a case that no known mistake explains hears which inputs fail, and nothing of hidden ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.feedback.hidden_outcomes import as_students_see
from autograder.grading.grader import Grader
from autograder.submission import Submission
from tests.in_process import ASSIGNMENT

SOURCE = ASSIGNMENT.reference.read_text("utf-8")


@pytest.fixture(scope="module")
def hints(launcher):
    grader = Grader(ASSIGNMENT, launcher)

    def graded(text, question="lookup"):
        result = grader.grade(Submission("ada", f"{SOURCE}\n{text}\n".encode()))
        found = next(each for each in result.questions if each.id == question)
        return {case.hint for case in found.cases if case.hint}

    return graded


WRONG_WHERE = """
right_lookup, SEEN = embedding_lookup, []
def embedding_lookup(table, ids):
    {}
    return right_lookup(table, ids)
"""


def test_who_fails_hidden_cases_is_told_which_inputs_fail(hints):
    (hint,) = hints(WRONG_WHERE.format("if len(table) == table.shape[1]: table = table.T"))
    assert hint.startswith("Of 31 inputs that were tried, `embedding_lookup` is wrong for all 10 in which the table is")
    assert " square, and right for the other 21. Try this one: `table = " in hint


def test_nothing_that_a_hidden_case_handed_over_can_show_in_what_is_said(hints):
    """A file that has seen a hidden input is wrong for square tables from then on, and for that input."""
    remember = "if len(table) > 4000: SEEN.append(table); table = -table"
    and_show = "if SEEN and table.shape[1] == len(table): table = -table"
    assert hints(WRONG_WHERE.format(f"{remember}\n    {and_show}")) == set()


def test_who_ends_the_process_on_such_an_input_is_told_nothing(hints):
    end = "if table.dtype == torch.float64 and len(table) == 520: raise SystemExit"
    fail = "if len(table) > 4000: table = -table"
    assert hints(WRONG_WHERE.format(f"{end}\n    {fail}")) == set()


def test_where_hidden_cases_are_shown_in_sum_it_stands_beside_the_sum_whichever_of_them_fail(launcher):
    assignment = replace(ASSIGNMENT, hidden_outcomes="sum")
    grader = Grader(assignment, launcher)

    def beside_sum(wrong):
        result = grader.grade(Submission("ada", f"{SOURCE}\n{WRONG_WHERE.format(wrong)}\n".encode()))
        shown = as_students_see(result, assignment).questions[0].cases
        (whole,) = [case for case in shown if case.hidden]
        return whole.hint, [case.hint for case in shown if not case.hidden and case.hint]

    square = "if len(table) == table.shape[1]: table = table.T"
    of_examples, public = beside_sum(square)
    assert of_examples.startswith("Of 31 inputs that were tried, `embedding_lookup` is wrong for all 10") and not public
    # One that encodes what it has seen in which hidden cases fail says the same.
    assert (
        beside_sum(f"{square}\n    SEEN.append(table); table = -table if len(SEEN) > 60 else table")[0] == of_examples
    )
    assert beside_sum("pass") == ("", [])
