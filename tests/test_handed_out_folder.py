"""The handed-out folder under the tools that students know: Otter, pytest, Jupyter, and its own check."""

from __future__ import annotations

import shutil
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import nbclient
import nbformat
import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.notebook import read_notebook
from autograder.check.testing.cases import read_cases
from autograder.course.intake.uploads import take_in

from .handed_out import NOTEBOOK, REFERENCE, copy_of_folder, run, work_in_notebook
from .representatives import representatives

ASSIGNMENT = load_assignment()
HALF_DONE = REFERENCE.replace("return len(", "return 1 + len(").replace(
    "def encode(", "def encode(tokens, vocabulary):\n    return None\n\n\ndef other_encode("
)
LOOKUP = read_cases(ASSIGNMENT.public_tests("lookup"))
INPUT_EMBEDDINGS = read_cases(ASSIGNMENT.public_tests("input_embeddings"))
ANSWERS = ["Learned " * 130, "Learned " * 130, "Learned " * 130]


@pytest.fixture
def folder(tmp_path) -> Path:
    return copy_of_folder(tmp_path / "student_template")


@pytest.fixture
def half_done(folder) -> Path:
    """With an `encode` that gives None, in the file."""
    assert HALF_DONE != REFERENCE
    (folder / "embeddings.py").write_text(HALF_DONE, encoding="utf-8")
    return folder


# Otter ------------------------------------------------------------------------------------------


def test_otter_check_runs_one_question_on_the_file(folder):
    (folder / "embeddings.py").write_text(REFERENCE, encoding="utf-8")
    done = run(folder, "otter", "check", "embeddings.py", "-q", "lookup")
    assert "All tests passed!" in done.stdout, done.stdout + done.stderr


NEIGHBOURS = sorted(
    name for name in sys.stdlib_module_names if not name.startswith("_") and find_spec(name) is not None
)
"""Python's own modules, as students name files after them: `token.py`, `copy.py`, `queue.py`, ..."""


@pytest.mark.parametrize(
    "command, said",
    representatives(
        [
            ("python check lookup", "public checks pass"),
            ("otter check embeddings.py -q lookup", "All tests passed!"),
            ("python check --pack", "Wrote "),
            ("pytest -q -k test_lookup", f"{len(LOOKUP)} passed"),
        ]
    ),
)
def test_no_file_named_after_a_module_of_python_stands_in_the_way(command, said, folder):
    (folder / "embeddings.py").write_text(REFERENCE, encoding="utf-8")
    for name in NEIGHBOURS:
        (folder / f"{name}.py").write_text(f"raise SystemExit('the neighbour {name}.py')")
    done = run(folder, *command.split())
    assert said in done.stdout, done.stdout + done.stderr
    assert "the neighbour" not in done.stdout + done.stderr


@pytest.mark.thorough
def test_otter_check_runs_all_questions_and_names_the_sentences_that_fail(half_done):
    out = run(half_done, "otter", "check", "embeddings.py", "-t", "tests").stdout
    assert "`encode` gives the tokens' ids in the order of the text" in out
    for question in ASSIGNMENT.code_questions:
        assert question.id in out
    assert "one_hot passed!" in out or "one_hot results: All test cases passed!" in out


@pytest.mark.thorough
def test_otter_check_says_which_function_or_class_is_not_there(folder):
    (folder / "embeddings.py").write_text(REFERENCE.replace("def encode(", "def encoded("), encoding="utf-8")
    out = run(folder, "otter", "check", "embeddings.py", "-q", "lookup").stdout
    said = "NameError: `encode` is not defined. Check the spelling of its name; in a notebook, first run the cell"
    assert out.count(said) == sum("encode" in case.needs for case in LOOKUP) > 0, out
    (folder / "embeddings.py").write_text(REFERENCE.replace("class InputEmbedding(", "class Input("))
    out = run(folder, "otter", "check", "embeddings.py", "-q", "input_embeddings").stdout
    assert out.count("NameError: `InputEmbedding` is not defined.") == len(INPUT_EMBEDDINGS) > 0, out


def outputs(folder: Path) -> str:
    """All that the notebook's cells print when it runs from top to bottom as Jupyter runs it."""
    notebook = nbformat.read(folder / NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=600, resources={"metadata": {"path": str(folder / "notebooks")}}, allow_errors=True
    )
    client.execute()
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain") or "\n".join(output.get("traceback", ()))
        for cell in notebook.cells
        for output in cell.get("outputs", ())
    )


def test_the_notebook_checks_each_question_by_grader_check_whatever_lies_beside_it(folder):
    work_in_notebook(folder, REFERENCE)
    for name in NEIGHBOURS:
        (folder / f"{name}.py").write_text(f"raise SystemExit('the neighbour {name}.py')")
    shown = outputs(folder)
    for question in ASSIGNMENT.code_questions:
        assert f"{question.id} results: All test cases passed!" in shown or f"{question.id} passed!" in shown


@pytest.mark.thorough
def test_the_blank_notebook_runs_and_says_what_is_to_be_written(folder):
    shown = outputs(folder)
    assert "build_vocabulary is still to be written" in shown
    assert "Traceback" not in shown and "ModuleNotFoundError" not in shown


# pytest -----------------------------------------------------------------------------------------


