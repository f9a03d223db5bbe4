"""An assignment of another subject, made by following assignment/README.md to the letter: nothing else is needed."""

from __future__ import annotations

import re
import shutil
import zipfile
from io import BytesIO

import pytest

from autograder.assignment import ROOT, Assignment, load_assignment
from autograder.authoring.archives import student_zip
from autograder.authoring.audit import audit
from autograder.authoring.release import release
from autograder.check.terminal.command import main as python_check
from autograder.course.intake.uploads import collect
from autograder.errors import AssignmentError
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher
from autograder.otter_plugin.autograder_zip import autograder_zip
from autograder.result import Outcome, Status
from autograder.submission import Submission
from tests.handed_out import run

RECIPE = (ROOT / "assignment" / "README.md").read_text(encoding="utf-8").partition("\n## Add a question\n")[2]
STEP = re.compile(r"^\*\*\d\. `([^`]+)`\*\*.*?^```\w+\n(.*?)^```$", re.M | re.S)

WRONG = """
def count_words(words):
    return dict.fromkeys(words, 1)


def most_common(counts):
    return min(counts, key=lambda word: (-counts[word], word))


def longest(words):
    print("printed by a student")
    return words[7]
"""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory) -> Assignment:
    root = tmp_path_factory.mktemp("second")
    steps = STEP.findall(RECIPE)
    assert len(steps) == 7
    for name, content in steps:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    assert release(root)
    return load_assignment(root)


def test_it_is_released_and_nothing_is_left_to_do(assignment: Assignment):
    assert release(assignment.root, check=True) == []
    stubs = (assignment.template / "counting.py").read_text(encoding="utf-8")
    assert "counts.get" not in stubs and 'NotImplementedError("longest is still to be written")' in stubs


def test_an_audit_finds_nothing_wrong(assignment: Assignment):
    found = audit(assignment, ["counting"])
    assert [problem.text for problem in found.problems()] == []


def test_it_is_graded_behind_the_wall_and_a_known_mistake_gets_its_hint(assignment: Assignment):
    reference = assignment.reference.read_bytes()
    with open_launcher(assignment.limits) as launcher:
        grader = Grader(assignment, launcher)
        right = grader.grade(Submission("ada", reference))
        wrong = grader.grade(Submission("ben", WRONG.encode()))
    assert (right.status, right.total) == (Status.GRADED, 10)
    cases = {case.title: case for case in wrong.questions[0].cases}
    counts = cases["`count_words` maps each word to how often it occurs."]
    assert counts.outcome is Outcome.FAILED and counts.hint.startswith("Every count is 1.")
    longest = cases["`longest` gives the longest word."]
    assert "counting.py" not in wrong.fault and "counting.py, line" not in longest.message
    assert "line 12: return words[7]" in longest.message
    assert wrong.total == 6  # that the list stays as it was counts, by the values of the known mistake


def test_loose_files_are_told_apart_by_its_own_file_names(assignment: Assignment, tmp_path):
    for name in ("Ada Lovelace - counting.py", "Ben_counting.py", "Ben_setup_counting.md", "embeddings.py"):
        (tmp_path / name).write_bytes(assignment.reference.read_bytes())
    found = {submission.student: submission for submission in collect(tmp_path, assignment)}
    assert sorted(found) == ["Ada Lovelace", "Ben", "Ben_setup", "embeddings"]
    assert found["Ada Lovelace"].code == assignment.reference.read_bytes()


def test_students_check_themselves_in_the_folder_that_they_get(assignment: Assignment, tmp_path):
    with zipfile.ZipFile(BytesIO(student_zip(assignment.root))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "student_template"
    (folder / "counting.py").write_bytes(assignment.reference.read_bytes())
    done = run(folder, "python", "check")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "4 of 4 public checks pass; 2 more run when it is graded." in done.stdout
    (folder / "counting.py").write_text(WRONG)
    done = run(folder, "python", "check")
    assert done.returncode == 1 and "Every count is 1." in done.stdout
    assert python_check([], folder=folder, home=assignment.template) == 1


def test_it_has_an_archive_for_otter(assignment: Assignment):
    with zipfile.ZipFile(BytesIO(autograder_zip(assignment.root))) as archive:
        names = archive.namelist()
    assert "tests/01_counting.py" in names and any(name.endswith("solutions/counting.py") for name in names)


def test_a_function_without_probes_is_refused_by_release(assignment: Assignment, tmp_path):
    shutil.copytree(assignment.root, tmp_path / "copy")
    probes = tmp_path / "copy" / "student_template" / "probes" / "counting.py"
    probes.write_text(probes.read_text().replace('"longest": {', '"shortest": {'))
    with pytest.raises(AssignmentError, match="`longest` has no probes"):
        release(tmp_path / "copy")
