"""A notebook is graded behind the wall as the file with the same functions is, and as far as it runs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.course.intake.uploads import take_in
from autograder.result import Result

ASSIGNMENT = load_assignment()
REFERENCE = ASSIGNMENT.reference.read_text("utf-8")
FULL = {question.id: question.points for question in ASSIGNMENT.code_questions}
FLAWED = REFERENCE + "\n\ndef encode(tokens, vocabulary):\n    return torch.tensor([0][len(tokens)])\n"


def cells_of(source: str) -> list[str]:
    """A program cut into cells where two empty lines stand."""
    return re.split(r"\n{3,}(?=\S)", source.strip("\n"))


def write(path: Path, cells: list[str], outputs: bool = False) -> None:
    shown = [{"output_type": "stream", "name": "stdout", "text": "1" * 500_000}] if outputs else []
    found = [{"cell_type": "code", "source": cell, "outputs": shown, "metadata": {}} for cell in cells]
    path.write_text(json.dumps({"cells": found, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))


def messy() -> list[str]:
    """The reference as it may come out of a notebook: what is needed first stands last, and much besides."""
    cells = cells_of(REFERENCE)
    imports = next(index for index, cell in enumerate(cells) if "import torch" in cell)
    cells.append(cells.pop(imports))
    around = [
        "!pip install torch gensim",
        "%matplotlib inline\nimport matplotlib.pyplot as plt",
        "x = '''never closed",
        "plt.plot(range(10)); plt.show()",
        'grader.check("lookup")',
        "print(build_vocabulary(['a']))\nassert False, 'so far'",
        "display(torch.zeros(3))",
        "%%bash\nls -la\necho (",
        "raise SystemExit",
        "while",
    ]
    cells[3] = f"%%time\n{cells[3]}"
    for place, cell in enumerate(around):
        cells.insert(2 * place, cell)
    return cells


@pytest.fixture(scope="module")
def results(tmp_path_factory, course_grader) -> dict[str, Result]:
    """What comes of the same functions as a file and as a notebook, and of others, by student."""
    folder = tmp_path_factory.mktemp("submissions")
    for name, source in (("right", REFERENCE), ("flawed", FLAWED)):
        (folder / f"{name} file.py").write_text(source, encoding="utf-8")
        write(folder / f"{name} notebook.ipynb", cells_of(source), outputs=True)
    write(folder / "messy.ipynb", messy())
    blank = (ROOT / "student_template" / "notebooks" / "embeddings.ipynb").read_bytes()
    (folder / "blank.ipynb").write_bytes(blank)
    submissions = take_in(folder, ASSIGNMENT).submissions
    return {submission.student: course_grader.grade(submission) for submission in submissions}


def points(result: Result) -> dict[str, float | None]:
    return {question.id: question.points for question in result.questions if question.cases}


def messages(result: Result) -> list[str]:
    """All that is said of the cases, but for where in the program something stands."""
    said = [case.message for question in result.questions for case in question.cases]
    return [re.sub(r"(code cell \d+, )?line \d+", "", text) for text in said]


@pytest.mark.parametrize("name", ["right", "flawed"])
def test_both_forms_get_the_same_points_and_messages(results, name):
    file, notebook = results[f"{name} file"], results[f"{name} notebook"]
    assert points(file) == points(notebook) and messages(file) == messages(notebook)
    assert (points(notebook) == FULL) == (name == "right")


def test_a_message_names_the_cell_and_the_line_in_it(results):
    said = [case.message for question in results["flawed notebook"].questions for case in question.cases]
    cell = len(cells_of(FLAWED))
    assert any(f"code cell {cell}, line 2: return torch.tensor([0][len(tokens)])" in text for text in said)


def test_a_messy_notebook_is_graded_as_far_as_it_runs(results):
    assert points(results["messy"]) == FULL
    notes = "\n".join(results["messy"].notes)
    assert "embeddings.ipynb, code cell 5, line 1: Python cannot read this" in notes


def test_the_blank_notebook_earns_nothing_and_has_nothing_wrong_with_it(results):
    assert set(points(results["blank"]).values()) == {0}
    notes = results["blank"].notes
    assert "embeddings.ipynb contains only the code that was handed out." in notes
    assert not [note for note in notes if ", line " in note]
