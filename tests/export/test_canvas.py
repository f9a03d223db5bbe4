"""Canvas: the instructor's own gradebook comes back with one column filled, and nothing else touched."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.errors import GraderError
from autograder.result import Status
from tests.export.conftest import AWKWARD

HEADER = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Embeddings (4711),Other homework (4712),"
    "Homework Current Score,Final Grade\r\n"
    '"    Manual Posting",,,,,,Manual Posting,,\r\n'
    '"    Points Possible",,,,,20.00,10.00,(read only),(read only)\r\n'
)


def row(number: int, name: str, score: str = "") -> str:
    """A student's row as Canvas writes it: only what must be is quoted."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\r\n").writerow(
        [name, 1000 + number, f"S{number}", f"u{number}", "Class A", score, " 7.50 ", "75.0", "+C"]
    )
    return file.getvalue()


def upload(name: str, number: int, late: str = "") -> str:
    letters = "".join(c for c in name.lower() if c.isalnum())
    return f"{letters}{late}_{1000 + number}_{88000 + number}_embeddings.py"


@pytest.fixture
def class_of(graded, origin):
    """The awkward names, each with its own number of points."""
    for number, name in enumerate(AWKWARD):
        file = upload(name, number)
        graded.add(f"k{number}", 10 + number, origin("canvas", file, (str(1000 + number), file.split("_")[0])))
    return graded


def gradebook(fill: dict[int, str] | None = None) -> str:
    fill = fill or {}
    rows = [row(number, name, fill.get(number, "")) for number, name in enumerate(AWKWARD)]
    return "\ufeff" + HEADER + "".join(rows) + '"Student, Test",1999,,abc,Class A,,,,\r\n'


def test_all_get_their_points_and_no_other_byte_changes(class_of):
    handed = class_of.export("canvas", gradebook())
    expected = gradebook({number: str(10 + number) for number in range(len(AWKWARD))})
    assert class_of.file() == expected.encode()
    assert handed.problems == ()
    assert "8 grades written to the column 'Embeddings (4711)'." in handed.said
    assert not any("without a grade from here" in text for text in handed.said)  # Canvas' own student is nobody


def test_who_has_no_result_keeps_what_is_there(graded, origin):
    graded.add("a", 12.5, origin("canvas", upload("Anna Li", 2), ("1002", "annali")))
    graded.add("b", 3, origin("canvas", upload("Seán O'Brien", 1), ("1001", "seánobrien")), Status.SET_ASIDE)
    handed = graded.export("canvas", gradebook({1: "4", 2: "9", 5: "6.5"}))
    assert graded.file().decode() == gradebook({1: "4", 2: "12.5", 5: "6.5"})
    assert "Left out, set aside: b." in handed.problems
    assert "Replaced 1 other grade that stood there, in row 6." in handed.said


def test_an_excused_student_stays_excused(graded, origin):
    graded.add("a", 12, origin("canvas", upload("Anna Li", 2), ("1002", "annali")))
    handed = graded.export("canvas", gradebook({2: "EX"}))
    assert graded.file().decode() == gradebook({2: "EX"})
    assert "excused in Canvas" in handed.problems[0]


def test_a_student_of_another_course_is_named_and_not_put_with_the_namesake(graded, origin):
    graded.add("annali_77", 12, origin("canvas", "annali_77_88_embeddings.py", ("77", "annali")))
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook()
    assert handed.problems == ("annali (annali_77): no row of theirs.csv has the id 77.",)


def test_an_id_that_is_somebody_elses_here_is_named(graded, origin):
    graded.add("x_1002", 12, origin("canvas", "zita_1002_88_embeddings.py", ("1002", "zita")))
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook()
    assert "the id 1002 is Anna Li's in theirs.csv" in handed.problems[0]


def test_an_anonymous_download_is_named_and_never_matched(graded, origin):
    graded.add("anon_1002", 12, origin("canvas", "anon_1002_88_embeddings.py", ("1002", "")))
    handed = graded.export("canvas", gradebook(), feedback=True)
    assert graded.file().decode() == gradebook()
    assert "handed in anonymously" in handed.problems[0]
    assert list(graded.zipped("canvas-feedback.zip")) == ["anon_1002_88_feedback.html"]


