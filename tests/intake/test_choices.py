"""`--choose STUDENT=FILE`: the instructor's answer to the question of a set-aside submission."""

from __future__ import annotations

import csv
import io
import shlex
import zipfile

import pytest

from autograder.course.intake.uploads import take_in
from autograder.errors import GraderError
from autograder.upload.overrides import FILE_NAME, recall, remember
from tests.platforms import downloads
from tests.platforms.downloads import as_folder
from tests.platforms.people import PEOPLE

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, STUB, WORK, write, zipped

TWO = {"embeddings.py": WORK, "old/embeddings.py": OTHER_WORK, "answers.md": ANSWERS}


@pytest.fixture
def take(submissions, assignment):
    """Takes in with these choices, and gives the submissions by student."""

    def take(*choices: str, **options: object):
        taken = take_in(submissions, assignment, choices=choices, **options)
        if "out" in options:
            remember(options["out"], taken.chosen)
        return {found.student: found for found in taken.submissions}

    return take


@pytest.mark.parametrize(("file", "code"), [("embeddings.py", WORK), ("old/embeddings.py", OTHER_WORK)])
def test_a_chosen_file_is_graded(submissions, take, file, code):
    write(submissions / "ada", TWO)
    write(submissions / "ben", TWO)
    found = take(f"ada={file}")
    assert found["ada"].code == code.encode() and found["ada"].set_aside is None
    assert found["ada"].answers == ANSWERS.encode()
    assert found["ben"].set_aside


@pytest.mark.parametrize("student", ["ada", "O'Brien, Séan", "a = b", "נור", "$(x) *"])
def test_what_the_question_says_to_type_answers_it_in_a_shell(submissions, take, student):
    write(submissions / student, {"a b.py": WORK, "x=y.py": OTHER_WORK})
    write(submissions / "zoe", {"embeddings.py": WORK})
    question = take()[student].set_aside
    typed = shlex.split(question.partition("To choose, type one of: ")[2].partition(", --choose")[0])
    assert typed[0] == "--choose"
    assert take(typed[1])[student].code == WORK.encode()
    assert take(f"{student}=x=y.py")[student].code == OTHER_WORK.encode()


def test_both_questions_of_a_submission_are_answered(submissions, take):
    write(submissions / "ada", {**TWO, "old/answers.md": ANSWERS + "More."})
    question = take()["ada"].set_aside
    assert "--choose ada=embeddings.py" in question and "--choose ada=answers.md" in question
    found = take("ada=old/embeddings.py", "ada=old/answers.md")["ada"]
    assert (found.code, found.answers) == (OTHER_WORK.encode(), (ANSWERS + "More.").encode())


def test_any_file_can_be_chosen_even_where_nothing_is_asked(submissions, take):
    write(submissions / "ada", {**HANDED_OUT, "embeddings.py": WORK, "sketch.py": OTHER_WORK})
    found = take("ada=sketch.py")["ada"]
    assert found.code == OTHER_WORK.encode()
    assert "The file was called sketch.py; it was graded as embeddings.py." in found.notes


def test_a_file_in_a_zip_can_be_chosen(submissions, take):
    write(submissions / "ada", {"embeddings.py": WORK})
    (submissions / "ada" / "hw.zip").write_bytes(zipped({"embeddings.py": OTHER_WORK}))
    assert take("ada=hw.zip/embeddings.py")["ada"].code == OTHER_WORK.encode()


def test_a_choice_ends_the_question_where_something_could_not_be_read(submissions, take):
    write(submissions / "ada", {"embeddings.py": STUB, "broken.zip": "no zip"})
    assert take()["ada"].set_aside
    found = take("ada=embeddings.py")["ada"]
    assert found.code == STUB.encode() and found.set_aside is None


