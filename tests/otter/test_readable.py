"""On Gradescope, Otter reads every notebook that `autograder grade` reads."""

from __future__ import annotations

import codecs
import json
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import load_assignment
from autograder.check.notebook import read_notebook
from autograder.otter_plugin import make_readable
from tests.otter.test_run import assert_alike

REFERENCE = load_assignment().reference.read_text("utf-8")
CELLS = [
    {"cell_type": "markdown", "metadata": {}, "source": "# é"},
    {"cell_type": "code", "metadata": {}, "source": REFERENCE, "outputs": [], "execution_count": None},
]
NOTEBOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": CELLS}
TEXT = json.dumps(NOTEBOOK, ensure_ascii=False)
OF_FORMAT_3 = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [{"cells": [{"cell_type": "code", "input": REFERENCE, "outputs": []}], "metadata": {}}],
}

NOTEBOOKS = {
    "plain, without ids": TEXT.encode(),
    "byte-order mark": codecs.BOM_UTF8 + TEXT.encode(),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16, big-endian": codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    "without metadata": json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": CELLS}).encode(),
    "metadata of another kind": json.dumps({**NOTEBOOK, "metadata": None}).encode(),
    "format 3": json.dumps(OF_FORMAT_3).encode(),
    "format 3, byte-order mark": codecs.BOM_UTF8 + json.dumps(OF_FORMAT_3).encode(),
    "cells alone": json.dumps({"cells": CELLS}).encode(),
}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_made_readable_and_says_the_same(name, tmp_path):
    path = tmp_path / "embeddings.ipynb"
    path.write_bytes(NOTEBOOKS[name])
    make_readable(tmp_path)
    nbformat.read(path, as_version=nbformat.NO_CONVERT)
    assert read_notebook(path.read_bytes()) == read_notebook(NOTEBOOKS[name])


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe{", b"[" * 100_000, b"\x00" * 50])
def test_what_is_no_notebook_is_left_for_otter_to_refuse(content, tmp_path):
    (tmp_path / "embeddings.ipynb").write_bytes(content)
    (tmp_path / "other.ipynb").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.ipynb").mkdir()
    make_readable(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"embeddings.ipynb", "other.ipynb", "folder.ipynb"}


def test_a_file_that_is_called_as_otters_folder_of_tests_gives_way(tmp_path):
    (tmp_path / "tests").write_text("mine")
    make_readable(tmp_path)
    assert not (tmp_path / "tests").exists()


def test_gradescope_runs_it_before_otter(archive: Path):
    with zipfile.ZipFile(archive) as opened:
        script = opened.read("run_otter.py").decode()
    compile(script, "run_otter.py", "exec")
    before, run, _ = script.partition('    run_autograder("/autograder")')
    assert run and before.endswith('make_readable(pathlib.Path("/autograder/submission"))\n')


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "byte-order mark" else pytest.mark.soak)
        for name in ("byte-order mark", "utf-16", "without metadata", "format 3")
    ],
)
def test_otter_grades_it_as_the_grader_does(name, run, grader, tmp_path):
    path = tmp_path / "embeddings.ipynb"
    path.write_bytes(NOTEBOOKS[name])
    make_readable(tmp_path)
    assert_alike(run(path), read_notebook(NOTEBOOKS[name]).source, grader)
