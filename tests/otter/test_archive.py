"""dist/autograder.zip: Otter's test files, worth what assignment.yml says, and all that grading needs."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from otter.test_files.exception_test import ExceptionTestFile

from autograder.assignment import ROOT, load_assignment
from autograder.check.testing.cases import read_cases
from autograder.otter_plugin.autograder_zip import NOTE_PATH, autograder_zip
from autograder.otter_plugin.plugin import HOUSE

ASSIGNMENT = load_assignment()


@pytest.fixture(scope="module")
def unpacked(archive: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def test_the_cases_are_those_of_the_tests_and_worth_the_points_of_their_questions(unpacked: Path):
    files = sorted((unpacked / "tests").iterdir())
    points: dict[str, float] = {}
    for file in files:
        hidden = file.stem.endswith("_hidden")
        question = file.stem[3:].removesuffix("_hidden")
        original = (ASSIGNMENT.hidden_tests if hidden else ASSIGNMENT.public_tests)(question)
        cases = ExceptionTestFile.from_file(str(file)).test_cases
        assert [(c.name, c.hidden) for c in cases] == [(c.title, c.hidden) for c in read_cases(original)]
        points[question] = points.get(question, 0) + sum(case.points for case in cases)
    assert points == pytest.approx({question.id: question.points for question in ASSIGNMENT.code_questions})


def test_every_hidden_case_comes_after_every_public_one(unpacked: Path):
    files = sorted((unpacked / "tests").iterdir())
    hidden = [case.hidden for file in files for case in ExceptionTestFile.from_file(str(file)).test_cases]
    assert hidden == sorted(hidden)


def test_no_two_files_have_one_name_since_otter_would_drop_one(unpacked: Path):
    names = []
    for file in (unpacked / "tests").iterdir():
        body = ast.parse(file.read_text(encoding="utf-8")).body
        named = [node for node in body if isinstance(node, ast.Assign)]
        names += [ast.literal_eval(n.value) for n in named if ast.unparse(n.targets[0]) == "name"]
    assert len(names) == len(set(names)) == 2 * len(ASSIGNMENT.code_questions)


def test_the_assignment_in_it_can_be_loaded_and_no_model_answer_goes_along(unpacked: Path):
    house = unpacked / "files" / HOUSE
    assert load_assignment(house).questions == ASSIGNMENT.questions
    taken = sorted(path.name for path in (house / "solutions").iterdir())
    assert taken == [ASSIGNMENT.code_file, "misconceptions", ASSIGNMENT.substitutes.name]


ALONE = """
import sys
from pathlib import Path

house = sys.argv[1]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.path.insert(0, house)

import autograder
from autograder.otter_plugin import grade_one, kernel, plugin
from autograder.assignment import load_assignment
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher

assignment = load_assignment(Path(house))
with open_launcher(assignment.limits) as launcher:
    Grader(assignment, launcher)
print(autograder.__file__)
"""
"""Grades the reference with what is in the archive, as if this project were not installed."""


@pytest.mark.thorough
def test_nothing_is_missing_in_it_to_grade_the_reference(unpacked: Path):
    house = unpacked / "files" / HOUSE
    done = subprocess.run([sys.executable, "-c", ALONE, str(house)], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(house / "autograder" / "__init__.py")


def test_the_lines_in_its_setup_are_such_as_its_programs_take(unpacked: Path):
    setup = (unpacked / "setup.sh").read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n"], input=setup, text=True).returncode == 0
    compile(NOTE_PATH, "setup.sh", "exec")
    assert f"'{NOTE_PATH}'" in setup and "\n" not in NOTE_PATH and "'" not in NOTE_PATH


def test_the_environment_names_what_is_pinned_and_the_plugin_is_configured(unpacked: Path):
    environment = yaml.safe_load((unpacked / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert "otter-grader[grading,plugins]==7.0.0" in pip and "torch==2.13.0" in pip
    assert any(line.startswith("landlockpy==") for line in pip)
    config = json.loads((unpacked / "otter_config.json").read_text(encoding="utf-8"))
    assert config == {"plugins": ["autograder.otter_plugin.plugin.WalledGrading"]}


def test_the_same_files_give_the_same_bytes(archive: Path):
    assert archive.read_bytes() == autograder_zip(ROOT)
