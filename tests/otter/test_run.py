"""A plain `otter run` gives what `autograder grade` gives, and runs no line of a student's file."""

from __future__ import annotations

import errno
import pickle
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.notebook import read_notebook
from autograder.grading.isolation import IsolationLevel
from autograder.misconceptions import apply, misconceptions
from autograder.submission import Submission
from tests.hostile.collection import ATTACKS, HALF
from tests.otter.gradescope import complaints
from tests.otter.running import Run, cases_of, code_points, packed

ASSIGNMENT = load_assignment()
REFERENCE = ASSIGNMENT.reference.read_bytes()
TEMPLATE = ROOT / "student_template"
MISTAKES = ("L31", "L37", "L1", "O1", "O52", "W1", "A1", "V1", "S50", "P1", "T15", "T62", "I1")
"""Mistakes in as many functions: in one file, each loses its own cases."""


def mistaken(*ids: str) -> bytes:
    """The reference with these mistakes."""
    library = [mistake for question in ASSIGNMENT.code_questions for mistake in misconceptions(question.id)]
    chosen = [mistake for mistake in library if mistake.id in ids]
    assert len(chosen) == len({mistake.where for mistake in chosen}) == len(ids)
    return apply(REFERENCE.decode(), chosen).encode()


def assert_alike(ran: Run, code: bytes, course_grader) -> None:
    """Demand that Otter's run and the grader's own agree, case by case."""
    result = course_grader.grade(Submission("student", code))
    assert ran.results is not None, ran.said
    assert ran.cases == cases_of(result)
    assert ran.results["score"] == code_points(result)
    assert complaints(ran.results) == []
    assert "Wall around the student's code: tier" in ran.said
    assert ran.left == ()


def handed_out() -> dict[str, bytes]:
    """The handed-out folder, file by file."""
    return {
        path.relative_to(TEMPLATE).as_posix(): path.read_bytes()
        for path in sorted(TEMPLATE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.mark.thorough
def test_the_whole_handed_out_folder_with_the_reference_in_it_gets_every_code_point(run, tmp_path):
    files = {**handed_out(), ASSIGNMENT.code_file: REFERENCE}
    ran = run(packed(files, tmp_path / "submission.zip"))
    assert ran.results is not None, ran.said
    assert ran.results["score"] == sum(question.points for question in ASSIGNMENT.code_questions)
    assert all(ran.cases.values()) and len(ran.cases) > 100
    assert "answers.md is the file that was handed out, unchanged." in ran.results["output"]
    assert complaints(ran.results) == [] and ran.left == ()


@pytest.mark.soak
def test_the_blank_template_gets_nothing(run, course_grader):
    ran = run(TEMPLATE / ASSIGNMENT.code_file)
    assert ran.results is not None, ran.said
    assert ran.results["score"] == 0 and not any(ran.cases.values())
    assert_alike(ran, (TEMPLATE / ASSIGNMENT.code_file).read_bytes(), course_grader)


def test_known_mistakes_lose_the_same_cases_and_get_their_hints(run, course_grader, tmp_path):
    code = mistaken(*MISTAKES)
    (tmp_path / ASSIGNMENT.code_file).write_bytes(code)
    ran = run(tmp_path / ASSIGNMENT.code_file)
    assert_alike(ran, code, course_grader)
    library = {m.id: m for question in ASSIGNMENT.code_questions for m in misconceptions(question.id)}
    said = "\n".join(test["output"] for test in ran.results["tests"])
    missing = [mistake for mistake in MISTAKES if library[mistake].hint not in said]
    assert missing == ["I1"]  # it builds on functions that are wrong here, too: nothing shows what it does alone


@pytest.mark.thorough
def test_hidden_cases_are_hidden_and_show_no_more_than_a_hint(run, tmp_path):
    code = HALF.replace("return table[ids] * 0.5", "raise ValueError(f'hand it over: {ids}')")
    (tmp_path / ASSIGNMENT.code_file).write_text(code)
    ran = run(tmp_path / ASSIGNMENT.code_file)
    assert ran.results is not None, ran.said
    hidden = [test for test in ran.results["tests"] if test["visibility"] != "visible"]
    assert {test["visibility"] for test in hidden} == {ASSIGNMENT.hidden_visibility}
    assert len(hidden) > 50
    assert not any("hand it over" in test["output"] for test in hidden)
    public = [test for test in ran.results["tests"] if test["visibility"] == "visible"]
    assert any("hand it over" in test["output"] for test in public)
    assert ran.results["stdout_visibility"] == "hidden"


@pytest.mark.thorough
def test_a_notebook_gets_the_same_and_none_of_its_cells_is_run_outside_the_wall(run, course_grader, tmp_path):
    mark = tmp_path / "mark"
    cells = [
        f"%%bash\ntouch {mark}",
        f"!touch {mark}",
        HALF,
        IMPORTED.format(mark=str(mark)),
        "%timeit 1 + 1",
    ]
    written = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in cells],
        metadata={"kernelspec": {"name": "strange", "display_name": "Strange"}},
    )
    content = nbformat.writes(written).encode()
    ran = run(packed({"embeddings.ipynb": content}, tmp_path / "submission.zip"))
    assert not mark.exists()
    assert_alike(ran, read_notebook(content).source, course_grader)