def test_pages_that_canvas_cannot_take_are_named_and_no_empty_zip_is_written(graded):
    graded.add("S5", 1)
    handed = graded.export("canvas", gradebook(), feedback=True)
    assert handed.problems[0].startswith("canvas-feedback.zip is not written. No page goes to canvas for S5: ")
    assert not (graded.folder / "out" / "export" / "canvas-feedback.zip").exists()


@pytest.mark.parametrize("is_told", [True, False])
def test_a_plain_folder_finds_logins_then_names_and_never_one_of_two(graded, origin, is_told):
    for points, key in enumerate(["S5", "brien_o_seán", "anna_li", "nobody", "u0"], 1):
        graded.add(key, points, origin("plain", key, (key,)) if is_told else None)
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook({5: "1", 1: "2", 0: "5"})
    assert sorted(handed.problems) == [
        "anna_li: it could be any of the rows 6, 7 of theirs.csv.",
        "nobody: no row of theirs.csv has this id, email address or name.",
    ]
    assert "Found by the name alone, so look them over: brien_o_seán = Seán O'Brien." in handed.said


def test_a_name_without_its_accents_is_found_last_and_shown_with_the_other(graded):
    graded.add("luderlos", 1)
    graded.add("zoe_muller_ludenscheidt", 2)
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook({0: "2"})
    found = f"zoe_muller_ludenscheidt = {AWKWARD[0]}"
    assert any(said.startswith("Found by the name alone") and found in said for said in handed.said)


def test_a_name_without_accents_that_two_have_finds_neither(graded):
    names = ("García, Lucía", "Garcia, Lucia")
    text = HEADER + "".join(row(number, name) for number, name in enumerate(names))
    graded.add("garcia_lucia", 3)
    handed = graded.export("canvas", text)
    assert graded.file().decode() == text
    assert handed.problems == ("garcia_lucia: it could be any of the rows 4, 5 of theirs.csv.",)


def test_two_of_the_graded_with_one_name_are_not_told_apart_by_it(graded, origin):
    graded.add("one", 1, origin("gradescope", "submission_1", ("", "Seán O'Brien", "")))
    graded.add("two", 2, origin("gradescope", "submission_2", ("", "O'Brien, Seán", "")))
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook()
    assert len(handed.problems) == 2 and "2 of those who handed in have this name" in handed.problems[0]


def test_a_name_finds_nobody_whose_number_is_another_one(graded, origin):
    """That both numbers are the university's is seen from those that are found by them."""
    graded.add("seán", 1, origin("gradescope", "submission_1", ("S77", "Seán O'Brien", "")))
    assert graded.export("canvas", gradebook()).problems == ()
    assert graded.file().decode() == gradebook({1: "1"})
    graded.add("zoë", 2, origin("gradescope", "submission_2", ("S0", "", "")))
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook({0: "2"})
    assert handed.problems == (
        "Seán O'Brien (seán): row 5 of theirs.csv has this name, but another id or email address.",
    )


def test_two_submissions_of_one_student_are_both_left_out(graded, origin):
    for key in ("one", "two"):
        graded.add(key, 1, origin("gradescope", key, ("S1", "Seán O'Brien", "")))
    handed = graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook()
    assert "all belong to row 5 of theirs.csv; which one counts?" in handed.problems[0]


def test_a_moodle_number_means_nothing_to_canvas(graded, origin):
    graded.add("m", 1, origin("moodle", "Nobody Here_1002_assignsubmission_file_", ("1002", "Nobody Here")))
    assert len(graded.export("canvas", gradebook()).problems) == 1
    assert graded.file().decode() == gradebook()


def test_every_member_of_a_group_gets_the_grade(graded, origin):
    graded.add("pair", 9, origin("gradescope", "submission_1", ("S0", "", ""), ("S4", "", "")))
    graded.export("canvas", gradebook())
    assert graded.file().decode() == gradebook({0: "9", 4: "9"})