@pytest.mark.parametrize("file", ["new/embeddings.py", "ada.zip", "picture.png", "embeddings"])
def test_a_file_that_is_not_in_the_upload_is_refused_and_nothing_is_remembered(submissions, take, tmp_path, file):
    write(submissions / "ada", {**TWO, "picture.png": ""})
    take("ada=embeddings.py", out=tmp_path / "out")
    before = (tmp_path / "out" / FILE_NAME).read_bytes()
    with pytest.raises(GraderError) as problem:
        take(f"ada={file}", out=tmp_path / "out")
    assert str(problem.value) == (
        f"`--choose ada={file}`: ada handed in no such code or text. To choose, type one of: "
        "--choose ada=answers.md, --choose ada=embeddings.py, --choose ada=old/embeddings.py"
    )
    assert (tmp_path / "out" / FILE_NAME).read_bytes() == before


def test_a_remembered_file_that_is_no_longer_there_is_asked_for_again(submissions, take, tmp_path):
    write(submissions / "ada", TWO)
    take("ada=old/embeddings.py", out=tmp_path)
    (submissions / "ada" / "old" / "embeddings.py").unlink()
    assert take(out=tmp_path)["ada"].set_aside == (
        "old/embeddings.py was chosen as embeddings.py, but is not there. To choose, type one of: "
        "--choose ada=answers.md, --choose ada=embeddings.py"
    )
    assert take("ada=embeddings.py", out=tmp_path)["ada"].code == WORK.encode()


def test_a_file_for_who_must_first_choose_an_upload_is_refused(submissions, take):
    write(submissions / "ada", TWO)
    (submissions / "ada.zip").write_bytes(zipped({"embeddings.py": OTHER_WORK}))
    with pytest.raises(GraderError) as problem:
        take("ada=old/embeddings.py")
    assert str(problem.value) == (
        "`--choose ada=old/embeddings.py`: first it must be clear which upload counts. "
        "To choose, type one of: --choose ada=ada, --choose ada=ada.zip"
    )
    assert take("ada=ada", "ada=old/embeddings.py")["ada"].code == OTHER_WORK.encode()


def test_files_that_a_student_called_alike_are_chosen_by_the_platforms_names(submissions, take):
    early, late = "carl_60003_1_embeddings.py", "carl_LATE_60003_9_embeddings.py"
    other = downloads.canvas(lambda _: {"embeddings.py": WORK.encode()}, PEOPLE[:3])
    as_folder(submissions, other | {early: WORK.encode(), late: OTHER_WORK.encode()})
    assert take()["carl_60003"].set_aside == (
        f"Which file is meant as embeddings.py? These differ: {early}, {late}. "
        f"To choose, type one of: --choose carl_60003={early}, --choose carl_60003={late}"
    )
    for name, code, other_name in ((early, WORK, late), (late, OTHER_WORK, early)):
        found = take(f"carl_60003={name}")["carl_60003"]
        assert found.code == code.encode()
        assert found.notes == (
            "No answers.md was found.",
            f"Also handed in, but not graded: {other_name}.",
        )
    with pytest.raises(GraderError) as problem:
        take("60003=embeddings.py")
    assert str(problem.value) == (
        "`--choose carl_60003=embeddings.py`: 2 files have this name. To choose, type one of: "
        f"--choose carl_60003={early}, --choose carl_60003={late}"
    )


def test_files_in_zips_that_a_student_called_alike_are_told_apart(submissions, take):
    names = ("carl_60003_1_hw.zip", "carl_60003_2_hw.zip")
    for name, code in zip(names, (WORK, OTHER_WORK), strict=True):
        (submissions / name).write_bytes(zipped({"a/embeddings.py": code}))
    question = take()["carl_60003"].set_aside
    assert f"These differ: {names[0]}/a/embeddings.py, {names[1]}/a/embeddings.py." in question
    found = take(f"carl_60003={names[1]}/a/embeddings.py")["carl_60003"]
    assert found.code == OTHER_WORK.encode()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_path_in_a_zip_are_numbered(submissions, take):
    with zipfile.ZipFile(submissions / "ada.zip", "w") as archive:
        for code in (WORK, OTHER_WORK):
            archive.writestr("embeddings.py", code)
    (submissions / "ben").mkdir()
    assert "These differ: (1 of 2) embeddings.py, (2 of 2) embeddings.py." in take()["ada"].set_aside
    assert take("ada=(2 of 2) embeddings.py")["ada"].code == OTHER_WORK.encode()


