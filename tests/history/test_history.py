"""What a student's history tells, for results and marks saved by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from autograder.course.gradebook.database import open_gradebook
from autograder.course.history.history import MOST_FLIPS, events, show_history
from autograder.mark import Mark, fingerprint
from autograder.result import Outcome, Result, Status
from autograder.submission import Submission
from tests.hand_made import LOOKUP, TRADEOFFS, answer, case, code, result


@pytest.fixture
def gradebook(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        yield gradebook


def told(gradebook) -> list[tuple[str, Status, float | None]]:
    found = events(gradebook.history("ada"), gradebook.given("ada"))
    return [(event.what, event.result.status, event.result.total) for event in found]


def mark(gradebook, points: float, sheet: str) -> None:
    gradebook.save_marks([Mark("ada", "tradeoffs", fingerprint("Small tables."), points, 10.0)], sheet)


def test_marks_are_events_of_their_own_and_change_nothing_before_them(gradebook):
    gradebook.save(result("ada", code(LOOKUP, case()), answer(TRADEOFFS, "Small tables.")))
    mark(gradebook, 3, "sheet.csv")
    mark(gradebook, 7, "again.csv")
    assert told(gradebook) == [
        ("first result", Status.NEEDS_MARKING, 2),
        ("marked by hand (sheet.csv)", Status.GRADED, 5),
        ("marked by hand (again.csv)", Status.GRADED, 9),
    ]


def test_a_mark_goes_on_with_the_next_result(gradebook):
    gradebook.save(result("ada", code(LOOKUP, case()), answer(TRADEOFFS, "Small tables.")))
    mark(gradebook, 3, "sheet.csv")
    gradebook.save(result("ada", code(LOOKUP, case(), case()), answer(TRADEOFFS, "Small tables.")))
    assert [total for _, _, total in told(gradebook)] == [2, 5, 7]


def test_the_same_mark_read_once_more_is_no_event(gradebook):
    gradebook.save(result("ada", code(LOOKUP, case()), answer(TRADEOFFS, "Small tables.")))
    mark(gradebook, 3, "sheet.csv")
    mark(gradebook, 3, "sheet-2.csv")
    assert len(told(gradebook)) == 2


def test_what_is_set_aside_and_graded_later_is_said_without_a_line_for_every_case(gradebook, capsys):
    graded = result("ada", code(LOOKUP, *(case(title=f"Case {i}") for i in range(30))))
    aside = Result("ada", Status.SET_ASIDE, "1" * 64, 40)
    gradebook.save(graded, submission=Submission("ada", b"one"))
    gradebook.save(aside, submission=Submission("ada", set_aside="Which file is meant?"))
    gradebook.save(graded, submission=Submission("ada", b"one"))
    assert [what for what, *_ in told(gradebook)] == [
        "first result",
        "set aside: Which file is meant?",
        "graded after being set aside",
    ]
    show_history(gradebook.history("ada"), gradebook.given("ada"), Console(width=120))
    assert "Case" not in capsys.readouterr().out


def test_of_many_cases_that_flip_the_first_are_shown(gradebook, capsys):
    before = result("ada", code(LOOKUP, *(case(Outcome.FAILED, title=f"Case {i}") for i in range(30))))
    gradebook.save(before)
    gradebook.save(result("ada", code(LOOKUP, *(case(title=f"Case {i}") for i in range(30)))))
    show_history(gradebook.history("ada"), gradebook.given("ada"), Console(width=120))
    page = capsys.readouterr().out
    assert page.count("failed → passed") == MOST_FLIPS
    assert "and 20 more cases" in page


def test_points_possible_are_those_of_their_time(gradebook, capsys):
    before = result("ada", code(LOOKUP, case()))
    gradebook.save(before)
    gradebook.save(replace(before, possible=50))
    assert [event.result.possible for event in events(gradebook.history("ada"), ())] == [40, 50]
