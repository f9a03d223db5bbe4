"""The example batch that `make grade` grades: what intake makes of it, and how its zips are built."""

from __future__ import annotations

import ast
import zipfile
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.course.intake.uploads import collect
from tests.example_batch.build import SOURCES, build

BATCH = Path(__file__).resolve().parent / "example_batch" / "submissions"
ASSIGNMENT = load_assignment()


@pytest.fixture(scope="module")
def submissions():
    return {submission.student: submission for submission in collect(BATCH, ASSIGNMENT)}


def test_every_submission_has_code_and_none_is_set_aside(submissions):
    assert len(submissions) >= 12
    assert all(submission.code and not submission.set_aside for submission in submissions.values())


def test_only_the_odd_uploads_get_a_note(submissions):
    assert {student: submission.notes for student, submission in submissions.items() if submission.notes} == {
        "ivanova_katya": ("The file was called my_embeddings.py; it was graded as embeddings.py.",),
        "jensen_mads": ("No answers.md was found.",),
        "larsen_tom": (
            "embeddings.py is the file that was handed out, unchanged.",
            "answers.md is the file that was handed out, unchanged.",
        ),
    }


@pytest.mark.parametrize("student", ["moreau_chloe", "müller_jonas"])
def test_the_files_of_a_zip_are_those_of_its_folder(submissions, student):
    assert submissions[student].code == (SOURCES / student / "embeddings.py").read_bytes()
    assert submissions[student].answers == (SOURCES / student / "answers.md").read_bytes()


def test_one_submission_does_not_parse_and_the_others_do(submissions):
    broken = []
    for student, submission in submissions.items():
        try:
            ast.parse(submission.code)
        except SyntaxError:
            broken.append(student)
    assert broken == ["garcia_lucia"]


def test_nobody_hands_in_the_reference(submissions):
    reference = _bodies((ASSIGNMENT.root / "solutions" / "embeddings.py").read_bytes())
    asked = {name for question in ASSIGNMENT.code_questions for name in question.functions}
    for student in set(submissions) - {"garcia_lucia"}:
        own = _bodies(submissions[student].code)
        assert any(own.get(name) != reference[name] for name in asked), student


def test_building_the_zips_twice_gives_the_same_files(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        build(folder)
    names = sorted(path.name for path in first.glob("*.zip"))
    assert names == sorted(path.name for path in BATCH.glob("*.zip"))
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_whole_handed_out_folder_is_in_one_zip():
    with zipfile.ZipFile(BATCH / "moreau_chloe.zip") as archive:
        names = set(archive.namelist())
    for expected in ("embeddings.py", "answers.md", "README.md", "check/__main__.py", "tests/lookup.py"):
        assert f"student_template/{expected}" in names


def _bodies(source: bytes) -> dict[str, str]:
    """The code of each top-level function and class, whatever its comments and layout."""
    return {node.name: ast.dump(node) for node in ast.parse(source).body if hasattr(node, "name")}
