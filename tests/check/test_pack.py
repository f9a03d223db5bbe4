"""`python check --pack`: what is handed in, written and read back, and what is unfinished."""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import replace
from textwrap import dedent

import pytest
from handed_out_folder import ANSWERS, make_folder, make_settings, run_check

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.notebook import LARGEST
from autograder.check.loading.settings import Question
from autograder.check.terminal.pack import NAME, lookalikes, pack
from autograder.upload.inspection import MAX_FILE_BYTES

SETTINGS = make_settings(
    Question("first", "First", 8, ("double", "triple", "Table")),
    Question("second", "Second", 8, ("later", "never")),
    Question("why", "Why so", 5, words=(3, 6)),
)

FINISHED = """\
from functools import partial

def double(x): return 2 * x

try:
    from math import cbrt as triple
except ImportError:
    triple = None

class Table:
    pass

later = never = partial(print, "x")
"""

UNFINISHED = """\
def double(x):
    '''Twice x.'''
    raise NotImplementedError("double is still to be written")

class Table(Base):
    '''Rows.'''

    def __init__(self, rows):
        super().__init__()
        raise NotImplementedError("Table is still to be written")

    def forward(self, x):
        return x

def later(x:
    return x
"""


def write(folder, code=FINISHED, answers=None):
    (folder / "embeddings.py").write_text(code, encoding="utf-8")
    text = ANSWERS.replace("Write your answer here.", "Because it is so.") if answers is None else answers
    (folder / "answers.md").write_text(text, encoding="utf-8")


def test_a_finished_folder_is_packed_whole_with_nothing_else_in_it(tmp_path):
    write(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    packed = pack(SETTINGS, tmp_path)
    assert packed.unfinished == ()
    assert packed.names == ("embeddings.py", "answers.md")
    with zipfile.ZipFile(tmp_path / NAME) as archive:
        assert archive.namelist() == ["embeddings.py", "answers.md"]
        assert archive.read("embeddings.py") == (tmp_path / "embeddings.py").read_bytes()
        assert archive.read("answers.md") == (tmp_path / "answers.md").read_bytes()


def test_packing_again_replaces_the_zip(tmp_path):
    write(tmp_path)
    pack(SETTINGS, tmp_path)
    write(tmp_path, code=FINISHED + "extra = 1\n")
    pack(SETTINGS, tmp_path)
    with zipfile.ZipFile(tmp_path / NAME) as archive:
        assert archive.read("embeddings.py").endswith(b"extra = 1\n")


def test_stubs_missing_functions_and_unreadable_code_are_listed(tmp_path):
    write(tmp_path, code=UNFINISHED)
    unreadable, *rest = pack(SETTINGS, tmp_path).unfinished
    assert unreadable.startswith("embeddings.py, line 15: Python cannot read this: ")
    assert rest == [
        "first: `triple` is not in embeddings.py.",
        "first: `double` and `Table` are still to be written.",
        "second: `later` and `never` are not in embeddings.py.",
    ]


def test_what_may_be_a_misspelt_name_is_pointed_at(tmp_path):
    write(tmp_path, code=FINISHED.replace("def double", "def duoble"))
    misspelt, missing = pack(SETTINGS, tmp_path).unfinished
    assert misspelt.endswith("`duoble` is not asked for. Should it be called `double`?")
    assert missing == "first: `double` is not in embeddings.py."


@pytest.mark.parametrize(
    "name",
    ["embeddings (1).py", "embeddings-Copy1.ipynb", "notebooks/embeddings (1).ipynb", "my_embeddings.py"],
)
@pytest.mark.parametrize("code", ["embeddings.py", "notebooks/embeddings.ipynb"])
def test_work_under_another_name_is_named_in_whichever_form_it_is(tmp_path, name, code):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "embeddings.ipynb").write_text("{}")
    (tmp_path / name).write_text("x = 1\n")
    assert lookalikes(tmp_path, code) == (name,)


