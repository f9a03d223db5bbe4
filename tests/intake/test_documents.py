"""Short answers that came as documents are read, or left to the marker; nobody gets 0 for the form."""

from __future__ import annotations

import io
import zipfile

import pytest

from autograder.assignment import load_assignment
from autograder.grading.short_answers import read_answers
from autograder.upload.documents import LONGEST, read_document
from autograder.upload.template_files import read_handed_out

from .conftest import WORK, notebook, write
from .made_documents import open_document, pdf, web_page, word

MAKERS = {"docx": word, "odt": open_document, "html": web_page, "pdf": pdf}
ASKED = load_assignment().answer_questions
OWN = "Learned positions are cheap and gain little while learned words are costly and pay. " * 12
PLAIN = [part for question in ASKED for part in (f"{question.id}: {question.title}", f"{question.id} {OWN}")]
HEADED = [f"## {part}" if number % 2 == 0 else part for number, part in enumerate(PLAIN)]
UNHEADED = [part for number, part in enumerate(PLAIN) if number % 2]


def results(found, assignment):
    """The short answers as grading reads them, by question."""
    template = read_handed_out(assignment).words
    return {answer.id: answer for answer in read_answers(found.answers, template, assignment).questions}


@pytest.mark.parametrize("suffix", MAKERS)
@pytest.mark.parametrize("paragraphs", [HEADED, PLAIN], ids=["headings", "lines"])
def test_the_answers_in_a_document_are_found_by_their_headings(submissions, one, assignment, suffix, paragraphs):
    write(submissions / "ada", {"embeddings.py": WORK})
    (submissions / "ada" / f"HW3 Ada.{suffix}").write_bytes(MAKERS[suffix](paragraphs))
    found = one()
    assert found.notes == ("No answers.md was found.", f"Short answers were read from HW3 Ada.{suffix}.")
    for question_id, answer in results(found, assignment).items():
        assert answer.points is None, "a person marks it"
        assert answer.answer.split()[0] == question_id and "costly and pay" in answer.answer
        assert answer.note.startswith(f"Read from HW3 Ada.{suffix}.")


@pytest.mark.parametrize("suffix", MAKERS)
def test_a_document_without_headings_is_shown_for_every_question(submissions, one, assignment, suffix):
    write(submissions / "ada", {"embeddings.py": WORK})
    (submissions / "ada" / f"x.{suffix}").write_bytes(MAKERS[suffix](UNHEADED))
    for answer in results(one(), assignment).values():
        assert answer.points is None and answer.note.startswith(f"Read from x.{suffix}. The heading")
        assert all(question.id in answer.answer for question in ASKED)


def test_a_document_gives_only_what_is_not_answered_elsewhere(submissions, one, assignment):
    first, *others = ASKED
    text = f"# Answers\n\n## {first.id}: {first.title}\n\nMine {OWN}\n"
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": text})
    (submissions / "ada" / "rest.docx").write_bytes(word(HEADED))
    found = results(one(), assignment)
    assert found[first.id].answer.startswith("Mine") and found[first.id].note == ""
    for question in others:
        assert found[question.id].note == "Read from rest.docx."


def test_a_document_beside_complete_answers_is_only_named(submissions, one):
    text = "\n\n".join(HEADED)
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": text})
    (submissions / "ada" / "answers.docx").write_bytes(word(["other"]))
    found = one()
    assert found.answers == text.encode()
    assert found.notes == ("Also handed in, but not graded: answers.docx.",)


UNREAD = {
    "answers.rtf": b"{\\rtf1 Mine}",
    "answers.doc": b"\xd0\xcf\x11\xe0\xa1\xb1",
    "answers.pages": b"PK\x03\x04",
    "page 1.jpg": b"\xff\xd8\xff",
    "answers.docx": b"PK\x03\x04 cut short",
    "answers.pdf": b"%PDF-1.7 a scan",
    "answers.gdoc": b'{"url": "x"}',
    "answers.7z": b"7z\xbc\xaf",
    ".answers.md.icloud": b"bplist00",
}


@pytest.mark.parametrize("beside", ["nothing", "the blank file", "a notebook"])
@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_read_is_left_to_the_marker(submissions, one, assignment, name, beside):
    files = {"embeddings.ipynb": notebook([COMPLETE])} if beside == "a notebook" else {"embeddings.py": COMPLETE}
    if beside == "the blank file":
        files["answers.md"] = (assignment.root / "student_template" / "answers.md").read_text()
    write(submissions / "ada", files)
    (submissions / "ada" / name).write_bytes(UNREAD[name])
    found = one()
    assert found.set_aside is None
    assert any(note.startswith(f"{name} cannot be read here.") for note in found.notes)
    for answer in results(found, assignment).values():
        assert answer.points is None
        assert answer.answer == f"Not read here: {name} of ada"
        assert answer.note == (f"This may be answered in {name} of ada: the marker looks there.")


