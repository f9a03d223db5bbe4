"""A small assignment and ways to hand something in."""

from __future__ import annotations

import io
import json
import shlex
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.course.intake.uploads import collect
from autograder.submission import Submission

STUB = "def encode(tokens, vocabulary):\n    raise NotImplementedError('encode is still to be written')\n"
PROMPTS = "# Short answers\n\n## tradeoffs\n\nWrite here.\n"
WORK = "def encode(tokens, vocabulary):\n    return [vocabulary[token] for token in tokens]\n"
OTHER_WORK = "def encode(tokens, vocabulary):\n    return list(map(vocabulary.get, tokens))\n"
ANSWERS = "# Short answers\n\n## tradeoffs\n\nA position table is small.\n"


def notebook(code: Sequence[str] = (), text: Sequence[str] = ()) -> str:
    """A notebook of Markdown cells and, below them, code cells."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": cell} for cell in text]
    cells += [
        {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": cell} for cell in code
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


HANDED_OUT = {
    "embeddings.py": STUB,
    "answers.md": PROMPTS,
    "README.md": "# How to hand in\n",
    "requirements.txt": "torch\n",
    "check/__init__.py": "",
    "check/__main__.py": "def encode(tokens):\n    print('checking')\n",
    "tests/lookup.py": "def test_encode(encode):\n    assert encode([], {}) == []\n",
    "notebooks/embeddings.ipynb": notebook(code=[STUB], text=["# In a notebook"]),
}


@pytest.fixture
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    root = tmp_path_factory.mktemp("course")
    write(root / "student_template", HANDED_OUT)
    return replace(load_assignment(), root=root)


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    folder.mkdir()
    return folder


@pytest.fixture
def one(submissions: Path, assignment: Assignment) -> Callable[[], Submission]:
    """Collects the only submission there is."""

    def collect_one() -> Submission:
        (found,) = collect(submissions, assignment)
        return found

    return collect_one


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def where_is(student: str) -> str:
    """What is asked where a student's code is not found."""
    return f"Where is this student's embeddings.py? {put_there(student)}"


def is_this(student: str) -> str:
    """What is asked where a student's code cannot be read."""
    return f"Is this the right file? {put_there(student)}"


def put_there(student: str) -> str:
    nothing = shlex.quote(f"{student}=nothing")
    return (
        f"Put it into the unpacked download, named like the others' files. If there is none, type: --choose {nothing}"
    )


def zipped(files: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
