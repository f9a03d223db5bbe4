"""Whatever is in an upload is accounted for: it counts, it is nobody's work, or the result names it.

The table is of kinds: one row for each kind of thing that students hand in, with several of its like.
"""

from __future__ import annotations

import codecs
import io
import json
import random
import tarfile
from itertools import combinations

import pytest

from autograder.assignment import load_assignment
from autograder.course.intake.uploads import collect, take_in
from autograder.grading.short_answers import read_answers
from autograder.submission import Submission
from autograder.upload import answers_file
from autograder.upload.template_files import read_handed_out

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, PROMPTS, STUB, WORK, notebook, write, zipped
from .made_documents import open_document, pdf, web_page, word

NAMES = [name for question in load_assignment().code_questions for name in question.functions]
COMPLETE = "".join(f"def {name}(*given):\n    return given\n\n\n" for name in NAMES)
SEPARATE = notebook(code=[f"def {name}(*given):\n    return given\n" for name in NAMES])
LONG = "Learned positions are cheap and gain little while learned words are costly and pay. " * 12
ALL_ANSWERS = "".join(f"## {q.id}: {q.title}\n\n{LONG}\n\n" for q in load_assignment().answer_questions)


def put(submissions, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = submissions / "ada" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


# A notebook by its content ----------------------------------------------------------------------


INSIDE = "defines what is asked for only where nobody can call it: inside something else, or behind other text"


@pytest.mark.parametrize("answers", [None, ALL_ANSWERS])
@pytest.mark.parametrize(
    "name, content",
    [
        ("embeddings.py", SEPARATE),
        ("embeddings.ipynb.txt", SEPARATE),
        ("embeddings.txt", SEPARATE),
        ("embeddings.json", SEPARATE),
        ("embeddings", SEPARATE),
        ("hw3 (1).ipynb.json", SEPARATE),
        ("notebook.py.txt", codecs.BOM_UTF8 + SEPARATE.encode()),
        ("embeddings.ipynb", SEPARATE.encode("utf-16")),
        ("embeddings.md", SEPARATE),
        (".embeddings.ipynb", SEPARATE),
    ],
)
def test_a_notebook_is_read_under_any_name(submissions, one, name, content, answers):
    put(submissions, {name: content} | ({"answers.md": answers} if answers else {}))
    found = one()
    assert found.set_aside is None and found.code.decode().count("\ndef ") == len(NAMES)
    assert f"{name} was graded: its code cells, from top to bottom." in found.notes
    assert found.answers is None if answers is None else found.answers == answers.encode()


@pytest.mark.parametrize(
    "name", ["embeddings.txt", "embeddings", "embeddings.ipynb", "solution.pyw", "embeddings.py3", "hw.text"]
)
def test_a_program_is_read_under_any_name(submissions, one, name):
    put(submissions, {name: COMPLETE})
    found = one()
    assert found.code == COMPLETE.encode() and found.set_aside is None
    assert found.notes[0] == f"The file was called {name}; it was graded as embeddings.py."


@pytest.mark.parametrize("name", ["embeddings.ipynb.txt", "embeddings.txt", "mine.json"])
def test_a_file_known_by_its_content_can_be_chosen(submissions, assignment, name):
    put(submissions, {"embeddings.py": COMPLETE, name: SEPARATE.replace("given", "these")})
    (found,) = take_in(submissions, assignment, choices=[f"ada={name}"]).submissions
    assert b"these" in found.code
    (found,) = take_in(submissions, assignment, choices=["ada=embeddings.py"]).submissions
    assert found.code == COMPLETE.encode()


# No Python that defines anything asked for ------------------------------------------------------


@pytest.mark.parametrize(
    "content, what",
    [
        ("", "is empty"),
        (" \n\t\n", "is empty"),
        (b"\0" * 4096, "contains only null bytes"),
        (codecs.BOM_UTF8, "is empty"),
        ("<!DOCTYPE html>\n<html><body>def encode</body></html>", "is a web page, such as a browser saves"),
        ("\n<html lang=en><head>", "is a web page, such as a browser saves"),
        ("<?xml version='1.0'?>\n<!-- saved from -->\n<html>", "is a web page, such as a browser saves"),
        (
            "diff --git a/x.py b/x.py\n+def encode(a, b):\n",
            "is a list of changes (a diff), not the file itself",
        ),
        (
            "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n+def encode():\n",
            "is a list of changes (a diff), not the file itself",
        ),
        (">>> encode(['a'], {})\n[0]\n", "is the transcript of a Python session, not a Python file"),
        ("In [1]: encode(['a'], {})\nOut[1]: 0\n", "is the transcript of a Python session, not a Python file"),
        ("print('hello')\n", "defines nothing that is asked for"),
        ("Dear Professor,\nplease find my homework below.\n", "defines nothing that is asked for"),
        ("404: Not Found", "defines nothing that is asked for"),
        ("class A:\n    def encode(self, tokens): pass\n", INSIDE),
        ("if __name__ == '__main__':\n    def encode(a, b): pass\n", INSIDE),
        ("def main():\n    def encode(a, b): return 1\n", INSIDE),
        ("x = 1\n    def encode(a, b):\n        return 1\n", INSIDE),
        (
            "import marimo\napp = marimo.App()\n\n@app.cell\ndef _():\n    def encode(a, b): return 1\n    return\n",
            INSIDE,
        ),
        ("from torch import nn\n\ndef main():\n    def encode(a, b): return 1\n", INSIDE),
        ("1  def encode(a, b):\n2      return 1\n", INSIDE),
        ("> def encode(a, b):\n>     return 1\n", INSIDE),
    ],
)
@pytest.mark.parametrize("answers", [{}, {"answers.md": ANSWERS}], ids=["alone", "with answers"])
def test_python_that_defines_nothing_asked_for_is_set_aside(submissions, assignment, content, what, answers):
    put(submissions, {"embeddings.py": content, **answers})
    (found,) = collect(submissions, assignment)
    assert found.set_aside == (
        f"embeddings.py {what}. Is this the right file? If not, put it into the unpacked download, "
        "named like the others' files. To choose, type one of: --choose ada=embeddings.py, "
        "--choose ada=nothing"
    )
    for choice, code in (("embeddings.py", True), ("nothing", False)):
        (found,) = take_in(submissions, assignment, choices=[f"ada={choice}"]).submissions
        assert found.set_aside is None and (found.code is not None) == code


@pytest.mark.parametrize(
    "content",
    [
        "if True:\n    def encode(tokens, vocabulary): return 1\n",
        "encode = lambda tokens, vocabulary: 1\n",
        "from mine import encode\n",
        "exec('def encode(tokens, vocabulary): return 1')\n",
        "def encode(\n",
        b"\0def encode(tokens, vocabulary):\n    return 1\n",
    ],
)
def test_a_program_that_at_least_tries_is_graded(submissions, one, content):
    put(submissions, {"embeddings.py": content})
    assert one().set_aside is None


def test_a_program_that_is_one_long_text_is_asked_about_and_one_with_texts_in_it_is_not(submissions, one):
    put(submissions, {"embeddings.py": f"'''\n{COMPLETE}'''\n", "answers.md": ALL_ANSWERS})
    assert one().set_aside.startswith(f"embeddings.py {INSIDE}")
    for text in (f'"""A title.\n\nAnd more.\n"""\n{COMPLETE}', f'"""A title that never ends.\n{COMPLETE}'):
        put(submissions, {"embeddings.py": text})
        assert one().code == text.encode()


@pytest.mark.parametrize("above", ["if False:", "if 0:", "if __name__ == '__main__':"])
def test_a_program_below_what_never_holds_is_asked_about(submissions, one, above):
    put(
        submissions,
        {"embeddings.py": above + "\n" + COMPLETE.replace("def ", "    def ").replace("    return", "        return")},
    )
    assert one().set_aside.startswith(f"embeddings.py {INSIDE}")


def test_letters_that_nobody_sees_hide_no_definition(submissions, one):
    text = COMPLETE.replace("def ", "\u200bdef ")
    put(submissions, {"embeddings.py": text})
    assert one().code == text.encode()


def test_a_program_that_defines_nothing_is_named_where_it_was_chosen_as_it_is(submissions, assignment):
    put(submissions, {"embeddings.py": COMPLETE.replace("def ", "# def "), "answers.md": ALL_ANSWERS})
    (found,) = take_in(submissions, assignment, choices=["ada=embeddings.py"]).submissions
    assert found.code and found.notes == (f"embeddings.py {INSIDE}.",)


# Code beside code -------------------------------------------------------------------------------

FIRST, REST = NAMES[: len(NAMES) // 2], NAMES[len(NAMES) // 2 :]


def program(names: list[str]) -> str:
    return "".join(f"def {name}(*given):\n    return given\n\n\n" for name in names)


@pytest.mark.parametrize("first", ["embeddings.py", "lookup.py", "first.txt"])
@pytest.mark.parametrize("name", ["rest.py", "rest.txt", "rest"])
def test_a_program_in_two_files_is_asked_about_and_the_question_says_what_counts_all(submissions, one, first, name):
    put(submissions, {first: program(FIRST), name: program(REST), "answers.md": ALL_ANSWERS})
    asked = one().set_aside
    assert asked.startswith("Which file is meant as embeddings.py? These differ: ")
    assert f"--choose ada={first}" in asked and f"--choose ada={name}" in asked
    assert (
        f". Together they define {len(NAMES)} of what is asked for, none of them more than {len(REST)}: to grade all "
        "of it, put a file with everything in it there, and choose that one. To choose, type one of: " in asked
    )


def test_code_that_stands_in_the_answers_alone_is_asked_about_and_a_quotation_is_not(submissions, one):
    put(submissions, {"embeddings.py": program(FIRST), "answers.md": f"{ALL_ANSWERS}\n```\n{program(REST)}```\n"})
    assert "These differ: embeddings.py, answers.md." in one().set_aside
    put(submissions, {"embeddings.py": COMPLETE})
    assert one().code == COMPLETE.encode()


@pytest.mark.parametrize("name", ["embeddings.py.bak", ".history/embeddings_2026.py", "embeddings.py~"])
def test_an_older_state_in_which_more_is_written_is_asked_about(submissions, one, name):
    put(submissions, {"embeddings.py": program(FIRST), name: COMPLETE, "answers.md": ALL_ANSWERS})
    assert one().set_aside.startswith(f"embeddings.py is unfinished, and there is: {name}, where more is written.")
    stubs = COMPLETE.replace("return given", "raise NotImplementedError")
    put(submissions, {name: stubs})
    assert one().code == program(FIRST).encode()


OTHER_EDITION = "import torch\n\n\n" + "".join(
    f'def {name}(\n    first: int,\n) -> int:  # {name}\n    """In other words."""\n'
    '    raise NotImplementedError("later")\n\n\n'
    for name in [*NAMES, "dropped_since"]
)


def test_stubs_of_another_edition_are_nobodys_work(submissions, one):
    put(submissions, {"embeddings.py": OTHER_EDITION, "my code.docx": word(["code"]), "answers.md": ALL_ANSWERS})
    assert "But there is: my code.docx." in one().set_aside
    put(submissions, {"solution.py": COMPLETE})
    assert one().code == COMPLETE.encode()


def test_code_above_a_line_that_a_stub_left_is_work(submissions, one):
    mine = OTHER_EDITION.replace("    raise", "    return first\n    raise")
    put(submissions, {"embeddings.py": mine, "my code.docx": word(["code"]), "answers.md": ALL_ANSWERS})
    assert one().code == mine.encode()


# Nothing but litter -----------------------------------------------------------------------------


def test_what_was_left_out_is_named_where_there_is_nothing_else(submissions, one):
    put(submissions, {"hw/.git/HEAD": "ref: refs/heads/main", "__pycache__/embeddings.cpython-311.pyc": b"\0"})
    assert one().set_aside.startswith("Nothing was handed in but __pycache__, hw/.git. Where is")


def test_a_readme_that_is_a_link_is_named(submissions, one):
    put(submissions, {"README.md": "# HW3\n\nsee https://github.com/ada/hw3\n"})
    assert "README.md is a placeholder or link of a cloud service" in one().set_aside


def test_what_word_leaves_beside_an_open_document_is_for_a_person_to_ask_about(submissions, one, assignment):
    put(submissions, {"embeddings.py": COMPLETE, "~$swers.docx": b"\x03Ada" + b"\0" * 158})
    found = one()
    assert found.set_aside is None and b"look into ~$swers.docx" in found.answers


# Archives by their content ----------------------------------------------------------------------


def tarred(mode: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=mode) as made:
        info = tarfile.TarInfo("hw/embeddings.py")
        info.size = len(COMPLETE)
        made.addfile(info, io.BytesIO(COMPLETE.encode()))
    return held.getvalue()


@pytest.mark.parametrize(
    "name, content",
    [
        ("submission.zip", tarred("w:gz")),
        ("submission.zip", tarred("w")),
        ("submission.tar", tarred("w:gz")),
        ("submission.tgz", zipped({"hw/embeddings.py": COMPLETE})),
        ("submission", zipped({"hw/embeddings.py": COMPLETE})),
        ("submission", tarred("w:gz")),
    ],
)
def test_an_archive_is_opened_by_what_it_is(submissions, one, name, content):
    put(submissions, {name: content})
    found = one()
    assert found.code == COMPLETE.encode() and found.set_aside is None


# Answers in the code file -----------------------------------------------------------------------

IDS = [question.id for question in load_assignment().answer_questions]
COMMENTED = "".join(f"# MAGIC {line}".rstrip() + "\n" for line in ALL_ANSWERS.split("\n"))


@pytest.mark.parametrize(
    "below",
    [
        COMMENTED,
        "".join(f'{name} = """{LONG}"""\n' for name in IDS),
        "".join(f'answer_{name} = """{LONG}"""\n\n' for name in "abc"),
        "ANSWERS = {\n" + "".join(f"    '{name}': '{LONG}',\n" for name in IDS) + "}\n",
        "".join(f"{name} = (\n    '{LONG}'\n)\n" for name in IDS),
        "".join(f"print('''{LONG}''')\n\n" for _ in IDS),
        "".join(f"# {LONG}\n\n" for _ in IDS),
    ],
)
def test_answers_in_the_code_file_are_for_a_person_to_mark(submissions, one, assignment, below):
    put(submissions, {"embeddings.py": COMPLETE + "\n\n" + below})
    found = one()
    answers = read_answers(found.answers, "", assignment).questions
    assert [answer.points for answer in answers] == [None] * len(IDS)
    assert "Short answers were read from embeddings.py." in found.notes


def test_remarks_in_the_code_file_are_no_answers(submissions, one):
    put(submissions, {"embeddings.py": f'"""The homework of Ada Lovelace, week three."""\n# A remark.\n{COMPLETE}'})
    assert one().answers is None


# Loose files of one student ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "code, answers, student",
    [
        ("ada.py", "ada.md", "ada"),
        ("ada.ipynb", "ada.md", "ada"),
        ("ada.zip", "ada.md", "ada"),
        ("ada/embeddings.py", "ada.md", "ada"),
        ("Ada Lovelace - embeddings.py", "Ada Lovelace - answers.md", "Ada Lovelace"),
        ("ada_embeddings.py", "ada_answers.md", "ada"),
        ("ada-embeddings.ipynb", "ada-answers.md", "ada"),
        ("Ada Lovelace - embeddings.py", "Ada Lovelace.md", "Ada Lovelace"),
    ],
)
def test_the_loose_files_of_a_student_belong_together(submissions, assignment, code, answers, student):
    content = {".zip": zipped({"embeddings.py": COMPLETE}), "ynb": SEPARATE.encode()}.get(code[-4:])
    content = content or (SEPARATE.encode() if code.endswith(".ipynb") else COMPLETE.encode())
    for name, text in ((code, content), (answers, ALL_ANSWERS.encode()), ("bob.py", OTHER_WORK.encode())):
        path = submissions / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text)
    found = {submission.student: submission for submission in collect(submissions, assignment)}
    assert set(found) == {student, "bob"}
    assert found[student].answers == ALL_ANSWERS.encode() and found[student].code
    assert not [note for note in found[student].notes if "was called" in note or "not graded" in note]


