"""Files as editors and systems save them: what is the handed-out file, and what is the same as another."""

from __future__ import annotations

import pytest

from .conftest import ANSWERS, STUB, WORK, write

SAVED = {
    "UTF-8 with a byte-order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
    "space at line ends": lambda text: text.replace("\n", "  \n").encode(),
    "a comment": lambda text: f"# Séan O'Brien\n\n{text}\n    # end\n".encode(),
}


@pytest.mark.parametrize("saved", SAVED)
def test_the_handed_out_file_is_known_however_it_was_saved(submissions, one, saved):
    write(submissions / "ada", {"mine.py": WORK, "answers.md": ANSWERS})
    (submissions / "ada" / "embeddings.py").write_bytes(SAVED[saved](STUB))
    found = one()
    assert found.code == WORK.encode() and found.set_aside is None


@pytest.mark.parametrize("saved", SAVED)
def test_a_misnamed_file_is_found_however_it_was_saved_and_passed_on_as_it_is(submissions, one, saved):
    write(submissions / "ada", {"plot.py": "import math\n", "answers.md": ANSWERS})
    content = SAVED[saved](WORK)
    (submissions / "ada" / "mine.py").write_bytes(content)
    assert one().code == content


@pytest.mark.parametrize("saved", ["UTF-8 with a byte-order mark", "UTF-16", "CRLF", "CR", "space at line ends"])
def test_two_copies_that_differ_in_how_they_were_saved_are_one_file(submissions, one, saved):
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS})
    (submissions / "ada" / "embeddings (1).py").write_bytes(SAVED[saved](WORK))
    found = one()
    assert found.code == WORK.encode() and found.set_aside is None


def test_a_handed_out_file_with_a_comment_alone_is_told_so(submissions, one):
    write(submissions / "ada", {"embeddings.py": f"# Ada\n{STUB}", "answers.md": ANSWERS})
    assert one().notes == ("embeddings.py contains only the code that was handed out.",)


def test_one_changed_line_makes_a_candidate(submissions, one):
    write(submissions / "ada", {"embeddings.py": STUB.replace("still", "soon"), "mine.py": WORK})
    assert "These differ: embeddings.py, mine.py." in one().set_aside
