"""grades.csv: its columns, its sums, its empty cells."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.course.reports.grades_csv import grades_csv
from autograder.result import Result, Status
from tests.hand_made import LOOKUP, NASTY_NAMES, case, code, make_assignment, result, typical


@pytest.fixture
def table(tmp_path):
    assignment = make_assignment(tmp_path)

    def table(*results: Result) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(grades_csv(results, assignment), newline="")))

    return table


def test_the_header_names_every_question_in_order(tmp_path):
    text = grades_csv([], make_assignment(tmp_path))
    assert text == "student,status,total,possible,lookup,sinusoidal,tradeoffs,too_long\n"


def test_an_unmarked_answer_is_empty_and_a_blank_one_is_zero(table):
    (row,) = table(typical("ada"))
    assert list(row.values()) == ["ada", "needs marking", "16", "40", "4", "12", "", "0"]


@pytest.mark.parametrize("status", [Status.SET_ASIDE, Status.NOT_GRADED])
def test_what_was_not_graded_has_no_points_at_all(table, status):
    questions = (code(LOOKUP, case()),) if status is Status.NOT_GRADED else ()
    (row,) = table(Result("ada", status, "d", 40, questions))
    assert list(row.values()) == ["ada", str(status), "", "40", "", "", "", ""]


def test_points_of_a_question_that_was_switched_off_do_not_count(tmp_path):
    assignment = make_assignment(tmp_path, LOOKUP)
    text = grades_csv([typical("ada")], assignment)
    assert text.splitlines()[1] == "ada,needs marking,4,8,4"


def test_the_total_is_the_sum_of_the_filled_columns(table):
    for row in table(typical("ada"), result("ben", code(LOOKUP, case(), case()))):
        filled = [row[key] for key in ("lookup", "sinusoidal", "tradeoffs", "too_long") if row[key]]
        assert float(row["total"]) == sum(map(float, filled))


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_no_name_is_a_formula(table, name):
    (row,) = table(typical(name))
    assert not row["student"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_formula_gets_an_apostrophe(table):
    assert [row["student"] for row in table(typical("=cmd()"), typical("\t=1"))] == ["'=cmd()", "'\\t=1"]