def test_a_document_beside_a_students_code_is_theirs_and_one_of_nobody_is_left_over(submissions, assignment):
    write(submissions, {"ada.py": COMPLETE})
    (submissions / "ada.docx").write_bytes(word([LONG]))
    (submissions / "syllabus.pdf").write_bytes(pdf(["The course"]))
    taken = take_in(submissions, assignment)
    assert [found.student for found in taken.submissions] == ["ada"]
    assert taken.submissions[0].notes[-1] == "Short answers were read from ada.docx."
    assert taken.is_left_over and "syllabus.pdf" in taken.problems[-1]


def test_a_document_that_is_all_that_a_student_handed_in_is_asked_about_and_answers_are_marked(submissions, assignment):
    write(submissions, {"ada.py": COMPLETE, "will.md": ALL_ANSWERS, "README.md": "# Week 3", "rubric.md": "# a"})
    (submissions / "sam.pdf").write_bytes(pdf([LONG]))
    (submissions / "eva.pages").write_bytes(b"PK\x03\x04 of a Mac")
    taken = take_in(submissions, assignment)
    found = {submission.student: submission for submission in taken.submissions}
    assert set(found) == {"ada", "eva", "sam", "will"}
    assert found["will"].answers == ALL_ANSWERS.encode() and found["will"].set_aside is None
    assert b"read from sam.pdf" in found["sam"].answers and found["sam"].set_aside is None
    assert "eva.pages" in found["eva"].set_aside and "--choose eva=nothing" in found["eva"].set_aside
    assert "rubric.md" in taken.problems[-1] and taken.is_left_over


