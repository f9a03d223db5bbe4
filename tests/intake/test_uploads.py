"""The folder of all submissions: who handed in what, in which order."""

from __future__ import annotations

import os

import pytest

from autograder.course.intake.uploads import collect
from autograder.errors import GraderError

from .conftest import ANSWERS, HANDED_OUT, WORK, write, zipped


def keys(found) -> list[str]:
    return [submission.student for submission in found]


def test_folders_zips_and_files_are_sorted_by_student(submissions, assignment):
    write(submissions, {"mia/embeddings.py": WORK, "zoe.py": WORK, "roster.csv": "zoe", ".DS_Store": ""})
    (submissions / "ben.zip").write_bytes(zipped({"embeddings.py": WORK}))
    (submissions / "__MACOSX").mkdir()
    found = collect(submissions, assignment)
    assert keys(found) == ["ben", "mia", "zoe"]
    assert all(submission.code == WORK.encode() for submission in found)


def test_collecting_twice_gives_the_same(submissions, assignment):
    for name in ("c", "a", "b"):
        write(submissions / name, {"x/embeddings.py": WORK, "y/embeddings.py": WORK + "#", "z.py": ""})
    write(submissions, {"zoe.py": WORK})
    assert collect(submissions, assignment) == collect(submissions, assignment)


def test_a_file_named_after_its_student_is_not_called_misnamed(submissions, one):
    write(submissions, {"zoe.py": WORK})
    assert one().notes == ("No answers.md was found.",)


def test_two_uploads_with_one_key_are_set_aside_as_one_student(submissions, one):
    write(submissions / "ada", {"embeddings.py": WORK})
    (submissions / "ada.zip").write_bytes(zipped({"embeddings.py": WORK}))
    assert one().set_aside == (
        "Which upload is meant? ada and ada.zip are of one student. To choose, type: --choose ada=ada"
    )


def test_one_name_spelled_in_two_unicode_forms_is_one_key(submissions, one):
    write(submissions, {"Jos\u00e9/embeddings.py": WORK, "Jose\u0301.py": WORK})
    found = one()
    assert found.student == "Jos\u00e9" and found.set_aside


def test_names_that_differ_in_capitals_alone_are_both_set_aside(submissions, assignment):
    write(submissions, {"Ada/embeddings.py": WORK, "ada.py": WORK, "bob.py": WORK})
    found = collect(submissions, assignment)
    assert keys(found) == ["Ada", "ada", "bob"]
    assert [bool(submission.set_aside) for submission in found] == [True, True, False]


def test_a_broken_upload_does_not_stop_the_batch(submissions, assignment):
    write(submissions, {"ann.zip": "no zip", "ben.rar": "Rar!", "cem.ipynb": "{}", "dan.py": WORK})
    (submissions / "eve").symlink_to(submissions.parent)
    (submissions / "fay.py").symlink_to(submissions / "nowhere")
    found = collect(submissions, assignment)
    asides = {submission.student: submission.set_aside for submission in found}
    assert asides["ann"].startswith("ann.zip is damaged, cut short or not a zip file")
    assert asides["ben"].startswith("ben.rar is not read here")
    assert asides["cem"].startswith("embeddings.ipynb: This is not a notebook: it has no cells.")
    assert asides["eve"].startswith("eve is a link, and links are not followed")
    assert asides["fay"].startswith("fay.py is a link, and links are not followed")
    assert asides["dan"] is None


def test_a_name_that_is_no_text_becomes_a_readable_key(submissions, one):
    os.mkdir(os.fsencode(submissions) + b"/zo\xeb\n")
    assert one().student == "zo��"


@pytest.mark.parametrize(
    ("name", "student"),
    [("mia/embeddings.py", "mia"), ("mia.py", "mia"), ("my homework.py.txt", "my homework")],
)
def test_one_file_is_one_submission(submissions, assignment, name, student):
    write(submissions, {name: WORK})
    (found,) = collect(submissions / name, assignment)
    assert (found.student, found.code) == (student, WORK.encode())


def test_one_zip_is_one_submission(submissions, assignment):
    (submissions / "mia.zip").write_bytes(zipped({"embeddings.py": WORK}))
    (found,) = collect(submissions / "mia.zip", assignment)
    assert (found.student, found.code) == ("mia", WORK.encode())


def test_a_folder_that_holds_the_code_file_is_one_submission(submissions, assignment, monkeypatch):
    write(submissions / "mia", {**HANDED_OUT, "embeddings.py": WORK, "answers.md": ANSWERS})
    monkeypatch.chdir(submissions / "mia")
    for path in (submissions / "mia", submissions.relative_to(submissions)):
        (found,) = collect(path, assignment)
        assert (found.student, found.code, found.answers) == ("mia", WORK.encode(), ANSWERS.encode())


def test_a_missing_path_says_what_to_type(submissions, assignment):
    with pytest.raises(GraderError, match=r"There is no .*nowhere\. .*Type: autograder grade SUBMISSIONS"):
        collect(submissions / "nowhere", assignment)


def test_an_empty_folder_says_what_was_looked_for(submissions, assignment):
    (submissions / "roster.csv").write_text("ada")
    with pytest.raises(GraderError, match=r"contains no submissions\. .*<student>/embeddings\.py, <student>\.zip"):
        collect(submissions, assignment)


def test_a_file_of_another_kind_is_refused(submissions, assignment):
    (submissions / "grades.csv").write_text("ada")
    with pytest.raises(GraderError, match=r"neither a folder nor an archive that is read nor a \.py or \.ipynb file"):
        collect(submissions / "grades.csv", assignment)