# What students may try ---------------------------------------------------------------------------

IMPORTED = "import pathlib\npathlib.Path({mark!r}).write_text('was here')\n"
SHADOWED = (
    "otter", "autograder", "files", "check", "embeddings_autograder", "ipykernel_launcher", "ipykernel",
    "IPython", "jupyter_client", "nbformat", "torch", "numpy", "dill", "pandas", "autograder/otter_plugin/kernel",
)  # fmt: skip


class Mark:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.write_text, (self.path, "was here")


@pytest.mark.thorough
def test_nothing_that_is_shipped_beside_the_file_is_run(run, course_grader, tmp_path):
    mark = tmp_path / "mark"
    shipped = IMPORTED.format(mark=str(mark)).encode()
    files = {f"{name}/{file}.py": shipped for name in SHADOWED for file in ("__init__", "__main__")}
    others = ("tests/01_lookup.py", "tests/conftest.py", "__init__.py", "ipython_config/a.py")
    files |= dict.fromkeys(others, shipped)
    files[".OTTER_LOG"] = pickle.dumps(Mark(mark))
    files["ipython_kernel_config.json"] = b'{"IPKernelApp": {"exec_lines": ["1/0"]}}'
    files[ASSIGNMENT.code_file] = HALF.encode()
    ran = run(packed(files, tmp_path / "submission.zip"))
    assert not mark.exists()
    assert_alike(ran, HALF.encode(), course_grader)


@pytest.mark.thorough
def test_a_file_that_is_called_like_a_module_of_otters_is_no_module(run, course_grader, tmp_path):
    mark = tmp_path / "mark"
    code = HALF + IMPORTED.format(mark=str(mark))
    (tmp_path / "otter.py").write_text(code)
    ran = run(tmp_path / "otter.py")
    assert not mark.exists()
    assert_alike(ran, code.encode(), course_grader)


@pytest.mark.thorough
def test_a_hostile_file_gains_nothing(run, course_grader, tmp_path):
    (attack,) = [attack for attack in ATTACKS if attack.name == "forging/otter"]
    (tmp_path / ASSIGNMENT.code_file).write_bytes(attack.source)
    ran = run(tmp_path / ASSIGNMENT.code_file)
    assert_alike(ran, attack.source, course_grader)
    half = code_points(course_grader.grade(Submission("half", HALF.encode())))
    assert ran.results["score"] <= half


# Walls -------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_where_there_are_no_namespaces_the_second_wall_stands_and_the_points_are_the_same(run, course_grader, tmp_path):
    code = mistaken(*MISTAKES)
    (tmp_path / ASSIGNMENT.code_file).write_bytes(code)
    ran = run(tmp_path / ASSIGNMENT.code_file, lacking=("unshare", errno.EPERM))
    assert f"Wall around the student's code: {IsolationLevel.NO_NAMESPACES.value}" in ran.said
    assert_alike(ran, code, course_grader)


@pytest.mark.thorough
def test_where_no_wall_can_be_built_there_is_a_reason_and_no_zero(run):
    ran = run(ASSIGNMENT.reference, lacking=("landlock_create_ruleset", errno.ENOSYS))
    assert ran.status != 0 and ran.results is None
    assert "No wall can be built around student code on this machine, so nothing was graded." in ran.said
    assert "the kernel offers no Landlock" in ran.said
    assert ran.left == ()