def test_plain_pytest_runs_every_public_case_under_its_sentence(half_done):
    done = run(half_done, "pytest", "-rA", "-k", "test_lookup")
    assert done.returncode == 1
    for case in LOOKUP:
        assert f" check/test_public.py::test_lookup[{case.title}]" in done.stdout
    failed = [case.title for case in LOOKUP if f"FAILED check/test_public.py::test_lookup[{case.title}]" in done.stdout]
    assert failed and all("encode" in title or "arguments" in title for title in failed)
    assert "encode(" in done.stdout and "['she', 'love', 'fox', 'love', 'Fox']" in done.stdout
    assert f"{len(LOOKUP) - len(failed)} passed" in done.stdout


@pytest.mark.thorough
def test_pytest_passes_when_all_is_right_also_in_the_notebook(folder):
    work_in_notebook(folder, REFERENCE)
    done = run(folder, "pytest", "-q")
    assert done.returncode == 0, done.stdout
    total = sum(len(read_cases(ASSIGNMENT.public_tests(question.id))) for question in ASSIGNMENT.code_questions)
    assert f"{total} passed" in done.stdout


# Its own check ----------------------------------------------------------------------------------


def test_the_check_finds_the_notebook_while_nothing_is_written_in_the_file(folder):
    work_in_notebook(folder, REFERENCE)
    done = run(folder, "python", "check", "lookup")
    assert done.stdout.startswith(f"{ASSIGNMENT.title}: {NOTEBOOK}\n"), done.stdout
    assert done.returncode == 0


@pytest.mark.thorough
def test_the_check_names_the_cell_of_a_failure(folder):
    work_in_notebook(folder, "import no_such_module\n\n\ndef encode(tokens, vocabulary):\n    return [0][1]\n")
    out = run(folder, "python", "check", "lookup").stdout
    assert f"{NOTEBOOK}, code cell 3, line 1" in out
    assert "code cell 3, line 5: return [0][1]" in out


@pytest.mark.thorough
def test_once_something_is_written_in_the_file_the_file_is_checked_and_the_notebook_named(folder):
    work_in_notebook(folder, REFERENCE)
    (folder / "embeddings.py").write_text(HALF_DONE, encoding="utf-8")
    done = run(folder, "python", "check", "lookup")
    assert done.stdout.startswith(f"{ASSIGNMENT.title}: embeddings.py\n") and done.returncode == 1
    assert f"{NOTEBOOK} contains code, too, and was not checked." in done.stdout
    assert run(folder, "python", "check", "--notebook", "lookup").returncode == 0


def test_a_damaged_notebook_is_told_of(folder):
    (folder / NOTEBOOK).write_text('{"cells": [', encoding="utf-8")
    done = run(folder, "python", "check", "lookup")
    assert done.returncode == 2
    assert done.stdout.startswith("embeddings.ipynb: The notebook is damaged: its JSON cannot be read at line 1.")


@pytest.mark.thorough
def test_tests_and_check_of_two_versions_are_told_apart(folder):
    path = folder / "tests" / "lookup.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))  # as git may write them
    assert "have different versions" not in run(folder, "python", "check", "lookup").stdout
    path.write_text(path.read_text(encoding="utf-8") + "\n# another\n", encoding="utf-8")
    done = run(folder, "python", "check", "lookup")
    assert done.returncode == 2
    assert "tests/lookup.py and the folder check/ have different versions" in " ".join(done.stdout.split())
    assert run(folder, "python", "check", "one_hot").returncode != 2


def test_what_is_packed_from_the_notebook_is_taken_in(folder, tmp_path):
    work_in_notebook(folder, REFERENCE, ANSWERS)
    done = run(folder, "python", "check", "--pack")
    assert done.returncode == 0, done.stdout
    assert "with embeddings.ipynb and answers.md, and read it back." in done.stdout
    with zipfile.ZipFile(folder / "submission.zip") as archive:
        assert archive.namelist() == ["embeddings.ipynb", "answers.md"]
    (found,) = take_in(folder / "submission.zip", ASSIGNMENT).submissions
    assert found.code == read_notebook((folder / NOTEBOOK).read_bytes()).source
    assert found.answers is not None and found.answers.count(ANSWERS[0].strip().encode()) == 3


@pytest.mark.thorough
def test_what_is_unfinished_in_the_notebook_is_listed(folder):
    work_in_notebook(folder, "def encode(tokens, vocabulary):\n    return [0]\n", ANSWERS[:1])
    out = " ".join(run(folder, "python", "check", "--pack").stdout.split())
    assert f"`build_vocabulary`, `new_embedding_table` and `embedding_lookup` are not in {NOTEBOOK}." in out
    assert "bert_positions: nothing is written yet" in out and "tradeoffs:" not in out


def test_the_whole_folder_zipped_is_one_that_is_taken_in(folder, tmp_path):
    work_in_notebook(folder, REFERENCE, ANSWERS)
    archive = shutil.make_archive(str(tmp_path / "hw"), "zip", folder)
    (found,) = take_in(Path(archive), ASSIGNMENT).submissions
    assert found.set_aside is None and found.code is not None and b"code cell" in found.code


def test_what_the_cells_define_is_what_the_file_defines(folder):
    """Both forms hold the same functions, so both are graded alike."""
    work_in_notebook(folder, REFERENCE)
    source = read_notebook((folder / NOTEBOOK).read_bytes()).source.decode()
    assert REFERENCE.strip() in source
    assert (ROOT / "student_template" / NOTEBOOK).is_file()
