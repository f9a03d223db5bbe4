"""assignment.yml: what it says is read, and what is wrong in it is named by its key."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from autograder.assignment import LatePolicy, Limits, load_assignment, to_the_cent
from autograder.errors import AssignmentError

GOOD: dict[str, Any] = {
    "title": "Small",
    "files": {"code": "embeddings.py", "answers": "answers.md"},
    "questions": [
        {"id": "lookup", "title": "Rows", "points": 8, "functions": ["encode"]},
        {"id": "sums", "title": "Sums", "points": 4, "functions": ["add"], "builds_on": ["lookup"]},
        {"id": "why", "title": "Why", "points": 3, "words": [10, 20]},
    ],
}


def write(root: Path, **changes: Any) -> Path:
    (root / "assignment").mkdir()
    (root / "assignment" / "assignment.yml").write_text(yaml.safe_dump(GOOD | changes), encoding="utf-8")
    return root


def question(**changes: Any) -> list[dict[str, Any]]:
    return [GOOD["questions"][0] | changes]


def test_questions_are_read_in_order_with_what_they_ask_for(tmp_path):
    assignment = load_assignment(write(tmp_path))
    assert [q.id for q in assignment.code_questions] == ["lookup", "sums"]
    assert assignment.question("sums").builds_on == ("lookup",)
    assert [q.words for q in assignment.answer_questions] == [(10, 20)]
    assert (assignment.possible, assignment.limits) == (15, Limits())


def test_a_question_that_is_switched_off_takes_its_points_along(tmp_path):
    off = [*GOOD["questions"][:2], GOOD["questions"][2] | {"enabled": False}]
    assert load_assignment(write(tmp_path, questions=off)).possible == 12


def test_points_are_scaled_to_the_total_that_is_asked_for(tmp_path):
    assignment = load_assignment(write(tmp_path, rescale_to=100))
    assert [q.points for q in assignment.questions] == [53.33, 26.67, 20.0]
    assert assignment.possible == 100


def test_the_last_share_takes_what_rounding_leaves():
    assert to_the_cent([1, 1, 1], 10) == [3.33, 3.33, 3.34]
    assert to_the_cent([], 10) == []


def test_without_a_late_policy_there_is_none(tmp_path):
    assert load_assignment(write(tmp_path, late=None)).late is None


@pytest.mark.parametrize("due", ["2026-12-01T23:59:00+01:00", datetime(2026, 12, 1, 22, 59, tzinfo=UTC)])
def test_a_late_policy_is_read_with_its_extensions(tmp_path, due):
    keys = {"percent_per_day": 10, "grace_minutes": 15, "cut_off_days": 5, "due": due}
    late = load_assignment(write(tmp_path, late=keys | {"extensions": {"ada": 1.5, "4711": 2}})).late
    assert late == LatePolicy(10, 15, 5, datetime(2026, 12, 1, 22, 59, tzinfo=UTC), {"ada": 1.5, "4711": 2})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "`title` should be a text"),
        ({"files": {"code": "a.py"}}, "`files.answers` should be a text, but nothing is there"),
        ({"hidden_visibility": "never"}, "`hidden_visibility` should be one of hidden, after_due_date"),
        ({"due": "tomorrow"}, "`due` is not a key; these are: title, files"),
        ({"limits": {"seconds": 3}}, "`limits.seconds` is not a key"),
        ({"limits": {"memory_mb": -1}}, "`limits.memory_mb` should be a whole number above 0, but it is -1"),
        ({"limits": {"seconds_per_call": 0.5}}, "should be a whole number above 0, but it is 0.5"),
        ({"rescale_to": True}, "`rescale_to` should be a number above 0"),
        ({"late": {"per_day": 10}}, "`late.per_day` is not a key; these are: percent_per_day"),
        ({"late": {"grace_minutes": 5}}, "`late.percent_per_day` should be a number above 0, but nothing"),
        ({"late": {"percent_per_day": 110}}, "`late.percent_per_day` should be a number above 0 and up to 100"),
        ({"late": {"percent_per_day": 1, "cut_off_days": "x"}}, "`late.cut_off_days` should be a number"),
        ({"late": {"percent_per_day": 1, "due": "2026-12-01"}}, "`late.due` should be a time with its zone"),
        (
            {"late": {"percent_per_day": 1, "due": "2026-12-01T23:59:00"}},
            "`late.due` should be a time with its",
        ),
        ({"late": {"percent_per_day": 1, "extensions": {"ada": -1}}}, "`late.extensions.ada` should be"),
        ({"late": {"percent_per_day": 1, "extensions": {47: 1}}}, "`late.extensions` should be keys in"),
        ({"questions": []}, "`questions` should be a list with at least one question"),
        ({"questions": question(enabled=False)}, "at least one enabled question"),
        ({"questions": GOOD["questions"][2:]}, "at least one enabled question that has functions, but it is 'why'"),
        ({"questions": question(enabled="no")}, "`questions[0].enabled` should be true or false"),
        ({"questions": question(id="one hot")}, "`questions[0].id` should be a Python name"),
        ({"questions": question(words=[1, 2])}, "either code with `functions` or a short answer"),
        ({"questions": question(builds_on=["later"])}, "`questions[0].builds_on` should be ids of earlier"),
        ({"questions": question() * 2}, "`questions[1].id` should be a name no other question has"),
        (
            {"questions": question() + question(id="again", functions=["embed", *question()[0]["functions"]])},
            "`questions[1].functions` should be functions that no other question asks for, each once",
        ),
        ({"questions": question(functions=["embed", "embed"])}, "`questions[0].functions` should be functions that"),
        ({"questions": [GOOD["questions"][2] | {"words": [20, 10]}]}, "the fewest and the most words"),
    ],
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_what_is_wrong_is_named(tmp_path, changes, said):
    with pytest.raises(AssignmentError) as problem:
        load_assignment(write(tmp_path, **changes))
    assert said in str(problem.value)


def test_a_file_that_is_missing_or_no_yaml_is_named(tmp_path):
    with pytest.raises(AssignmentError, match=r"assignment\.yml cannot be read"):
        load_assignment(tmp_path)
    write(tmp_path)
    (tmp_path / "assignment" / "assignment.yml").write_text("title: [")
    with pytest.raises(AssignmentError, match="is not valid YAML"):
        load_assignment(tmp_path)
