"""The main job, by the command that instructors type: the example batch in, grades and feedback out."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.io.text import format_points
from autograder.misconceptions import misconceptions

ASSIGNMENT = load_assignment()
CODE_QUESTIONS = [question.id for question in ASSIGNMENT.code_questions]
BATCH = ROOT / "tests" / "example_batch" / "submissions"
EXPECTED = ROOT / "tests" / "example_batch" / "expected_grades.csv"


def grade(submissions: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `autograder grade` as a shell would."""
    command = [sys.executable, "-m", "autograder.cli", "grade", str(submissions), "--output", str(out)]
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
    return subprocess.run([*command, *options], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The example batch, graded once for all tests here, with two workers."""
    out = tmp_path_factory.mktemp("graded")
    run = grade(BATCH, out, "--workers", "2")
    assert run.returncode == 0, run.stderr
    return out, run.stdout


def text_of(page: Path) -> str:
    """What a page says, without its tags."""
    return plain_text(unescape(page.read_text("utf-8")))


def plain_text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_student_gets_the_expected_points_for_every_question(graded):
    out, _ = graded
    assert rows(out / "grades.csv") == rows(EXPECTED)


def test_the_total_is_the_sum_of_the_filled_columns(graded):
    out, _ = graded
    for row in rows(out / "grades.csv"):
        filled = [float(row[question.id]) for question in ASSIGNMENT.questions if row[question.id]]
        assert float(row["total"]) == pytest.approx(sum(filled))
        assert row["possible"] == format_points(ASSIGNMENT.possible)


def test_every_student_has_results_and_a_feedback_page(graded):
    out, _ = graded
    students = {row["student"] for row in rows(out / "grades.csv")}
    assert {path.stem for path in (out / "results").iterdir()} == students
    assert {path.stem for path in (out / "feedback").iterdir()} == students
    assert (out / "report.html").exists() and (out / "gradebook.sqlite").exists()


def test_a_hang_costs_the_function_that_hangs_and_is_named_to_the_student(graded):
    out, _ = graded
    page = json.loads((out / "results" / "haddad_omar.json").read_text("utf-8"))
    stopped = [test for test in page["tests"] if test["extra_data"].get("outcome") == "timed out"]
    assert stopped and all("still running after 10 s" in test["output"] for test in stopped)
    earned = {question["id"]: question["points"] for question in page["extra_data"]["questions"]}
    assert earned["lookup"] == ASSIGNMENT.question("lookup").points


def test_students_read_the_hints_of_their_mistakes_and_the_instructor_who_made_which(graded):
    out, _ = graded
    report = unescape((out / "report.html").read_text("utf-8"))
    known = {mistake.id: mistake for id in CODE_QUESTIONS for mistake in misconceptions(id)}
    made = {
        "S31": ("chen_wei", "müller_jonas"),
        "L7": ("dimitrov_pavel",),
        "P20": ("jensen_mads",),
        "V31": ("kowalska_ewa",),
    }
    for id, students in made.items():
        hint = known[id].hint.replace("`", "")
        for student in students:
            assert hint in text_of(out / "feedback" / f"{student}.html"), (id, student)
        row = next(row for row in report.split("<details>") if f">{id}</code>" in row)
        assert f"{len(students)} of 13" in row and hint in plain_text(row)
        assert re.findall(r"feedback/([^.]+)\.html", unquote(row)) == list(students)


def test_who_has_all_points_for_the_code_reads_no_hint(graded):
    out, _ = graded
    for student in ("bergstrom_lina", "moreau_chloe", "okafor_amara"):
        assert '<div class="hint"' not in (out / "feedback" / f"{student}.html").read_text("utf-8")


@pytest.mark.thorough
@pytest.mark.parametrize("workers", [pytest.param("1", marks=pytest.mark.soak), "4"])
def test_the_results_do_not_depend_on_the_order_or_the_number_of_workers(graded, tmp_path, workers):
    out, _ = graded
    reverse = tmp_path / "reverse"
    reverse.mkdir()
    for place, path in enumerate(sorted(BATCH.iterdir(), reverse=True)):
        if path.name.split(".")[0] != "haddad_omar":  # the one that hangs takes its seconds each time
            target = reverse / f"{place:02}_{path.name}"
            shutil.copytree(path, target) if path.is_dir() else shutil.copy(path, target)
    again = tmp_path / "again"
    assert grade(reverse, again, "--workers", workers).returncode == 0
    assert len(list((again / "results").iterdir())) == len(list(BATCH.iterdir())) - 1
    for path in (again / "results").iterdir():
        name = path.name[3:]
        text = path.read_text("utf-8").replace(path.stem, Path(name).stem)
        assert text == (out / "results" / name).read_text("utf-8")


def test_the_readme_shows_what_the_command_prints(graded):
    out, printed = graded
    readme = (ROOT / "README.md").read_text("utf-8")
    shown = readme.split("<!-- transcript: grade -->")[1].split("<!-- end -->")[0]
    lines = [line.rstrip() for line in shown.strip().strip("`").strip().splitlines()]
    real = [line.rstrip() for line in printed.replace(str(out), "graded-example").splitlines()]
    assert lines[:2] == ["$ make grade", real[0]]
    count, wall = lines[2].split(" Wall ")
    assert real[1].startswith(count) and wall  # which wall it is depends on the machine
    assert lines[3:] == real[2:]