# Older states -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        ".ipynb_checkpoints/embeddings-checkpoint.ipynb",
        "embeddings.py~",
        "embeddings.py.bak",
        "embeddings.ipynb.orig",
        "#embeddings.py#",
        "embeddings.old",
    ],
)
def test_an_older_state_is_no_rival_and_alone_it_is_asked_about(submissions, one, name):
    content = SEPARATE if "ipynb" in name else OTHER_WORK
    put(submissions, {name: content})
    found = one()
    assert found.code is None and name in found.set_aside
    put(submissions, {"embeddings.py": COMPLETE, "answers.md": ALL_ANSWERS})
    found = one()
    assert found.code == COMPLETE.encode() and found.notes == ()


@pytest.mark.parametrize("name", ["rest.rar", "rest.7z", "embeddings_2.ipynb", ".part2.py.icloud", "locked.zip"])
def test_an_unfinished_file_beside_what_cannot_be_read_is_asked_about(submissions, one, name):
    put(submissions, {"embeddings.py": WORK, "answers.md": ALL_ANSWERS, name: b"no such thing"})
    found = one()
    assert found.code is None and name in found.set_aside and "--choose ada=embeddings.py" in found.set_aside
    put(submissions, {"embeddings.py": COMPLETE})
    found = one()
    assert found.code == COMPLETE.encode() and name in " ".join(found.notes)


