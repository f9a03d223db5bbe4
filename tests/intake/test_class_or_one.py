"""A class is never taken for one student without a question, however it was packed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.intake.uploads import take_in
from autograder.errors import GraderError
from tests.platforms import downloads
from tests.platforms.downloads import Files, as_folder, as_zip
from tests.platforms.people import PEOPLE, Person

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, WORK, zipped


def own(person: Person) -> Files:
    return {"embeddings.py": f"{WORK}# {person.number}\n".encode(), "answers.md": ANSWERS.encode()}


def in_folders(people=PEOPLE[:4]) -> Files:
    return downloads.plain(own, people)


def in_zips() -> Files:
    return {f"{p.login}.zip": zipped({name: text.decode() for name, text in own(p).items()}) for p in PEOPLE[:4]}


def misnamed() -> Files:
    return {f"{p.login}/my solution.py": own(p)["embeddings.py"] for p in PEOPLE[:4]}


def loose() -> Files:
    return {f"{p.login}.py": own(p)["embeddings.py"] for p in PEOPLE[:4]}


def of_answers() -> Files:
    return {f"{p.login}/answers.md": f"{ANSWERS}{p.number}\n".encode() for p in PEOPLE[:4]}


BY_SECTION = {
    "Canvas": downloads.canvas,
    "Moodle": downloads.moodle,
    "Google Drive": downloads.google_drive,
    "Brightspace": downloads.brightspace,
    "Teams": downloads.teams,
    "ILIAS": downloads.ilias,
    "plain": lambda work: downloads.plain(work, PEOPLE[:2]),
}

CLASSES = {
    "folders": in_folders,
    "zips": in_zips,
    "misnamed files": misnamed,
    "loose files": loose,
    "answers alone": of_answers,
}


@pytest.mark.parametrize("depth", [0, 1, 2])
@pytest.mark.parametrize("kind", CLASSES)
def test_an_archive_of_several_is_asked_about_and_plain_gives_what_was_said(submissions, assignment, kind, depth):
    path = as_zip(submissions / "week 3.zip", {"in/" * depth + name: text for name, text in CLASSES[kind]().items()})
    with pytest.raises(GraderError) as question:
        take_in(path, assignment)
    assert "Is it a class? Then type --layout plain, which gives 4 students: " in str(question.value)
    assert str(question.value).endswith("Is all of it one student's? Then type --layout single.")
    taken = take_in(path, assignment, platform="plain")
    assert [found.student for found in taken.submissions] == sorted(person.login for person in PEOPLE[:4])
    assert len(take_in(path, assignment, platform="single").submissions) == 1


@pytest.mark.parametrize("kind", CLASSES)
def test_a_class_in_a_folder_alone_is_named_with_what_to_type(submissions, assignment, kind):
    as_folder(submissions / "section A", CLASSES[kind]())
    with pytest.raises(GraderError) as question:
        take_in(submissions, assignment)
    assert f"autograder grade '{submissions.resolve() / 'section A'}'" in str(question.value)
    assert "section A looks like a separate class: sobrien, wchen" in str(question.value)


@pytest.mark.parametrize("loose_names", [False, True])
def test_a_class_of_two_is_a_class_in_a_folder_as_in_an_archive(submissions, assignment, loose_names):
    two = {name: text for person in PEOPLE[:2] for name, text in _named_after(person, loose_names).items()}
    as_folder(submissions / "section A", two)
    with pytest.raises(GraderError, match="section A looks like a separate class: sobrien, zvdberg"):
        take_in(submissions, assignment)
    as_folder(submissions / "section B", in_folders())
    with pytest.raises(GraderError, match=r"section A looks .*section B looks like a separate class"):
        take_in(submissions, assignment)
    with pytest.raises(GraderError, match="which gives 2 students: sobrien, zvdberg"):
        take_in(as_zip(submissions / "two.zip", two), assignment)


def test_a_short_second_program_makes_a_class_of_two_no_student_s_folder(submissions, assignment):
    short = b"def one_hot(ids, vocabulary_size):\n    return 1\n"
    as_folder(submissions / "week 3", {"ada/embeddings.py": WORK.encode(), "bo/solution.py": short})
    with pytest.raises(GraderError, match="week 3 looks like a separate class: ada, bo"):
        take_in(submissions, assignment)


def _named_after(person: Person, loose_names: bool) -> Files:
    files = own(person)
    return {f"{person.login}.py": files["embeddings.py"]} if loose_names else downloads.plain(own, [person])


@pytest.mark.parametrize("pack", [downloads.as_zip, downloads.as_tar])
@pytest.mark.parametrize("kind", CLASSES)
def test_a_class_s_archive_alone_in_a_folder_is_named_with_what_to_type(submissions, assignment, kind, pack):
    pack(submissions / ("all.zip" if pack is downloads.as_zip else "all.tgz"), CLASSES[kind]())
    with pytest.raises(GraderError, match=r"all\.(zip|tgz) looks like a separate class: sobrien, wchen"):
        take_in(submissions, assignment)


@pytest.mark.parametrize("around", ["", "submissions (1)/"])
@pytest.mark.parametrize("download", BY_SECTION)
def test_sections_with_a_download_each_are_named_with_what_to_type(submissions, assignment, download, around):
    for section in ("A", "B"):
        as_folder(submissions / section, {around + name: text for name, text in BY_SECTION[download](own).items()})
    with pytest.raises(GraderError, match=r"A looks like a separate class: .*B looks like a separate class: ") as asked:
        take_in(submissions, assignment)
    assert f"autograder grade {submissions.resolve() / 'A'}. If" in str(asked.value)


def test_a_class_beside_students_is_named_and_the_students_are_taken(submissions, assignment):
    as_folder(submissions / "section A", in_folders())
    as_folder(submissions, {"ada/embeddings.py": WORK.encode()})
    taken = take_in(submissions, assignment)
    assert [found.student for found in taken.submissions] == ["ada", "section A"]
    assert taken.problems[0].startswith("section A looks like a separate class: ")
    assert taken.problems[0].endswith("If it is, grade it separately; here it counts as one student.")


def test_the_handed_out_file_beside_a_class_makes_it_nobody_s_folder(submissions, assignment):
    as_folder(submissions, {"embeddings.py": HANDED_OUT["embeddings.py"].encode(), **in_folders()})
    with pytest.raises(GraderError, match="which gives 5 students"):
        take_in(submissions, assignment)


ONE = {
    "the files": {"embeddings.py": WORK, "answers.md": ANSWERS},
    "the whole handed-out folder": {**{f"hw/{k}": v for k, v in HANDED_OUT.items()}, "hw/embeddings.py": WORK},
    "an older state beside": {"embeddings.py": WORK, "old/embeddings.py": OTHER_WORK},
    "copies": {"embeddings.py": WORK, "a/embeddings.py": WORK, "b/embeddings.py": WORK},
    "report and code": {"report/answers.md": ANSWERS, "code/embeddings.py": WORK},
}


@pytest.mark.parametrize("kind", ONE)
def test_one_student_s_zip_and_folder_are_taken_without_that_question(submissions, assignment, kind):
    files = {name: text.encode() for name, text in ONE[kind].items()}
    for path in (as_zip(submissions / "ada.zip", files), as_folder(submissions / "x" / "ada", files).parent):
        (found,) = take_in(path, assignment).submissions
        assert found.student == "ada"


def test_drive_s_second_file_of_a_name_is_asked_about_and_both_answers_are_taken(submissions, assignment):
    path = as_zip(submissions / "Homework-20260320T091522Z-001.zip", downloads.google_drive(own))
    taken = take_in(path, assignment)
    assert taken.platform == "google-drive" and taken.summary.startswith(f"Google Drive download, {2 * len(PEOPLE)} f")
    aside = {found.student: found.set_aside for found in taken.submissions if found.set_aside}
    assert set(aside) == {"Wei Chen", "Wei Chen (1)"}
    assert "Are Wei Chen and Wei Chen (1) one student? Their files have the same name." in aside["Wei Chen"]
    first, second = "Wei Chen=Wei Chen - embeddings.py", "Wei Chen (1)=Wei Chen - embeddings (1).py"
    two = take_in(path, assignment, choices=(first, second)).submissions
    assert len(two) == len(PEOPLE) and not any(found.set_aside for found in two)
    one = take_in(path, assignment, choices=(second,)).submissions
    assert len(one) == len(PEOPLE) - 1 and not any(found.set_aside for found in one)


def test_a_number_that_a_browser_added_makes_no_second_student(submissions, assignment):
    files = {
        f"{who} - {name}": WORK.encode() for who, name in [("Ada L", "embeddings (1).py"), ("Bo M", "embeddings.py")]
    }
    files["Ada L - answers.md"] = ANSWERS.encode()
    taken = take_in(as_zip(submissions / "Homework.zip", files), assignment)
    assert {found.student: found.set_aside for found in taken.submissions} == {"Ada L": None, "Bo M": None}


def test_an_nbgrader_course_of_two_assignments_is_not_mixed(submissions, assignment):
    files = downloads.nbgrader(own) | downloads.nbgrader(own, assignment="ps3")
    with pytest.raises(GraderError, match="submitted holds several assignments: ps2, ps3"):
        take_in(as_folder(submissions, files), assignment)


def test_nothing_is_asked_where_a_layout_is_said(tmp_path: Path, assignment):
    path = as_folder(tmp_path / "class", {f"section A/{name}": text for name, text in in_folders().items()})
    (found,) = take_in(path, assignment, platform="plain").submissions
    assert found.student == "section A" and "Which file is meant" in (found.set_aside or "")