def test_the_platforms_name_of_a_file_serves_even_where_no_other_is_called_alike(submissions, take):
    as_folder(submissions, {"carl_60003_1_a.py": WORK.encode(), "carl_60003_2_b.py": OTHER_WORK.encode()})
    assert take("60003=carl_60003_2_b.py")["carl_60003"].code == OTHER_WORK.encode()


def test_one_of_two_uploads_can_be_chosen(submissions, take):
    write(submissions / "ada", {"embeddings.py": WORK})
    (submissions / "ada.zip").write_bytes(zipped({"embeddings.py": OTHER_WORK}))
    found = take("ada=ada.zip")["ada"]
    assert found.code == OTHER_WORK.encode()
    assert (found.origin.upload, found.origin.others) == ("ada.zip", ("ada",))


def test_an_earlier_attempt_can_be_chosen(submissions, take):
    early = downloads.blackboard(lambda _: {"embeddings.py": WORK.encode()}, PEOPLE[:1], "2026-03-01-08-00-00")
    late = downloads.blackboard(lambda _: {"embeddings.py": OTHER_WORK.encode()}, PEOPLE[:1])
    as_folder(submissions, early | late)
    name = f"{downloads.ASSIGNMENT}_sobrien_attempt_2026-03"
    found = take(f"sobrien={name}-01-08-00-00")["sobrien"]
    assert found.code == WORK.encode()
    assert found.origin.others == (f"{name}-02-21-47-00",)


def test_two_who_differ_in_capital_letters_alone_are_asked_about_and_either_answer_is_taken(submissions, take):
    files = {"Ada B": WORK, "ada b": OTHER_WORK}
    for student, code in files.items():
        write(submissions / student, {"embeddings.py": code})
    for student in files:
        question, one, two = take()[student].set_aside.split(": ")
        assert question.startswith("Are Ada B and ada b one student? The names differ only in capital letters.")
        typed = shlex.split(one.partition(". ")[0])[1::2]
        assert typed == [f"{student}={student}"]
        (found,) = take(*typed).values()
        assert (found.student, found.code, found.set_aside) == (student, files[student].encode(), None)
        assert found.origin.others == tuple(name for name in files if name != student)
        found = take(*shlex.split(two.removesuffix("."))[1::2])
        assert {student: one.code.decode() for student, one in found.items()} == files
        assert [one.set_aside for one in found.values()] == [None, None]


def test_of_three_alike_of_whom_two_are_chosen_the_third_is_still_asked_about(submissions, take):
    for student in ("ADA", "Ada", "ada"):
        write(submissions / student, {"embeddings.py": WORK})
    found = take("ADA=ADA", "ada=ada")
    assert [student for student, one in found.items() if one.set_aside] == ["Ada"]


@pytest.mark.parametrize("who", ["0080125", "wchen@example.edu", "Wei Chen_0080125"])
def test_a_student_can_be_named_by_number_or_address(submissions, take, who):
    def work(person):
        return {"a.py": WORK.encode(), "b.py": OTHER_WORK.encode()}

    as_folder(submissions, downloads.gradescope(work))
    found = take(f"{who}=b.py")
    assert found["Wei Chen_0080125"].code == OTHER_WORK.encode()
    assert found["Wei Chen_0080126"].set_aside


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("adda=embeddings.py", "there is no student adda among the submissions. Did you mean ada?"),
        ("ada", "is not STUDENT=FILE, such as ada=old/embeddings.py"),
        ("ada=", "is not STUDENT=FILE"),
    ],
)
def test_a_choice_for_nobody_is_wrong_usage(submissions, take, choice, said):
    write(submissions / "ada", TWO)
    with pytest.raises(GraderError) as problem:
        take(choice)
    assert said in str(problem.value)