# Everything together ----------------------------------------------------------------------------

POOL: dict[str, bytes] = {
    "embeddings.py": COMPLETE.encode(),
    "part.py": WORK.encode(),
    "empty.py": b"",
    "plot.py": b"import math\n",
    "embeddings (1).ipynb": SEPARATE.replace("given", "these").encode(),
    "mine.ipynb.txt": SEPARATE.replace("given", "those").encode(),
    "damaged.ipynb": b"{",
    "prog.txt": OTHER_WORK.encode(),
    "answers.md": ALL_ANSWERS.encode(),
    "notes.txt": b"I was ill last week, and so this is late. Sorry!",
    "mine.docx": word([LONG]),
    "mine.odt": open_document([LONG]),
    "mine.html": web_page([LONG]),
    "mine.pdf": pdf([LONG]),
    "scan.jpg": b"\xff\xd8\xff",
    "mine.pages": b"PK\x03\x04",
    "rest.rar": b"Rar!",
    "bad.zip": b"PK\x03\x04",
    "data.csv": b"a,b\n1,2\n",
    "model.pt": b"PK\x03\x04",
    ".hw.py.icloud": b"bplist00",
    "link.gdoc": b"{}",
    "strange": bytes(range(256)),
    "x.unknown": b"who knows",
    "sub/other.py": b"x = 1\n",
}
LITTER: dict[str, bytes] = {
    "README.md": b"Run it.",
    "requirements.txt": b"torch",
    "timestamp.txt": b"2026-03-04 10:11:12.123456 UTC\n",
    "check/__main__.py": b"edited",
    ".DS_Store": b"\0",
    "__pycache__/embeddings.cpython-311.pyc": b"\0",
    "__MACOSX/._embeddings.py": b"\0",
    "old.py~": b"def encode(): pass",
    "tests/lookup.py": HANDED_OUT["tests/lookup.py"].encode(),
    "x/answers.md": PROMPTS.encode(),
    "y/embeddings.py": STUB.encode(),
}
RANDOM = random.Random(14)
SETS = [tuple(pair) for pair in combinations(POOL, 2)] + [
    tuple(RANDOM.sample(sorted(POOL), RANDOM.randint(3, 12))) for _ in range(100)
]


