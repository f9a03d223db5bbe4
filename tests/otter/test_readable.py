"""Otter gets to see nothing that it stumbles over: on Gradescope at once, elsewhere once it is repacked."""

from __future__ import annotations

import codecs
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.notebook import read_notebook
from autograder.cli import main
from autograder.course.intake.uploads import collect
from autograder.otter_plugin.plugin import (
    HOUSE,
    PLACE_HOLDER,
    TAKEN,
    WalledGrading,
    read_handed_on,
    take_away,
)
from autograder.submission import Submission
from tests.otter.running import gradescope_run
from tests.otter.test_run import TEMPLATE, assert_alike

ASSIGNMENT = load_assignment()
REFERENCE = ASSIGNMENT.reference.read_text("utf-8")
ANSWERS = (TEMPLATE / "answers.md").read_text("utf-8").replace("\n\n", "\n\nBecause it depends.\n\n").encode()
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
    "metadata for Otter of another kind": json.dumps({**NOTEBOOK, "metadata": {"otter": 3}}).encode(),
    "format 3": json.dumps(OF_FORMAT_3).encode(),
    "format 3, byte-order mark": codecs.BOM_UTF8 + json.dumps(OF_FORMAT_3).encode(),
    "an unheard-of format": json.dumps({**NOTEBOOK, "nbformat": 17}).encode(),
    "cells alone": json.dumps({"cells": CELLS}).encode(),
    "a program under a notebook's name": REFERENCE.encode(),
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


CODE = REFERENCE.replace("raise NotImplementedError", "raise TypeError").encode()
"""Finished: what the reference's prompts hold would be looked for elsewhere."""
BLANK_NOTEBOOK = (TEMPLATE / "notebooks" / "embeddings.ipynb").read_bytes()
UPLOADS: dict[str, dict[str, bytes]] = {
    **{f"a notebook: {name}": {"embeddings.ipynb": content} for name, content in NOTEBOOKS.items()},
    "the code alone": {"embeddings.py": CODE},
    "a file called tests": {"embeddings.py": CODE, "answers.md": ANSWERS, "tests": b"mine"},
    "a folder called tests": {"embeddings.py": CODE, "tests/notes.txt": b"mine", "tests/a/b.py": b"x = 1"},
    "all in a folder called tests": {"tests/embeddings.py": CODE, "tests/answers.md": ANSWERS},
    "a folder called __init__.py": {"embeddings.py": CODE, "__init__.py/a.txt": b"mine"},
    "a folder called like a notebook": {"embeddings.py": CODE, "x.ipynb/a.txt": b"mine"},
    "a folder called like what we write": {f"{TAKEN}/embeddings.py": CODE, f"{PLACE_HOLDER}/a.txt": b"x"},
    "all in a folder": {"my homework/embeddings.py": CODE, "my homework/answers.md": ANSWERS},
    "a zip in it": {"answers.md": ANSWERS, "code.zip": zipped({"embeddings.py": CODE})},
    "two programs": {"embeddings.py": CODE, "helpers.py": b"x = 1"},
    "two notebooks": {"embeddings.ipynb": NOTEBOOKS["utf-16"], "scratch.ipynb": b'{"cells": []}'},
    "the blank notebook beside the program": {"embeddings.ipynb": BLANK_NOTEBOOK, "embeddings.py": CODE},
    "a program in UTF-16": {"embeddings.py": REFERENCE.encode("utf-16")},
    "a notebook called .py": {"embeddings.py": NOTEBOOKS["byte-order mark"]},
    "a notebook called .ipynb.txt": {"embeddings.ipynb.txt": NOTEBOOKS["utf-16"], "answers.md": ANSWERS},
    "names with blanks and accents": {"Übung 3 (é).py": CODE, "Antworten, Ü.md": ANSWERS},
    "capital letters": {"EMBEDDINGS.PY": CODE},
    "an empty notebook beside it": {"embeddings.py": CODE, "untitled.ipynb": b""},
    "what Otter unpickles beside it": {"embeddings.py": CODE, ".OTTER_LOG": b"\x80\x04."},
    "a support folder of our own name": {"embeddings.py": CODE, f"{HOUSE}/autograder/a.py": b"1/0"},
}


