"""Notebooks are taken as code files are, and answers may stand in their cells."""

from __future__ import annotations

import codecs
import json

import pytest

from autograder.check.loading.notebook import read_notebook
from autograder.course.intake.uploads import take_in

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, PROMPTS, WORK, is_this, notebook, write

LONG = "word " * 130
MINE = notebook(code=["%matplotlib inline\n", WORK])
CODE = read_notebook(MINE.encode()).source
GRADED = "embeddings.ipynb was graded: its code cells, from top to bottom."


def section(text: str) -> str:
    return f"## tradeoffs: Learned against pre-defined embeddings\n\n{text}\n"


@pytest.mark.parametrize("name", ["embeddings.ipynb", "notebooks/embeddings.ipynb", "hw3 final.ipynb"])
def test_a_notebook_alone_is_taken_and_the_student_is_told(submissions, one, name):
    write(submissions / "ada", {name: MINE, "answers.md": ANSWERS})
    found = one()
    assert found.code == CODE and found.set_aside is None
    assert found.notes == (f"{name} was graded: its code cells, from top to bottom.",)


def test_a_notebook_named_after_its_student_is_a_submission(submissions, one):
    write(submissions, {"ada.ipynb": MINE})
    found = one()
    assert (found.student, found.code) == ("ada", CODE)


def test_one_notebook_can_be_graded_by_its_path(submissions, assignment):
    write(submissions, {"ada/embeddings.ipynb": MINE})
    for path in (submissions / "ada", submissions / "ada" / "embeddings.ipynb"):
        (found,) = take_in(path, assignment).submissions
        assert (found.student, found.code) == ("ada", CODE)


def test_in_the_whole_handed_out_folder_what_was_worked_in_counts(submissions, one):
    folder = submissions / "ada"
    write(folder, {**HANDED_OUT, "notebooks/embeddings.ipynb": MINE, "answers.md": ANSWERS})
    assert one().code == CODE
    write(folder, {**HANDED_OUT, "embeddings.py": WORK, "answers.md": ANSWERS})
    assert one().code == WORK.encode()


def test_a_file_and_a_notebook_that_differ_are_a_question_that_a_choice_answers(submissions, assignment):
    write(submissions, {"ada/embeddings.py": OTHER_WORK, "ada/embeddings.ipynb": MINE})
    (found,) = take_in(submissions, assignment).submissions
    assert found.set_aside.startswith(
        "Which file is meant as embeddings.py? These differ: embeddings.py, embeddings.ipynb."
    )
    chosen = {}
    for name in ("embeddings.py", "embeddings.ipynb"):
        (found,) = take_in(submissions, assignment, choices=[f"ada={name}"]).submissions
        chosen[name] = found.code
    assert chosen == {"embeddings.py": OTHER_WORK.encode(), "embeddings.ipynb": CODE}


def test_copies_of_a_notebook_with_other_outputs_are_one(submissions, one):
    executed = json.loads(MINE)
    executed["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 3_000_000}]
    executed["cells"][1]["execution_count"] = 7
    write(submissions / "ada", {"embeddings.ipynb": MINE, "embeddings (1).ipynb": json.dumps(executed)})
    assert one().code == CODE


def test_the_saves_of_jupyter_are_no_candidates(submissions, one):
    copy = ".ipynb_checkpoints/embeddings-checkpoint.ipynb"
    write(submissions / "ada", {"embeddings.ipynb": MINE, copy: notebook(code=[OTHER_WORK])})
    assert one().code == CODE


@pytest.mark.parametrize(
    "content, sentence",
    [
        (b"", "The notebook is empty."),
        (b"[1, 2]", "This is not a notebook: it has no cells."),
        (b'{"cells": 3}', "This is not a notebook: it has no cells."),
        (MINE.encode()[:-20], "The notebook is damaged: its JSON cannot be read at line 1."),
        (b"[" * 100_000, "The notebook is damaged: its JSON cannot be read."),
        (b" " * 50_000_001, "embeddings.ipynb is larger than 50,000,000 bytes."),
        (b"[" + b"1," * 5_000_001, "embeddings.ipynb: The notebook holds up to 5,000,002 values"),
    ],
)
def test_what_is_no_notebook_is_set_aside_with_a_sentence(submissions, one, content, sentence):
    (submissions / "ada").mkdir()
    (submissions / "ada" / "embeddings.ipynb").write_bytes(content)
    found = one()
    assert sentence in found.set_aside and found.set_aside.endswith(is_this("ada"))


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, "utf-16"])
def test_a_byte_order_mark_does_no_harm(submissions, one, mark):
    (submissions / "ada").mkdir()
    content = MINE.encode(mark) if isinstance(mark, str) else mark + MINE.encode()
    (submissions / "ada" / "embeddings.ipynb").write_bytes(content)
    assert one().code == CODE


# Answers ----------------------------------------------------------------------------------------


def test_answers_are_found_in_cells(submissions, one):
    write(submissions / "ada", {"embeddings.ipynb": notebook([WORK], ["# Mine", section(LONG)])})
    found = one()
    assert LONG.strip() in found.answers.decode()
    assert found.notes == (GRADED, "Short answers were found in the notebook's cells.")


def test_answers_in_cells_count_beside_an_answers_file_without_any(submissions, one):
    files = {"embeddings.ipynb": notebook([WORK], [section(LONG)]), "answers.md": PROMPTS}
    write(submissions / "ada", files)
    assert LONG.strip() in one().answers.decode()


def test_an_answers_file_counts_beside_a_notebook_without_answers(submissions, one):
    write(submissions / "ada", {"embeddings.ipynb": MINE, "answers.md": section(LONG)})
    found = one()
    assert found.answers == section(LONG).encode() and found.notes == (GRADED,)


def test_of_two_different_answers_the_file_counts_and_the_student_is_told(submissions, one):
    cells = [section("Cells " + LONG), "## too_long", "Only here " + LONG]
    write(
        submissions / "ada",
        {"embeddings.ipynb": notebook([WORK], cells), "answers.md": section("File " + LONG)},
    )
    found = one()
    text = found.answers.decode()
    assert "File " in text and "Cells " not in text and "Only here " in text
    assert found.notes[-1] == (
        "`tradeoffs` is answered differently in answers.md and in the notebook: answers.md counts."
    )


def test_one_may_write_code_in_the_file_and_answers_in_the_notebook(submissions, one):
    stub = json.loads(HANDED_OUT["notebooks/embeddings.ipynb"])["cells"][1]["source"]
    files = {"embeddings.py": WORK, "notebooks/embeddings.ipynb": notebook([stub], [section(LONG)])}
    write(submissions / "ada", {**HANDED_OUT, **files})
    found = one()
    assert found.code == WORK.encode() and LONG.strip() in found.answers.decode()