def unaccounted(found: Submission, names: tuple[str, ...], assignment) -> list[str]:
    """The files of which the result says nothing, and that do not count."""
    said = f"{found.set_aside or ''} {' '.join(found.notes)}"
    counted = set()
    if found.code == POOL.get("embeddings.py"):
        counted.add("embeddings.py")
    if found.set_aside or found.answers == POOL["answers.md"]:  # else it counts later
        counted.add("answers.md")
    return [name for name in names if name not in said and name not in counted and POOL[name].strip()]


def test_every_file_counts_or_is_named_and_no_zero_is_silent(tmp_path, assignment, monkeypatch):
    monkeypatch.setattr(answers_file, "read_document", lambda content, kind: LONG)  # test_documents reads them
    batch = tmp_path / "batch"
    for number, names in enumerate(SETS):
        files = {name: POOL[name] for name in names} | (LITTER if number % 3 == 0 else {})
        for name, content in files.items():
            path = batch / f"s{number:03}" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    template = read_handed_out(assignment).words
    wrong = []
    for found, names in zip(collect(batch, assignment), SETS, strict=True):
        left = unaccounted(found, names, assignment)
        if left and not (found.set_aside and len(names) > 4):  # a question names the first few
            wrong.append((names, left, found.set_aside, found.notes))
        if found.set_aside:
            assert not found.code
            assert "--choose" in found.set_aside
            continue
        may_answer = {"answers.md", "notes.txt", "mine.docx", "mine.odt", "mine.html", "mine.pdf", "scan.jpg",
                      "mine.pages", "rest.rar", "link.gdoc", ".hw.py.icloud"} & set(names)  # fmt: skip
        answers = read_answers(found.answers, template, assignment).questions
        if may_answer and any(answer.points == 0 for answer in answers):
            wrong.append((names, "0 for a short answer", found.answers, found.notes))
        if found.code is None and set(names) - {"answers.md", "notes.txt", "empty.py"}:
            wrong.append((names, "no code and no question", found.notes))
    assert not wrong, "\n".join(map(str, wrong[:8]))


