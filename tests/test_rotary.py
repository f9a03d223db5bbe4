"""`rotary` is switched off, and whole: one line switches it on, and it is handed out, audited and graded."""

from __future__ import annotations

import shutil
import zipfile
from io import BytesIO

import pytest

from autograder.assignment import ROOT, Assignment, load_assignment
from autograder.authoring.archives import student_zip
from autograder.authoring.audit import audit
from autograder.authoring.release import release
from autograder.grading.grader import Grader
from autograder.grading.launcher import Launcher
from autograder.result import Status
from autograder.submission import Submission

FUNCTIONS = ("rotate_by_position", "rotary_scores")


@pytest.fixture(scope="module")
def switched_on(tmp_path_factory) -> Assignment:
    root = tmp_path_factory.mktemp("rotary")
    for folder in ("assignment", "solutions", "student_template", "LICENSES"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    path = root / "assignment" / "assignment.yml"
    listed = path.read_text(encoding="utf-8")
    assert listed.count("    enabled: false\n") == 1
    path.write_text(listed.replace("    enabled: false\n", ""), encoding="utf-8")
    release(root)
    return load_assignment(root)


def handed_out(assignment: Assignment) -> dict[str, str]:
    """The texts that students get, by their names in the archive."""
    with zipfile.ZipFile(BytesIO(student_zip(assignment.root))) as archive:
        names = [name for name in archive.namelist() if name.endswith((".md", ".py", ".ipynb", ".json"))]
        return {name.removeprefix("student_template/"): archive.read(name).decode("utf-8") for name in names}


def test_students_get_nothing_of_it_while_it_is_switched_off():
    assert "rotary" not in {question.id for question in load_assignment().questions}
    told = [name for name, text in handed_out(load_assignment()).items() if any(f in text for f in FUNCTIONS)]
    assert told == []


def test_switched_on_it_stands_in_every_text_and_the_total_is_ten_points_more(switched_on: Assignment):
    assert switched_on.possible == load_assignment().possible + 10
    texts = handed_out(switched_on)
    everywhere = (
        "handout.md",
        "conventions.md",
        "embeddings.py",
        "notebooks/embeddings.ipynb",
        "check/assignment.json",
    )
    for name in (*everywhere, "check/fingerprints.json", "tests/rotary.py", "probes/rotary.py"):
        assert all(function in texts[name] for function in FUNCTIONS), name
    assert "110 points" in texts["handout.md"]


@pytest.mark.thorough
def test_an_audit_finds_nothing_wrong(switched_on: Assignment):
    found = audit(switched_on, ["rotary"])
    assert [problem.text for problem in found.problems()] == []


def test_it_is_graded_behind_the_wall_and_a_wrong_turn_costs_once(switched_on: Assignment, course_launcher: Launcher):
    reference = switched_on.reference.read_text("utf-8")
    wrong = reference.replace(
        "turned = [first * cosines - second * sines,", "turned = [first * cosines + second * sines,"
    )
    assert wrong != reference
    grader = Grader(switched_on, course_launcher)
    right, mistaken = (grader.grade(Submission(name, code.encode())) for name, code in (("a", reference), ("b", wrong)))
    points = {question.id: question.points for question in right.questions}
    assert right.status is Status.GRADED and points["rotary"] == 10
    (rotary,) = [question for question in mistaken.questions if question.id == "rotary"]
    lost = [case for case in rotary.cases if case.earned < case.points]
    assert lost and all("rotary_scores" not in case.title for case in lost)
    assert any(case.hint.startswith("The second number of a pair is right") for case in lost)