def test_choices_are_remembered_beside_the_results(submissions, take, tmp_path):
    write(submissions / "O'Brien, Séan", TWO)
    write(submissions / "ben", TWO)
    out = tmp_path / "out"
    take("O'Brien, Séan=embeddings.py", out=out)
    assert take("ben=old/embeddings.py", out=out)["O'Brien, Séan"].code == WORK.encode()
    take("ben=embeddings.py", out=out)
    remembered = (out / FILE_NAME).read_bytes()
    found = take(out=out)
    assert (out / FILE_NAME).read_bytes() == remembered
    assert [found[student].code for student in ("O'Brien, Séan", "ben")] == [WORK.encode()] * 2


FORMULAS = ["=1+1", "+1", "-cmd|' /C calc'!A0", "@sum", "\tx", "\rx", "a;=1", "a\n@x", "a\r=1", "a\t+1"]
APOSTROPHES = ["'", "'ada", "'=1", "''=1", "ada", "a = b", "O'Brien", "a;'=1"]


@pytest.mark.parametrize("name", FORMULAS + APOSTROPHES)
def test_a_name_is_remembered_as_it_is_and_is_no_formula(tmp_path, name):
    chosen = {f"{name}{end}": [f"{name}.py", "old/x.py"] for end in ("", "2")}
    remember(tmp_path, chosen)
    assert recall(tmp_path) == chosen
    remember(tmp_path, {"ada": ["a.py"]})
    assert recall(tmp_path) == {**chosen, "ada": ["a.py"]}
    for separator in ",;\t":
        text = (tmp_path / FILE_NAME).read_bytes().decode()
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_one_choice_of_a_kind_is_remembered_for_each_student(submissions, take, tmp_path):
    write(submissions / "ada", {**TWO, "old/answers.md": ANSWERS + "More."})
    (submissions / "ada.zip").write_bytes(zipped({"embeddings.py": OTHER_WORK}))
    take("ada=ada.zip", out=tmp_path)
    take("ada=ada", "ada=embeddings.py", "ada=answers.md", out=tmp_path)
    take("ada=old/answers.md", "ada=old/embeddings.py", "ada=embeddings.py", out=tmp_path)
    header, *rows = (tmp_path / FILE_NAME).read_text().splitlines()
    assert header == "student,file"
    assert sorted(rows) == ["ada,ada", "ada,embeddings.py", "ada,old/answers.md"]


def test_a_choice_is_taken_back_by_deleting_its_row(submissions, take, tmp_path):
    write(submissions / "ada", TWO)
    take("ada=embeddings.py", out=tmp_path)
    (tmp_path / FILE_NAME).write_text("student,file\n")
    assert take(out=tmp_path)["ada"].set_aside


def test_a_remembered_choice_of_another_download_is_no_matter(submissions, take, tmp_path):
    write(submissions / "ada", {"embeddings.py": WORK})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / FILE_NAME).write_text("student,file\nzoe,old/embeddings.py\n")
    assert take(out=tmp_path / "out")["ada"].code == WORK.encode()


@pytest.mark.parametrize("content", ["", "a,b\n", "student,file\nada\n", "student,file\n\x80"])
def test_a_broken_memory_of_choices_is_named_not_overwritten(submissions, take, tmp_path, content):
    write(submissions / "ada", TWO)
    path = tmp_path / "out" / FILE_NAME
    path.parent.mkdir()
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(GraderError, match=r"choices\.csv cannot be read as a table of student and file"):
        take("ada=embeddings.py", out=path.parent)
    assert path.read_bytes() == content.encode("latin-1")