def test_a_json_file_of_another_kind_is_no_notebook(submissions, one):
    put(
        submissions,
        {"embeddings.py": COMPLETE, "answers.md": ALL_ANSWERS, "settings.json": json.dumps({"a": 1})},
    )
    assert one().notes == ("Also handed in, but not graded: settings.json.",)


# Work in odd places -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        ".history/embeddings_20240229.py",
        ".ipynb_checkpoints/embeddings-checkpoint.py",
        ".embeddings.py.swp",
        "embeddings.py.bak",
        "embeddings.py~",
    ],
)
@pytest.mark.parametrize("beside", ["", STUB], ids=["nothing", "the stub"])
def test_where_nothing_else_is_an_older_state_is_named_and_can_be_chosen(submissions, assignment, name, beside):
    put(
        submissions,
        {name: COMPLETE, "answers.md": ALL_ANSWERS} | ({"embeddings.py": beside} if beside else {}),
    )
    (found,) = collect(submissions, assignment)
    assert found.set_aside and name in found.set_aside
    assert f"ada={name}" in found.set_aside
    (found,) = take_in(submissions, assignment, choices=[f"ada={name}"]).submissions
    assert found.code == COMPLETE.encode() and found.set_aside is None


@pytest.mark.parametrize("folder", ["__MACOSX", ".venv", "venv", ".env"])
def test_work_in_a_folder_of_tools_counts(submissions, one, folder):
    put(submissions, {f"{folder}/embeddings.py": COMPLETE, f"{folder}/answers.md": ALL_ANSWERS})
    found = one()
    assert found.code == COMPLETE.encode() and found.answers == ALL_ANSWERS.encode()


