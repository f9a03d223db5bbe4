"""What a regrade is said to change, for results made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from autograder.course.history.diff import difference
from autograder.course.history.diff_view import show_changes
from autograder.result import Outcome
from tests.hand_made import LOOKUP, case, code, result


@pytest.fixture
def shown(capsys):
    def show(before, after) -> str:
        show_changes([difference(before, after)], all_students=False, console=Console(width=120))
        return capsys.readouterr().out

    return show


def test_a_failed_case_that_is_gone_is_nobodys_loss(shown):
    before = result("ada", code(LOOKUP, case(), case(Outcome.FAILED, title="Gone")))
    page = shown(before, result("ada", code(LOOKUP, case())))
    (line,) = (line for line in page.splitlines() if "Gone" in line)
    assert " ".join(line.split()) == "lookup Gone This case no longer exists."


def test_a_passed_case_that_is_gone_is_a_loss(shown):
    before = result("ada", code(LOOKUP, case(), case(title="Gone")))
    page = shown(before, result("ada", code(LOOKUP, case())))
    (line,) = (line for line in page.splitlines() if "Gone" in line)
    assert " ".join(line.split()) == "lookup Gone 1 This case no longer exists."


def test_what_the_assignment_is_worth_is_said_where_that_has_changed(shown):
    before = result("ada", code(LOOKUP, case()))
    said = "The assignment is worth 44 points now and was worth 40."
    assert said in shown(before, replace(before, possible=44))
    assert "worth" not in shown(before, before)
