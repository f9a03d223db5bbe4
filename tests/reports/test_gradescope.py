"""results/<student>.json: Gradescope's format, and nothing a student should not see."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.feedback.results_json import results_json
from autograder.mark import Mark, fingerprint
from autograder.result import Outcome, Result, Status
from tests.hand_made import LOOKUP, case, code, make_assignment, result, typical

TOP_LEVEL = {
    "score", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests",
}  # fmt: skip
OF_A_TEST = {"score", "max_score", "status", "name", "number", "output", "visibility", "tags", "extra_data"}


@pytest.fixture
def read(tmp_path):
    assignment = make_assignment(tmp_path)

    def read(graded: Result, marks: dict | None = None) -> dict[str, Any]:
        return json.loads(results_json(graded, assignment, marks or {}))

    return read


def test_every_key_is_one_that_gradescope_knows(read):
    data = read(typical("ada"))
    assert set(data) == TOP_LEVEL
    assert all(set(test) <= OF_A_TEST for test in data["tests"])
    assert {test.get("status", "passed") for test in data["tests"]} <= {"passed", "failed"}


def test_there_is_one_entry_per_case_and_one_per_answer(read):
    tests = read(typical("ada"))["tests"]
    assert [test["number"] for test in tests] == [
        *(f"1.{i}" for i in range(1, 5)),
        *(f"2.{i}" for i in range(1, 7)),
        "3",
        "4",
    ]
    assert tests[0]["name"] == "lookup: Ids have any shape"
    assert (tests[1]["score"], tests[1]["max_score"], tests[1]["status"]) == (0, 2, "failed")


def test_the_score_is_the_total(read):
    data = read(typical("ada"))
    assert data["score"] == 16
    assert sum(test.get("score", 0) for test in data["tests"]) == 16


def test_hidden_cases_have_the_assignments_visibility(read):
    tests = read(typical("ada"))["tests"]
    assert [test["visibility"] for test in tests[:4]] == [
        "visible",
        "visible",
        "after_published",
        "after_published",
    ]


def test_a_public_failure_has_its_hint_and_message_and_a_hidden_one_its_hint_alone(read):
    tests = read(typical("ada"))["tests"]
    assert tests[1]["output"] == (
        "Failed.\nA negative id counts from the end.\nlookup(table, -1)\nexpected: IndexError\n     got: tensor"
    )
    assert tests[3]["output"] == "Failed.\nOnly rows that were looked up."


def test_nothing_that_the_students_code_wrote_and_no_hidden_message_is_in_it(read):
    text = json.dumps(read(typical("ada")))
    assert "UNTRUSTED" not in text
    assert "HIDDEN-MESSAGE" not in text


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
def test_every_other_outcome_is_failed_and_named(read, outcome):
    test = read(result("ada", code(LOOKUP, case(outcome))))["tests"][0]
    assert (test["status"], test["score"], test["extra_data"]["outcome"]) == ("failed", 0, str(outcome))


def test_an_unmarked_answer_has_no_score(read):
    test = read(typical("ada"))["tests"][-2]
    assert "score" not in test
    assert test["output"] == "A person will mark this answer."


def test_a_marked_answer_has_the_comment(read):
    graded = typical("ada")
    answer = graded.questions[2]
    mark = Mark("ada", "tradeoffs", fingerprint(answer.answer), 7, 10, (), "Name a model.")
    assert read(graded, {mark.key: mark})["tests"][-2]["output"].startswith("A person")
    from autograder.mark import apply_marks

    test = read(apply_marks(graded, {mark.key: mark}), {mark.key: mark})["tests"][-2]
    assert (test["score"], test["output"]) == (7, "Name a model.")


@pytest.mark.parametrize(
    ("status", "why"),
    [(Status.SET_ASIDE, "your instructor must first say which file"), (Status.NOT_GRADED, "A note.")],
)
def test_what_was_not_graded_has_no_score_and_says_why(read, status, why):
    data = read(Result("ada", status, "d", 40, notes=("A note.",), fault="/a/path"))
    assert "score" not in data
    assert data["tests"] == []
    assert why in data["output"]
    assert "/a/path" not in json.dumps(data)


def test_it_never_says_that_all_tests_passed(read):
    full = read(result("ada", code(LOOKUP, case(), case(hidden=True))))
    assert full["output"] == "1 of 1 public check passes; 1 more ran when it was graded, and 1 of them passes."
