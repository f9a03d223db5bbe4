"""Other files that could be meant, beside the one that is called as asked for."""

from __future__ import annotations

import pytest

from autograder.assignment import load_assignment
from autograder.upload import code_file, inspection

from .conftest import ANSWERS, PROMPTS, STUB, WORK, notebook, write, zipped

ALL = "".join(
    f"def {name}(*given):\n    return given\n\n\n"
    for name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot")
)
OTHER_ALL = ALL.replace("return given", "return given[::-1]")
HALF = "\n".join(OTHER_ALL.split("\n\n\n")[:2]) + "\n"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("embeddings_final.py", OTHER_ALL),
        ("embeddings_old.py", HALF),
        ("new/solution.py", OTHER_ALL),
        ("mine.ipynb", notebook(code=[OTHER_ALL])),
    ],
)
def test_another_file_that_defines_half_as_much_is_asked_about(submissions, one, name, code):
    write(submissions / "ada", {"embeddings.py": ALL, name: code, "answers.md": ANSWERS})
    found = one()
    assert found.code is None
    assert found.set_aside == (
        f"Which file is meant as embeddings.py? These differ: embeddings.py, {name}. "
        f"To choose, type one of: --choose ada=embeddings.py, --choose ada={name}"
    )


def test_another_file_that_defines_less_is_a_note(submissions, one):
    write(submissions / "ada", {"embeddings.py": ALL, "scratch.py": WORK, "answers.md": ANSWERS})
    found = one()
    assert found.code == ALL.encode() and found.set_aside is None
    assert found.notes == ("scratch.py defines `encode` too; it was not graded.",)


def test_another_file_that_defines_nothing_asked_for_is_named(submissions, one):
    code = "import math\n\n\ndef helper():\n    pass\n"
    write(submissions / "ada", {"embeddings.py": ALL, "embeddings_final.py": code, "answers.md": ANSWERS})
    found = one()
    assert found.code == ALL.encode() and found.set_aside is None
    assert found.notes == ("Also handed in, but not graded: embeddings_final.py.",)


@pytest.mark.parametrize("code", [ALL, f"# My work\n\n{ALL}".replace("\n", "\r\n"), STUB, ""])
def test_a_copy_the_handed_out_file_and_an_empty_one_are_no_matter(submissions, one, code):
    write(submissions / "ada", {"embeddings.py": ALL, "embeddings_final.py": code, "answers.md": ANSWERS})
    found = one()
    assert found.code == ALL.encode() and found.notes == () and found.set_aside is None


def test_a_file_whose_work_lies_elsewhere_is_asked_about(submissions, one):
    write(submissions / "ada", {"embeddings.py": "from mine import *\n", "mine.py": ALL})
    assert "These differ: embeddings.py, mine.py." in one().set_aside


def test_another_file_that_cannot_be_read_costs_nothing_and_is_named(submissions, one):
    names = [name for question in load_assignment().code_questions for name in question.functions]
    complete = "".join(f"def {name}(*given):\n    return given\n\n\n" for name in names)
    write(submissions / "ada", {"embeddings.py": complete, "embeddings_old.ipynb": "{", "answers.md": ANSWERS})
    (submissions / "ada" / "final.zip").write_bytes(zipped({"x.py": "#" * (inspection.MAX_FILE_BYTES + 1)}))
    found = one()
    assert found.code == complete.encode() and found.set_aside is None
    damaged, others = found.notes
    assert damaged.startswith("embeddings_old.ipynb: ") and damaged.endswith(" It was not graded.")
    assert others == "Also handed in, but not graded: final.zip/x.py."


def test_a_littered_upload_is_looked_through_only_so_far_and_likely_names_come_first(submissions, one):
    litter = {f"{i:03}.py": f"x = {i}\n" for i in range(code_file.MAX_RIVALS + 40)}
    write(submissions / "ada", {**litter, "embeddings.py": ALL, "zzz.py": OTHER_ALL, "answers.md": ANSWERS})
    assert one().code == ALL.encode()
    write(submissions / "ada", {"old/my_embeddings.py": OTHER_ALL})
    assert "These differ: embeddings.py, old/my_embeddings.py." in one().set_aside


def test_answers_under_a_name_like_theirs_are_asked_about(submissions, one):
    write(submissions / "ada", {"embeddings.py": ALL, "answers.md": ANSWERS, "answers_final.txt": "Other."})
    assert one().set_aside == (
        "Which file is meant as answers.md? These differ: answers.md, answers_final.txt. "
        "To choose, type one of: --choose ada=answers.md, --choose ada=answers_final.txt"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answers_old.md", ANSWERS + "\n"),
        ("my answers.md", PROMPTS),
        ("answers2.txt", ""),
    ],
)
def test_copies_and_blank_answers_are_no_matter(submissions, one, name, text):
    write(submissions / "ada", {"embeddings.py": ALL, "answers.md": ANSWERS, name: text})
    found = one()
    assert found.answers == ANSWERS.encode() and found.notes == () and found.set_aside is None


def test_another_text_is_named(submissions, one):
    write(submissions / "ada", {"embeddings.py": ALL, "answers.md": ANSWERS, "notes.md": "Other."})
    found = one()
    assert found.answers == ANSWERS.encode() and found.set_aside is None
    assert found.notes == ("Also handed in, but not graded: notes.md.",)