@pytest.mark.parametrize("folder", ["__MACOSX", ".venv", ".env", ".history", ".ipynb_checkpoints", ".git"])
def test_a_folder_of_tools_beside_the_students_is_nobodys(submissions, one, folder):
    put(submissions, {"embeddings.py": COMPLETE})
    (submissions / folder).mkdir()
    (submissions / folder / "embeddings.py").write_text(COMPLETE)
    assert one().student == "ada"


def test_every_file_that_could_be_meant_can_be_typed(submissions, one):
    put(submissions, {"embeddings.py": "def encode(:\n", "mine.py": COMPLETE})
    assert one().set_aside.endswith("type one of: --choose ada=embeddings.py, --choose ada=mine.py")


def test_what_a_browser_numbered_belongs_to_the_same_student(submissions, assignment):
    (submissions / "kim (1).py").write_text(COMPLETE)
    (submissions / "kim.md").write_text(ALL_ANSWERS)
    (submissions / "lee (1).py").write_text(COMPLETE)
    found = {submission.student: submission for submission in collect(submissions, assignment)}
    assert set(found) == {"kim", "lee (1)"} and found["kim"].answers == ALL_ANSWERS.encode()


# Answers that stand elsewhere than under their headings -----------------------------------------


def answers_in(found: Submission) -> dict[str, str | None]:
    """The texts that the marker reads; None for a question that got 0."""
    read = read_answers(found.answers, read_handed_out(load_assignment()).words, load_assignment())
    return {answer.id: answer.answer or None if answer.points is None else None for answer in read.questions}


@pytest.mark.parametrize(
    "names",
    [
        ("Q1.txt", "Q2.txt", "Q3.txt"),
        ("question 1.md", "question 2.md", "question 3.md"),
        ("1.txt", "2.txt", "3.txt"),
        ("short_answer_01.txt", "short_answer_02.txt", "short_answer_03.txt"),
        ("tradeoffs.md", "bert_positions.md", "too_long.md"),
    ],
)
def test_one_file_for_each_answer_is_read(submissions, one, names):
    texts = [f"{LONG} The {place} of three." for place in ("first", "second", "third")]
    put(submissions, {"embeddings.py": COMPLETE} | dict(zip(names, texts, strict=True)))
    found = one()
    assert list(answers_in(found).values()) == texts
    (note,) = (note for note in found.notes if note.startswith("Short answers were read from "))
    assert all(name in note for name in names)


def test_text_above_the_headings_is_kept_for_the_questions_without_an_answer(submissions, one):
    first, second, third = (f"## {q.id}" for q in load_assignment().answer_questions)
    loose = "Here is what I think of learned and of fixed positions, and why it took BERT so long to tell."
    put(
        submissions,
        {
            "embeddings.py": COMPLETE,
            "answers.md": f"{loose} {loose}\n{first}\n{LONG}\n{second}\n{third}\n{LONG}",
        },
    )
    found = list(answers_in(one()).values())
    assert found == [LONG.strip(), f"{loose} {loose}", LONG.strip()]


def test_an_answer_long_enough_for_all_is_kept_for_all(submissions, one):
    first, second, third = (f"## {q.id}" for q in load_assignment().answer_questions)
    put(submissions, {"embeddings.py": COMPLETE, "answers.md": f"{first}\n{LONG * 4}\n{second}\n\n{third}\n"})
    assert set(answers_in(one()).values()) == {(LONG * 4).strip()}
    put(submissions, {"answers.md": f"{first}\n{LONG}\n{second}\n\n{third}\n"})
    assert list(answers_in(one()).values()) == [LONG.strip(), None, None]


def test_a_document_with_answers_goes_before_a_remark_of_no_question(submissions, one):
    remark = "I declare that this is my own work, written with nobody's help, and that all sources are named here."
    headings = "\n".join(f"## {q.id}\n\n" for q in load_assignment().answer_questions)
    put(
        submissions,
        {
            "embeddings.py": COMPLETE,
            "answers.md": f"{remark} {remark}\n{headings}",
            "hw.docx": word(ALL_ANSWERS.split("\n\n")),
        },
    )
    assert set(answers_in(one()).values()) == {LONG.strip()}
