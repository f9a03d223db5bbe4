"""Every reader of students' texts takes time that grows with the text, whatever its lines are.

Each text is read at one length and at four times that length, in one process: what grows with the square
takes sixteen times as long.
"""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from autograder.assignment import load_assignment
from autograder.check.loading import defaults, libraries, notebook
from autograder.check.loading.answers import combine, complete, find_answers, look_into
from autograder.check.loading.definitions import bound_names, misspelt, stubs
from autograder.check.loading.problems import LONGEST
from autograder.check.loading.reading import parse
from autograder.check.running import code_diff
from autograder.feedback.source_tokens import read_source
from autograder.feedback.templating import with_code
from autograder.io.text import csv_safe, escape_control, single_line, truncate
from autograder.upload.answers_file import select_answers
from autograder.upload.archive import list_archive
from autograder.upload.code_file import select_code
from autograder.upload.contents import kind_of, not_a_program
from autograder.upload.inspection import defined, defines_any, holds_code, is_unfinished, look
from autograder.upload.listing import Entry, printable
from autograder.upload.template_files import bare, code, read_handed_out
from tests.linear_time.work import TooSlow, seconds
from tests.representatives import representatives

ASSIGNMENT = load_assignment()
HANDED_OUT = read_handed_out(ASSIGNMENT)
TEMPLATE = (ASSIGNMENT.root / "student_template" / "answers.md").read_text("utf-8")
ASKED = ASSIGNMENT.answer_questions
NAMES = tuple(name for question in ASSIGNMENT.code_questions for name in question.functions)

SHORT, TIMES = 8_000, 4
MOST_GROWTH = 10.0
NO_TIME = 0.25
"""Processor seconds that are not worth comparing: too few to tell growth from chance."""

MOST_SECONDS = 60.0
MEGABYTE, SECONDS_FOR_IT = 1_000_000, 60.0


def entry(name: str, text: str) -> Entry:
    content = text.encode("utf-8", "replace")
    return Entry((name,), lambda _: content)


def read_program(text: str) -> None:
    """All that reads a program without running it."""
    statements, problems = parse(text.encode("utf-8", "replace"), "embeddings.py")
    misspelt(statements, problems, NAMES)
    for _ in itertools.chain(libraries.lacking(statements), defaults.for_one_call_alone(statements)):
        pass
    stubs(statements)


