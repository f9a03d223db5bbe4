"""A question was switched off, or its points changed, and nothing was graded again."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.reports.write import write_reports
from autograder.result import Status
from tests.hand_made import LOOKUP, SINUSOIDAL, case, code, make_assignment, result, typical


@pytest.fixture
def written(tmp_path):
    """Write the reports of results for an assignment; gives total, score, points possible and the page."""

    def write(results, *questions):
        out = tmp_path / "graded"
        with open_gradebook(out) as gradebook:
            for one in results:
                gradebook.save(one)
            write_reports(out, gradebook, make_assignment(tmp_path, *questions))
        (row,) = csv.DictReader((out / "grades.csv").read_text("utf-8").splitlines())
        told = json.loads((out / "results" / "ada.json").read_text("utf-8"))
        return row, told, (out / "feedback" / "ada.html").read_text("utf-8")

    return write


def graded_as_before():
    """4 of 8 and 12 of 12."""
    return result("ada", code(LOOKUP, case(), case()), code(SINUSOIDAL, *[case()] * 6))


def test_a_question_that_is_switched_off_counts_nowhere(written):
    row, told, page = written([graded_as_before()], LOOKUP)
    assert (row["total"], row["possible"], told["score"]) == ("4", "8", 4)
    assert "Sines and cosines" not in page


def test_points_that_changed_change_everywhere_alike(written):
    row, told, page = written([graded_as_before()], replace(LOOKUP, points=16), SINUSOIDAL)
    assert (row["total"], row["possible"], row["lookup"], told["score"]) == ("20", "28", "8", 20)
    assert "<b>20</b>" in page


def test_who_waited_for_a_mark_of_a_question_switched_off_waits_no_more(written):
    waiting = typical("ada")
    assert waiting.status is Status.NEEDS_MARKING
    row, _, _ = written([waiting], LOOKUP, SINUSOIDAL)
    assert row["status"] == "graded"