def test_semicolons_and_decimal_commas_are_kept(graded, origin):
    before = "Student;ID;SIS Login ID;Section;Embeddings (1)\n    Points Possible;;;;20,00\nLi, Anna;7;a;A;\n"
    graded.add("annali_7", 12.5, origin("canvas", "liannaanna_7_8_e.py", ("7", "lianna")))
    handed = graded.export("canvas", before)
    assert graded.file().decode() == before.replace("Li, Anna;7;a;A;", "Li, Anna;7;a;A;12,5")
    assert handed.problems == ()


def test_the_numbers_of_two_sections_are_no_decimal_comma(graded, origin):
    before = 'Student,ID,SIS Login ID,Section,Embeddings (1)\n    Points Possible,,,,20\n"Li, Anna",7,a,"101,102",\n'
    graded.add("annali_7", 12.5, origin("canvas", "liannaanna_7_8_e.py", ("7", "lianna")))
    graded.export("canvas", before)
    assert graded.file().decode() == before.replace('"101,102",', '"101,102",12.5')


def test_the_assignment_is_named_where_its_column_is_not_clear(class_of):
    text = gradebook().replace("Embeddings (4711)", "Token embeddings (4711)")
    with pytest.raises(GraderError, match=r"with --assignment.*'Token embeddings \(4711\)', 'Other homework"):
        class_of.export("canvas", text)
    for name in ("Token embeddings (4711)", "token embeddings", "4711"):
        class_of.export("canvas", text, name=name)
        assert class_of.file().decode().count(",17,") == 1


def test_two_columns_of_one_title_are_told_apart_by_the_number(class_of):
    text = gradebook().replace("Other homework (4712)", "Embeddings (4712)")
    with pytest.raises(GraderError, match=r"Several have this name: 'Embeddings \(4711\)', 'Embeddings \(4712\)'"):
        class_of.export("canvas", text)


def test_a_total_that_differs_from_canvas_is_said(class_of):
    handed = class_of.export("canvas", gradebook().replace("20.00", "100.00"))
    assert any("is worth 100 points, assignment.yml 20" in text for text in handed.said)


def test_another_file_is_refused_with_where_to_get_the_right_one(class_of):
    with pytest.raises(GraderError, match="is not a gradebook export of Canvas"):
        class_of.export("canvas", "name,points\nAnna,1\n")
    with pytest.raises(GraderError, match=r"Name the file to fill with --into\. Where to get it: in Canvas"):
        class_of.export("canvas")


def test_the_instructors_own_file_is_never_written_over(class_of):
    class_of.export("canvas", gradebook())
    assert (class_of.folder / "theirs.csv").read_bytes() == gradebook().encode()


def test_feedback_goes_under_the_ids_by_which_canvas_finds_the_submission(graded, origin):
    file = "anna2_li_LATE_1002_88002_my_99_file.py"
    graded.add("a", 12, origin("canvas", file, ("1002", "annali"), late=True))
    graded.export("canvas", gradebook(), feedback=True)
    ((name, page),) = graded.zipped("canvas-feedback.zip").items()
    assert name == "anna2_li_LATE_1002_88002_feedback.html"
    # As Canvas reads it: the first two parts that are numbers are user and attachment.
    assert [part for part in name.split("_") if part.isdigit()][:2] == ["1002", "88002"]
    assert page.startswith("<!DOCTYPE html>") and "12" in page


def test_a_roster_s_middle_name_is_no_contradiction(graded, origin):
    graded.add("a", 12, origin("canvas", upload("Anna Li", 2), ("1002", "Anna Xiu Li", "a@example.edu")))
    assert graded.export("canvas", gradebook()).problems == ()
    assert graded.file().decode() == gradebook({2: "12"})


def test_a_gradebook_with_first_and_last_names_apart_is_filled(graded):
    before = "LastName,FirstName,ID,SIS Login ID,Section,Embeddings (1)\nO'Brien,Seán,7,sb,A,\nLi,Anna,8,al,A,\n"
    graded.add("seán_o_brien", 5)
    graded.export("canvas", before)
    assert graded.file().decode() == before.replace("sb,A,", "sb,A,5")
