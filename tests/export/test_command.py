"""`autograder export`: exit statuses, and messages that say what to type."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import autograder.assignment
from autograder.cli import main
from autograder.course import pipeline
from autograder.course.gradebook.database import open_gradebook
from autograder.result import Status


@pytest.fixture
def run(monkeypatch, graded):
    monkeypatch.chdir(graded.folder)
    monkeypatch.setattr(autograder.assignment, "load_assignment", lambda: graded.assignment)
    monkeypatch.setattr(pipeline, "load_assignment", lambda: graded.assignment)

    def run(*arguments: str):
        with open_gradebook(graded.folder / "out") as gradebook:
            graded.save(gradebook)
        return CliRunner().invoke(main, ["export", *arguments])

    return run


def test_an_export_of_all_ends_with_0_and_names_its_files(run, graded):
    graded.add("ada", 12)
    done = run("out", "--to", "csv")
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith(f"Written: {Path('out', 'export', 'handed-back.csv')}\n")


def test_who_is_left_over_ends_it_with_1(run, graded):
    graded.add("ada", 12)
    graded.add("ben", 3, status=Status.NOT_GRADED)
    done = run("out", "--to", "csv", "--output", "there")
    assert done.exit_code == 1 and "Left out, not graded: ben." in done.stdout
    assert Path("there", "handed-back.csv").is_file()


@pytest.mark.parametrize("arguments", [("out",), ("out", "--to", "blackboard")])
def test_an_unknown_platform_says_which_there_are(run, graded, arguments):
    graded.add("ada", 12)
    done = run(*arguments)
    assert done.exit_code == 2
    assert "ne of canvas, moodle, gradescope, github-classroom, brightspace, sakai, nbgrader, csv." in done.stderr
    assert "Type, for example: autograder export graded --to canvas --into Grades.csv" in done.stderr


def test_the_platforms_own_file_is_not_written_over(run, graded):
    graded.add("ada", 12)
    text = "Student,ID,SIS Login ID,Section,Embeddings (1)\nAda,7,ada,A,\n"
    Path("Grades.csv").write_text(text)
    done = run("out", "--to", "canvas", "--into", "Grades.csv", "--output", ".")
    assert done.exit_code == 2 and "would be overwritten" in done.stderr
    assert Path("Grades.csv").read_text() == text and not Path("handed-back.csv").exists()