def written(files: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def as_graded(files: Mapping[str, bytes], folder: Path) -> Submission:
    """What `autograder grade` takes of an upload."""
    written(files, folder / "batch" / "submission")
    (found,) = collect(folder / "batch", ASSIGNMENT)
    assert found.code is not None and found.set_aside is None
    return found


@pytest.fixture
def gradescope(tmp_path: Path, monkeypatch) -> Path:
    """Gradescope's folder, with our house in it; this process stands in the submission."""
    (tmp_path / "source" / "files").mkdir(parents=True)
    (tmp_path / "source" / "files" / HOUSE).symlink_to(ROOT)
    (tmp_path / "submission").mkdir()
    monkeypatch.chdir(tmp_path / "submission")
    return tmp_path


@pytest.mark.parametrize("name", UPLOADS)
def test_on_gradescope_otter_sees_an_empty_file_and_the_plugin_what_grading_takes(name, gradescope, tmp_path):
    expected = as_graded(UPLOADS[name], tmp_path)
    folder = written(UPLOADS[name], gradescope / "submission")
    take_away(gradescope)
    assert [path.name for path in folder.iterdir()] == [PLACE_HOLDER]
    assert (folder / PLACE_HOLDER).read_bytes() == b""
    plugin = WalledGrading(str(folder / PLACE_HOLDER), {}, {})
    plugin.before_grading(None)
    found = read_handed_on(plugin._desk)
    assert (found.code, found.answers, found.notes) == (expected.code, expected.answers, expected.notes)
    assert not (gradescope / TAKEN).exists()


@pytest.mark.parametrize("name", UPLOADS)
def test_repacked_there_is_one_program_for_otter_and_the_plugin_finds_what_grading_takes(name, gradescope, tmp_path):
    expected = as_graded(UPLOADS[name], tmp_path)
    ran = CliRunner().invoke(main, ["repack", str(tmp_path / "batch"), "--output", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    folder = gradescope / "submission"
    with zipfile.ZipFile(tmp_path / "out" / "submission.zip") as archive:
        archive.extractall(folder)
    assert {path.name for path in folder.iterdir()} <= {"embeddings.py", "answers.md"}
    plugin = WalledGrading(str(folder / "embeddings.py"), {}, {})
    plugin.before_grading(None)
    found = read_handed_on(plugin._desk)
    assert (found.code, found.answers) == (expected.code, expected.answers)
    assert all(note in ran.output for note in expected.notes)


UNCLEAR = {"one/embeddings.py": CODE, "two/embeddings.py": CODE.replace(b"ids", b"numbers")}


def test_on_gradescope_an_open_question_ends_in_its_sentence_and_no_traceback(gradescope):
    written(UNCLEAR, gradescope / "submission")
    with pytest.raises(SystemExit, match=r"two/embeddings\.py.*\nNothing was graded\."):
        take_away(gradescope)


def test_what_otter_would_take_answers_an_open_question(gradescope):
    written({**UNCLEAR, "embeddings.py": CODE + b"\n# mine\n"}, gradescope / "submission")
    take_away(gradescope)
    assert read_handed_on(gradescope / TAKEN).code == CODE + b"\n# mine\n"


def test_repacking_names_whom_it_leaves_out_and_why_and_takes_an_answer(tmp_path):
    batch = tmp_path / "in"
    written(UNCLEAR, batch / "ada")
    written({"answers.md": ANSWERS}, batch / "ben")
    command = ["repack", str(batch), "--output", str(tmp_path / "out")]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 1
    assert "ada is not packed: Which" in ran.output and "--choose ada=two/embeddings.py" in ran.output
    assert "ben is not packed: No embeddings.py was found" in ran.output
    assert not (tmp_path / "out").exists()
    ran = CliRunner().invoke(main, [*command, "--choose", "ada=two/embeddings.py"])
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ada.zip"]
    CliRunner().invoke(main, command)
    assert list((tmp_path / "out").iterdir()) == []  # which one is meant is open again


def test_gradescope_runs_it_before_otter(archive: Path):
    with zipfile.ZipFile(archive) as opened:
        script = opened.read("run_otter.py").decode()
    compile(script, "run_otter.py", "exec")
    before, run, _ = script.partition('    run_autograder("/autograder", zips=False)')
    assert run and before.endswith('take_away(pathlib.Path("/autograder"))\n')


@pytest.mark.thorough
def test_gradescopes_own_script_grades_what_otter_alone_would_not_read(archive, course_grader, tmp_path):
    files = {**UPLOADS["two notebooks"], "tests": b"mine"}
    ran = gradescope_run(files, archive, tmp_path)
    assert "Traceback" not in ran.said
    assert_alike(ran, read_notebook(NOTEBOOKS["utf-16"]).source, course_grader)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if "byte-order" in name else pytest.mark.soak) for name in list(UPLOADS)[:2]],
)
def test_otter_grades_what_was_repacked_as_the_grader_does(name, run, course_grader, tmp_path):
    expected = as_graded(UPLOADS[name], tmp_path)
    CliRunner().invoke(main, ["repack", str(tmp_path / "batch"), "--output", str(tmp_path)])
    assert_alike(run(tmp_path / "submission.zip"), expected.code, course_grader)