def test_files_whose_names_come_close_are_named_and_left_out(tmp_path):
    write(tmp_path)
    names = ["Embeddings copy.py", "answers (2).md", "embeddings (1).py", "embeddings.py.txt"]
    for name in [*names, "plots.py", "embeddings.ipynb"]:
        (tmp_path / name).write_text("x = 1\n")
    packed = pack(SETTINGS, tmp_path)
    assert sorted(packed.misnamed) == names
    assert packed.names == ("embeddings.py", "answers.md")


@pytest.mark.parametrize("name", ["untitled.py", "notebooks/explore.ipynb", "week 3.txt", "Document1.docx"])
def test_what_may_hold_the_missing_work_is_named_under_any_name(tmp_path, name):
    write(tmp_path, code=UNFINISHED)
    (tmp_path / "notebooks").mkdir()
    cell = {"cell_type": "code", "source": "def never(x): return x\n", "outputs": [], "metadata": {}, "id": "a"}
    is_notebook = name.endswith(".ipynb")
    (tmp_path / name).write_text(json.dumps({"cells": [cell], "nbformat": 4}) if is_notebook else cell["source"])
    (tmp_path / "plots.py").write_text("from embeddings import never\ndef draw(): never(1)\n")
    assert pack(SETTINGS, tmp_path).misnamed == (name,)
    write(tmp_path)
    assert pack(SETTINGS, tmp_path).misnamed == ()


def test_without_the_code_nobody_is_told_to_hand_in(tmp_path):
    folder = make_folder(tmp_path, SETTINGS, {})
    write(folder)
    (folder / "embeddings.py").rename(folder / "embeddings (1).py")
    run = run_check(folder, "--pack")
    assert run.status == 1
    assert "Left out:\n  `embeddings (1).py`. If it is the one to hand in, rename it" in run.out
    assert "Do not hand it in yet: without embeddings.py there are no points" in run.out
    assert "You may hand it in" not in run.out


def test_a_missing_file_is_listed(tmp_path):
    write(tmp_path)
    (tmp_path / "answers.md").unlink()
    packed = pack(SETTINGS, tmp_path)
    assert (packed.names, packed.unfinished) == (("embeddings.py",), ("answers.md is not in the folder.",))


HEADING = "## why: Why so\n"
PROMPT = "> Say why, in your own words.\n"