def read_notebook(text: str) -> None:
    """A notebook with this in one cell, and in as many cells as there are lines."""
    many = [line + "\n" for line in text[: len(text) // 4].split("\n")][: notebook.MOST_CELLS]
    for cells in ([text], many):
        document = {"cells": [{"cell_type": "code", "source": one} for one in cells]}
        content = notebook.read_notebook(json.dumps(document).encode()).source
        lines = content.decode().split("\n")
        for _ in itertools.chain(notebook.not_run(lines), notebook.files_written(lines)):
            pass
        parse(content, "embeddings.ipynb")


def read_answers(text: str) -> None:
    under_heading = f"## {ASKED[0].id}\n{text}".encode("utf-8", "replace")
    find_answers(under_heading, TEMPLATE, ASKED)
    find_answers(text.encode("utf-8", "replace"), TEMPLATE, ASKED)


def complete_answers(text: str) -> None:
    complete(text.encode("utf-8", "replace"), text, "a.docx", TEMPLATE, ASKED)
    combine(text.encode("utf-8", "replace"), text, TEMPLATE, ASKED)
    look_into(text.encode("utf-8", "replace"), "a.docx", TEMPLATE, ASKED)


def look_at(text: str) -> None:
    """All that intake makes of files of any name."""
    content = text.encode("utf-8", "replace")
    kind_of("embeddings.py", content), not_a_program(content), defined(content, ASSIGNMENT)
    defines_any(content, ASSIGNMENT), holds_code(content, ASSIGNMENT), is_unfinished(content, ASSIGNMENT)
    bare(content), code(content)
    files = [look(entry(name, text))[0] for name in ("embeddings.py", "answers.md", "x.ipynb", "a.html")]
    select_code(files, ASSIGNMENT, HANDED_OUT)
    select_answers(files, ASSIGNMENT, HANDED_OUT)


def show(text: str) -> None:
    """What pages and tables make of a text."""
    escape_control(text), single_line(text), truncate(text, 500), csv_safe(text), printable(text), with_code(text)
    read_source(text.encode("utf-8", "replace"), frozenset())


def list_names(text: str) -> None:
    """An archive whose files have this name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in dict.fromkeys(text[at : at + 3_000] + str(at) for at in range(0, len(text), 3_000)):
            archive.writestr(zipfile.ZipInfo(name), b"")
    list_archive(packed, "a.zip")


READERS: dict[str, Callable[[str], object]] = {
    one.__name__: one
    for one in (read_program, read_notebook, read_answers, complete_answers, look_at, show, list_names)
}

LINES = (
    "(\n", ")\n", "(1 1\n", "'\n", '"""\n', "\\\n", "x = (\n", "def f(:\n", "def f(): pass\n", "if x:\n",
    "@f\n", "!ls\n", "%time x\n", "%%writefile a.py\n", "x?\n", "import no_such\n", "x = 1\n",
    "def my_encode(): pass\n", "def encode(): raise NotImplementedError\n", "raise f(\n", "# %% [raw cell 1]",
    "def f(): torch.seterr(1); torch.seterr(2)\n", "## other\n", "# other\n", "> a\n", "a\n\n", "**\n",
    "<!-- look into a -->\n", "<!-- read from\n", "a b c d e f g\n\n", "://\n", "1. a\n", "`a`", "<p>\n",
    "<!--\n", "<<<<<<< a\n", ">>> a\n", "\r", "\0", "\t", " ", "\n", "*", "_", "#", "a", "é", "\u200e", ";=",
    "../", "a/", "\\", "0x1+", "-", "lambda:", "f'{", "[1,", "a.", "a,", "a = ", "not ", "async ", "*a,",
)  # fmt: skip


def run_of(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


def grows_too_fast(read: Callable[[str], object], unit: str) -> str:
    """How much longer four times the text takes, if that is too much; else nothing."""
    for _ in range(3):  # what is chance does not come three times
        try:
            long = seconds(partial(read, run_of(unit, TIMES * SHORT)), MOST_SECONDS)
        except TooSlow:
            return f"{unit!r} took more than {MOST_SECONDS} s"
        if long <= NO_TIME:
            return ""
        short = seconds(partial(read, run_of(unit, SHORT)), MOST_SECONDS)
        if long <= MOST_GROWTH * short:
            return ""
    return f"{unit!r} took {short:.2f} s, and {long:.2f} s where it was {TIMES} times as long"


@pytest.mark.parametrize("reader", representatives(READERS))
def test_no_line_makes_a_reader_slow(reader):
    found = [grows_too_fast(READERS[reader], unit) for unit in LINES]
    assert list(filter(None, found)) == []


@pytest.mark.soak
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("unit", LINES)
def test_a_megabyte_of_any_line_is_read(reader, unit):
    seconds(partial(READERS[reader], run_of(unit, MEGABYTE)), SECONDS_FOR_IT)


def test_a_reader_that_looks_back_at_all_it_has_read_is_found():
    def backward(text: str) -> None:
        read = ""
        for row in text.split("\n"):
            read += row + "\n"
            read.split("\n")

    assert grows_too_fast(backward, "ab\n")


# Nested, and in numbers --------------------------------------------------------------------------


def nested() -> Iterator[tuple[str, str]]:
    yield "brackets", "x = " + "(" * 10_000 + "1" + ")" * 10_000
    yield "lists", "x = " + "[" * 100_000
    yield "signs", "x = " + "-" * 100_000 + "1"
    yield "sums", "x = " + "1+" * 100_000 + "1"
    yield "parts", "def f():\n    " + "a." * 50_000 + "a"
    yield "calls", "def f():\n    raise " + "f(" * 150 + ")" * 150
    yield "parts of what is raised", "def f():\n    raise " + "a." * 50_000 + "b"
    yield "decimal digits", "x = " + "1" * 10_000
    yield "hexadecimal digits", "def f():\n    0x" + "f" * 100_000 + ".bit_length()"
    yield "settings", "def f():\n    torch.seterr(0x" + "f" * 100_000 + ")"
    yield "settings with parts", "def f():\n    torch.seterr(" + "a." * 50_000 + "a)"
    yield "blocks", "".join(" " * depth + "if x:\n" for depth in range(99)) + " " * 99 + "pass"
    yield "powers", "x = 9" + "**9" * 20_000


@pytest.mark.parametrize("what, text", nested(), ids=[what for what, _ in nested()])
def test_what_is_nested_too_deeply_costs_itself_alone(what, text):
    program = f"def encode(): return 1\n{text}\ndef one_hot(): return 2\n".encode()
    statements, problems = parse(program, "embeddings.py")
    names = {name for statement in statements for name in bound_names(statement)}
    assert names >= {"encode", "one_hot"}
    assert all(len(problem.text) < 2 * LONGEST for problem in problems)
    list(defaults.for_one_call_alone(statements)), list(libraries.lacking(statements))
    stubs(statements), misspelt(statements, problems, NAMES)
    code_diff.change(program, b"x = 1\n" + program)


@pytest.mark.parametrize(
    "document",
    [
        "[" * 100_000,
        '{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"cells": [{"cell_type": "code", "source": "x", "outputs": ' + "[" * 900 + "]" * 900 + "}]}",
        '{"cells": [' + "1" * 10_000 + "]}",
        '{"cells": [{"cell_type": "code", "source": "\\ud800"}], "metadata": NaN}',
        '{"cells": [{"cell_type": "code", "source": [["x"], 1, null, "y"]}], "nbformat": 1e999}',
        json.dumps({"cells": [{"cell_type": "raw", "source": ""}] * (notebook.MOST_CELLS + 1)}),
        json.dumps({"cells": [{"cell_type": "code", "source": "x = 1\n" * 200_000}]}),
        json.dumps({"cells": [], "nbformat": [{}] * 3_000_000}),
    ],
    ids=["open", "deep", "deep outputs", "number", "half a character", "odd", "cells", "text", "values"],
)
def test_a_strange_notebook_is_read_or_is_told_what_it_has_too_much_of(document):
    file, _ = look(entry("embeddings.ipynb", document))
    assert file.problem or file.content
    if file.problem:
        assert "damaged" in file.problem or (" than " in file.problem or "at most" in file.problem)
