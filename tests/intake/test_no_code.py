"""Uploads without readable code: work that lies where nobody can read it is asked about, never a zero."""

from __future__ import annotations

import pytest

from autograder.course.intake.uploads import collect, take_in
from autograder.errors import GraderError

from .conftest import ANSWERS, HANDED_OUT, STUB, WORK, is_this, where_is, write, zipped

NONE = "No embeddings.py was found, and no other Python file or notebook."


@pytest.mark.parametrize(
    "files",
    [
        {"embeddings.docx": "PK\x03\x04 cut short"},
        {"embeddings.pdf": "%PDF-1.7"},
        {"hw/screenshot 1.PNG": "\x89PNG"},
        {"work.rar": "Rar!"},
        {"answers.md": ANSWERS, "code.heic": ""},
    ],
)
def test_what_may_be_work_but_is_not_read_is_asked_about(submissions, one, files):
    write(submissions / "ada", files)
    found = one()
    assert (found.code, found.answers) == (None, None)
    assert found.set_aside == f"{NONE} There is: {', '.join(files)}. {where_is('ada')}"


@pytest.mark.parametrize(
    "start, what",
    [
        ("PK\x03\x04", "an archive that is not opened here"),
        ("%PDF-1.7", "a PDF document"),
        ("Rar!", "an archive that is not opened here"),
        ("{\\rtf1", "a document of a kind that is not read here"),
        ("bplist00", "a placeholder or link of a cloud service: the file itself was not handed in"),
    ],
)
def test_a_document_that_was_given_another_name_is_asked_about(submissions, one, start, what):
    write(submissions / "ada", {"embeddings.py": start})
    assert one().set_aside == f"embeddings.py is {what}. {is_this('ada')}"


def test_each_of_two_questions_comes_with_what_answers_it(submissions, one):
    write(submissions / "ada", {"embeddings.py": "%PDF", "answers.md": ANSWERS, "old/answers.md": "Other."})
    question = one().set_aside
    assert "--choose ada=answers.md" in question and "--choose ada=nothing" in question


def test_a_document_beside_the_blank_file_is_asked_about(submissions, one):
    write(submissions / "ada", {**HANDED_OUT, "my work.docx": "PK\x03\x04", "figures/map.svg": "<svg>"})
    assert one().set_aside == (
        "embeddings.py is the file that was handed out, unchanged. "
        f"But there is: my work.docx, figures/map.svg. {where_is('ada')}"
    )


def test_a_document_beside_work_is_no_matter(submissions, one):
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS, "table.pdf": "%PDF"})
    found = one()
    assert found.code == WORK.encode() and found.set_aside is None
    assert found.notes == ("table.pdf cannot be read here. The person who marks the short answers will look at it.",)


def test_answers_alone_are_a_submission(submissions, one):
    write(submissions / "ada", {"answers.md": ANSWERS, "README.md": "Read the answers."})
    found = one()
    assert (found.answers, found.set_aside, found.notes) == (ANSWERS.encode(), None, (NONE,))


@pytest.mark.parametrize("files", [{}, {"__MACOSX/._embeddings.py": "", ".DS_Store": ""}])
def test_an_empty_upload_is_asked_about(submissions, one, files):
    (submissions / "ada").mkdir()
    write(submissions / "ada", files)
    but = f" but {', '.join(sorted(files))}" if files else ""
    assert one().set_aside == f"Nothing was handed in{but}. {where_is('ada')}"


@pytest.mark.parametrize(
    "files", [{"embeddings.docx": ""}, {}, {"broken.zip": "PK"}, {"embeddings.py": STUB, "a.pdf": "%PDF"}]
)
def test_nothing_can_be_chosen_and_is_graded_and_remembered(submissions, assignment, files):
    (submissions / "ada").mkdir()
    write(submissions / "ada", files)
    taken = take_in(submissions, assignment, choices=["ada=nothing"])
    (found,) = taken.submissions
    assert (found.code, found.set_aside, found.notes[0]) == (None, None, NONE)
    assert taken.chosen == {"ada": ["nothing"]}


@pytest.mark.parametrize("before", [{"work.7z": "7z\xbc\xaf"}, {"embeddings.py": ""}, {}])
@pytest.mark.parametrize("stays", [True, False])
def test_that_there_was_nothing_is_over_once_the_file_is_there(submissions, assignment, before, stays):
    (submissions / "ada").mkdir()
    write(submissions / "ada", before)
    (found,) = take_in(submissions, assignment, choices=["ada=nothing"]).submissions
    assert found.code is None
    if not stays:
        for name in before:
            (submissions / "ada" / name).unlink()
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS})
    (found,) = take_in(submissions, assignment, choices=["ada=nothing"]).submissions
    assert found.code == WORK.encode() and found.set_aside is None


def test_an_empty_latest_attempt_is_asked_about_with_the_earlier_one_until_nothing_is_chosen(submissions, assignment):
    name = "hw_ada_attempt_2026-03-0{}-10-00-00"
    write(submissions, {f"{name.format(1)}_embeddings.py": WORK, f"{name.format(2)}_work.docx": "PK"})
    (found,) = collect(submissions, assignment)
    assert f"type: --choose ada={name.format(1)}" in found.set_aside
    (found,) = take_in(submissions, assignment, choices=["ada=nothing"]).submissions
    assert (found.code, found.set_aside) == (None, None)


@pytest.mark.parametrize("files", [{}, {"__MACOSX/._a.py": "", ".DS_Store": ""}])
def test_an_empty_zip_instead_of_a_download_is_an_error_and_no_student(submissions, assignment, files):
    (submissions / "empty.zip").write_bytes(zipped(files))
    with pytest.raises(GraderError, match=r"empty\.zip is empty: no file was found in it\."):
        collect(submissions / "empty.zip", assignment)


def test_a_text_typed_into_a_platform_is_answered_by_a_file_or_by_nothing(submissions, assignment):
    typed = "Ada Lovelace_30002_assignsubmission_onlinetext/onlinetext.html"
    write(submissions, {typed: WORK, "Bo_30003_assignsubmission_file/embeddings.py": WORK})
    asked, _ = collect(submissions, assignment)
    assert asked.set_aside.endswith(where_is("Ada Lovelace_30002"))
    found, _ = take_in(submissions, assignment, choices=["30002=nothing"]).submissions
    assert (found.code, found.set_aside) == (None, None)
    write(submissions, {"Ada Lovelace_30002_assignsubmission_file/embeddings.py": WORK})
    found, _ = collect(submissions, assignment)
    assert found.code == WORK.encode() and found.set_aside is None
