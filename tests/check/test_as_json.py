"""`python check --json`: one object of documented keys, which GitHub Classroom's reporter reads as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.assignment import ROOT, load_assignment
from tests.handed_out import NOTEBOOK, REFERENCE, copy_of_folder, run

ASSIGNMENT = load_assignment()
MANUAL = (ROOT / "student_template" / "README.md").read_text("utf-8").partition("### For other programs")[2]
OUTCOMES = {"passed", "failed", "not attempted", "blocked", "timed out", "crashed", "error"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return copy_of_folder(tmp_path_factory.mktemp("work") / "folder")


def as_json(folder: Path, code: str | None, *arguments: str) -> tuple[int, dict]:
    file = folder / ASSIGNMENT.code_file
    file.unlink(missing_ok=True)
    if code is not None:
        file.write_text(code, encoding="utf-8")
    done = run(folder, "python", "check", "--json", *arguments)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.mark.thorough
def test_a_right_file_keeps_all_points_that_public_checks_carry(folder):
    status, said = as_json(folder, REFERENCE)
    assert (status, said["status"], said["problems"]) == (0, "pass", [])
    points = sum(question.points for question in ASSIGNMENT.code_questions)
    assert said["score"] == said["max_score"] == pytest.approx(0.4 * points)
    assert [test["question"] for test in said["tests"]] == sorted(
        (test["question"] for test in said["tests"]), key=[q.id for q in ASSIGNMENT.questions].index
    )


def test_a_known_mistake_has_its_hint_and_loses_its_checks_alone(folder):
    wrong = REFERENCE.replace("torch.stack([angles.sin(), angles.cos()]", "torch.cat([angles.sin(), angles.cos()]")
    status, said = as_json(folder, wrong, "sinusoidal")
    assert (status, said["status"]) == (1, "fail")
    failed = [test for test in said["tests"] if test["status"] == "fail"]
    assert failed and any(test["hint"] for test in failed) and all(test["message"] for test in failed)
    assert {test["score"] for test in failed} == {0}
    kept = sum(test["score"] for test in said["tests"] if test["status"] == "pass")
    assert said["score"] == pytest.approx(kept, abs=0.005) and 0 < said["score"] < said["max_score"]


def test_what_keeps_it_from_checking_is_an_object_too(tmp_path):
    folder = copy_of_folder(tmp_path / "folder")
    (folder / NOTEBOOK).unlink()
    status, said = as_json(folder, None)
    assert (status, said["status"], said["max_score"]) == (2, "error", 0)
    (test,) = said["tests"]
    assert test["status"] == "error" and ASSIGNMENT.code_file in test["message"]


@pytest.mark.thorough
def test_every_key_is_explained_and_there_is_no_other(folder):
    _, said = as_json(folder, REFERENCE, "lookup")
    keys = {*said, *(key for test in said["tests"] for key in test), *re.findall(r'"(place|text)"', '"place" "text"')}
    table = "".join(line for line in MANUAL.splitlines() if line.startswith("| `"))
    explained = set(re.findall(r"`(?:tests\[\])?\.?(\w+)`", table)) - OUTCOMES
    assert keys == explained
    for test in said["tests"]:
        assert test["outcome"] in OUTCOMES
        assert f'"{test["outcome"]}"' in MANUAL


@pytest.mark.parametrize("arguments", [("--watch",), ("--pack",)])
def test_it_is_asked_for_alone(folder, arguments):
    done = run(folder, "python", "check", "--json", *arguments)
    assert done.returncode == 2 and "not allowed with argument" in done.stderr