@pytest.mark.parametrize(
    "answers, said",
    [
        (ANSWERS, "nothing is written yet"),
        (HEADING, "nothing is written yet"),
        (HEADING + "Say why, in your own words.\n", "nothing is written yet"),
        (HEADING + PROMPT + "Just so.", "2 words, too short (3 to 6 words)."),
        (HEADING + PROMPT + "One two three four five six - seven.", "7 words, too long (3 to 6 words)."),
        ("Because it is so.", "the heading `## why: Why so` is not in answers.md."),
        (HEADING + PROMPT + "Because it is so.", None),
        ("# Why so\r\nBecause it is so.", None),
    ],
)
def test_answers_are_counted_without_the_template(tmp_path, answers, said):
    write(tmp_path, answers=answers)
    unfinished = pack(SETTINGS, tmp_path).unfinished
    assert len(unfinished) == (0 if said is None else 1)
    assert said is None or said in unfinished[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_answers_in_other_encodings_are_read(tmp_path, encoding):
    write(tmp_path)
    (tmp_path / "answers.md").write_bytes((HEADING + "Café is a word.").encode(encoding))
    assert pack(SETTINGS, tmp_path).unfinished == ()


def test_the_command_says_what_it_wrote_and_what_is_unfinished(tmp_path):
    folder = make_folder(tmp_path, SETTINGS, {})
    run = run_check(folder, "--pack")
    assert run.status == 2
    assert run.out.startswith("There is nothing to pack in ")
    write(folder)
    run = run_check(folder, "--pack")
    assert run.status == 0
    assert run.out == dedent(f"""\
        Wrote {folder / NAME} with embeddings.py and answers.md, and read it back.
        Nothing is missing.
        """)
    write(folder, answers=ANSWERS)
    run = run_check(folder, "--pack")
    assert run.status == 1
    assert "Missing or unfinished:\n  why: nothing is written yet (3 to 6 words).\n" in run.out


def test_the_reference_is_finished_and_the_template_is_not(tmp_path):
    from autograder.check.loading.settings import FILE, read_settings

    settings = read_settings(ROOT / "student_template" / "check" / FILE)
    assignment = load_assignment()
    (tmp_path / "embeddings.py").write_bytes((ROOT / "solutions" / "embeddings.py").read_bytes())
    (tmp_path / "answers.md").write_bytes((ROOT / "solutions" / "answers.md").read_bytes())
    assert pack(settings, tmp_path).unfinished == ()
    for name in ("embeddings.py", "answers.md"):
        (tmp_path / name).write_bytes((ROOT / "student_template" / name).read_bytes())
    unfinished = pack(settings, tmp_path).unfinished
    assert [text.partition(":")[0] for text in unfinished] == [q.id for q in assignment.questions]
    assert all(name in " ".join(unfinished) for q in assignment.questions for name in q.functions)


def test_an_import_that_grading_lacks_is_named_with_its_line(tmp_path):
    folder = make_folder(tmp_path / "folder", SETTINGS, {})
    write(folder, FINISHED + "import tqdm\ntry:\n    import seaborn\nexcept ImportError:\n    pass\n")
    line = FINISHED.count("\n") + 1
    said = "torch, numpy, gensim, matplotlib and Python's own modules are"
    assert pack(SETTINGS, folder).unfinished == (
        f"embeddings.py, line {line}: `tqdm` is not available when your file is graded: {said}.",
    )


def test_a_file_over_the_limits_is_named_by_pack_and_by_check(tmp_path):
    folder = make_folder(tmp_path / "folder", SETTINGS, {"first": "", "second": ""})
    write(folder, FINISHED + f"DATA = {'x' * MAX_FILE_BYTES!r}\n")
    size = (folder / "embeddings.py").stat().st_size
    said = f"embeddings.py has {size:,} bytes, more than the {MAX_FILE_BYTES:,} that can be graded."
    assert any(text.startswith(said) for text in pack(SETTINGS, folder).unfinished)
    ran = run_check(folder)
    assert ran.status == 2 and said in " ".join(ran.out.split())


def test_a_notebook_over_the_limits_is_named(tmp_path):
    folder = make_folder(tmp_path / "folder", SETTINGS, {})
    write(folder)
    (folder / "embeddings.ipynb").write_bytes(b"{}" + b" " * LARGEST)
    settings = replace(SETTINGS, code="embeddings.ipynb")
    said = f"embeddings.ipynb has {LARGEST + 2:,} bytes, more than the {LARGEST:,} that can be graded."
    assert any(text.startswith(said) for text in pack(settings, folder).unfinished)


STANDARD_NAMES = sorted(name for name in sys.stdlib_module_names if not name.startswith("_") and name != "check")


@pytest.mark.parametrize("arguments", [(), ("--pack",), ("first", "--all")], ids=str)
def test_no_neighbour_with_the_name_of_a_module_of_python_stands_in_the_way(tmp_path, arguments):
    folder = make_folder(tmp_path / "folder", SETTINGS, {"first": "", "second": ""})
    write(folder)
    for name in STANDARD_NAMES:
        (folder / f"{name}.py").write_text(f"raise SystemExit('{name} of the neighbours')")
    ran = run_check(folder, *arguments)
    assert "neighbours" not in ran.out + ran.error and ran.error == ""
    assert ran.status in (0, 1)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_notebook_is_packed_as_every_tool_reads_it(tmp_path, encoding):
    folder = make_folder(tmp_path / "folder", SETTINGS, {})
    text = '{"cells": [{"cell_type": "code", "source": "é = 1"}]}'
    (folder / "embeddings.ipynb").write_text(text, encoding=encoding)
    packed = pack(replace(SETTINGS, code="embeddings.ipynb"), folder)
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.read("embeddings.ipynb") == text.encode()