def test_text_of_no_question_beside_what_cannot_be_read_hides_neither_from_the_marker(submissions, one, assignment):
    remark = "I declare that this is my own work, written with nobody's help, and that all sources are named here."
    write(submissions / "ada", {"embeddings.py": COMPLETE, "answers.md": f"# Declaration\n\n{remark} {remark}\n"})
    (submissions / "ada" / "answers.rtf").write_bytes(UNREAD["answers.rtf"])
    for answer in results(one(), assignment).values():
        assert answer.answer == f"Not read here: answers.rtf of ada\n\n{remark} {remark}"
        assert answer.note == "This may be answered in answers.rtf of ada: the marker looks there."


COMPLETE = "".join(
    f"def {name}(*given):\n    return given\n\n\n"
    for question in load_assignment().code_questions
    for name in question.functions
)


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF", b"\0" * 1000, b"<" * 1000, b"{" * 1000])
def test_what_is_damaged_has_no_text_and_stops_nothing(kind, content):
    assert isinstance(read_document(content, kind), str)


def test_a_document_that_unpacks_to_too_much_is_not_read():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", f"<a>{'x' * 60_000_000}</a>")
    assert read_document(stream.getvalue(), "odt") == ""


def test_an_entity_that_grows_without_end_is_not_followed():
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    page = f'<!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><a>&a12;</a>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", page)
    assert read_document(stream.getvalue(), "odt") == ""


def test_a_long_document_is_read_so_far():
    assert len(read_document(web_page(["word " * 300_000]), "html")) <= LONGEST


# Answers in unlikely places ---------------------------------------------------------------------

IN_CODE = {
    "a docstring at the end": f'{COMPLETE}\n"""\n{{}}\n"""\n',
    "comments": COMPLETE + "\n# {}\n",
    "R Markdown": "```{{python}}\n" + COMPLETE + "```\n\n{}\n",
}


@pytest.mark.parametrize("where", IN_CODE)
def test_answers_under_their_headings_in_the_code_file_are_found(submissions, one, assignment, where):
    text = "\n\n".join(HEADED)
    if where == "comments":
        text = "\n".join(f"# {line}" for line in text.split("\n")).removeprefix("# ")
    name = "embeddings.Rmd" if where == "R Markdown" else "embeddings.py"
    write(submissions / "ada", {name: IN_CODE[where].format(text)})
    found = one()
    assert found.set_aside is None
    for question_id, answer in results(found, assignment).items():
        assert answer.points is None and question_id in answer.answer
        assert answer.note.startswith(f"Read from {name}.")


@pytest.mark.parametrize(
    "name, content",
    [
        ("answers.ipynb", notebook(text=HEADED)),
        ("README.md", "\n\n".join(HEADED)),
        ("answers.log", "\n\n".join(HEADED)),
        ("answers.adoc", "\n\n".join(HEADED)),
        ("answers.json", "\n\n".join(HEADED)),
    ],
)
def test_answers_in_a_file_of_another_kind_are_found(submissions, one, assignment, name, content):
    write(submissions / "ada", {"embeddings.py": COMPLETE, name: content})
    for question_id, answer in results(one(), assignment).items():
        assert answer.points is None and question_id in answer.answer


@pytest.mark.parametrize("name", ["answers.csv", "answers.mp4", "answers.pages/Index.xml", "my answers.bin"])
def test_a_file_of_any_kind_that_is_called_answers_is_left_to_the_marker(submissions, one, assignment, name):
    write(submissions / "ada", {"embeddings.py": COMPLETE, name: "1,2"})
    for answer in results(one(), assignment).values():
        assert answer.points is None and answer.answer == f"Not read here: {name} of ada"


@pytest.mark.parametrize("place", ["above", "below"])
def test_answers_above_or_below_the_untouched_prompts_are_shown(submissions, one, assignment, place):
    blank = (assignment.root / "student_template" / "answers.md").read_text()
    mine = "# My answers\n\n" + "\n\n".join(UNHEADED)
    text = f"{mine}\n\n{blank}" if place == "above" else f"{blank}\n\n{mine}"
    write(submissions / "ada", {"embeddings.py": COMPLETE, "answers.md": text})
    for answer in results(one(), assignment).values():
        assert answer.points is None and "costly and pay" in answer.answer


def test_an_answer_on_the_line_of_its_heading_is_read(submissions, one, assignment):
    text = "\n\n".join(f"## {question.id}: {OWN.strip()}" for question in ASKED)
    write(submissions / "ada", {"embeddings.py": COMPLETE, "answers.md": text})
    for answer in results(one(), assignment).values():
        assert answer.points is None and answer.answer == OWN.strip()


def test_a_text_that_is_only_a_link_is_left_to_the_marker(submissions, one, assignment):
    write(submissions / "ada", {"embeddings.py": COMPLETE, "answers.txt": "https://docs.example.org/d/1x\n"})
    for answer in results(one(), assignment).values():
        assert answer.points is None


def test_a_document_with_code_and_no_code_file_is_asked_about(submissions, one):
    write(submissions / "ada", {})
    (submissions / "ada").mkdir()
    (submissions / "ada" / "all.docx").write_bytes(word([*COMPLETE.split("\n"), *HEADED]))
    found = one()
    assert found.set_aside is not None and "all.docx" in found.set_aside
