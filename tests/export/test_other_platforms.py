"""Gradescope, GitHub Classroom, nbgrader and plain CSV; and what every export has in common."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest

from autograder.course.export import export
from autograder.course.gradebook.database import open_gradebook
from autograder.course.platforms.export_plan import ExportOptions
from autograder.errors import GraderError
from autograder.result import Status
from tests.export.conftest import AWKWARD, after
from tests.hand_made import LOOKUP, NASTY_NAMES, SINUSOIDAL

DAY = 86400
OWN = {
    "canvas": "Student,ID,SIS Login ID,Section,Embeddings (1)\nA,7,ada,A,\n",
    "moodle": "Identifier,Full name,Grade,Feedback comments\nParticipant 7,A,,\n",
    "github-classroom": "student_repository_name,roster_identifier,points_awarded\nx,y,\n",
    "brightspace": "OrgDefinedId,Username,Embeddings Points Grade <Numeric>,End-of-Line Indicator\n#y,#x,,#\n",
    "sakai": "Display ID,ID,Last Name,First Name,grade\ny,x,A,,\n",
    "nbgrader": None,
    "gradescope": None,
    "csv": None,
}


@pytest.fixture
def class_of(graded, origin):
    """The awkward names as Gradescope hands them over; the last has no email address."""
    for number, name in enumerate(AWKWARD):
        email = "" if name.startswith("=") else f"u{number}@example.edu"
        graded.add(f"k{number}", number, origin("gradescope", f"submission_{number}", (f"S{number}", name, email)))
    return graded


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_gradescope_gets_a_results_json_per_submission_and_a_table(class_of):
    handed = class_of.export("gradescope")
    results = class_of.results("gradescope-results.zip")
    assert sorted(results) == [f"results/k{number}.json" for number in range(len(AWKWARD))]
    assert results["results/k3.json"]["score"] == 3
    rows = table(class_of.file("gradescope-grades.csv"))
    assert [(row["email"], row["sid"], row["total"]) for row in rows[1:3]] == [
        ("u1@example.edu", "S1", "1"),
        ("u2@example.edu", "S2", "2"),
    ]
    assert rows[7]["name"] == "'=HYPERLINK(1)"
    assert handed.problems == ()


@pytest.mark.parametrize(
    ("told", "score"),
    [
        ({"id": 4, "users": [{"email": "another@example.edu"}]}, 4),
        ({"id": 999, "users": [{"id": 1, "email": "U3@example.edu", "name": "Anna Li"}]}, 3),
        ({"id": 999, "users": [{"email": None}, {"email": "u2@example.edu"}]}, 2),
        ({"id": 999, "users": [{"sid": "S7"}]}, 7),
    ],
)
def test_what_is_uploaded_to_gradescope_hands_each_submission_its_results(class_of, tmp_path, told, score):
    class_of.export("gradescope")
    home = tmp_path / "autograder"
    with zipfile.ZipFile(class_of.folder / "out" / "export" / "gradescope-results.zip") as archive:
        archive.extractall(home / "source")
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
    (home / "submission_metadata.json").write_text(json.dumps(told))
    program = (home / "source" / "run_autograder").rename(home / "run_autograder")
    subprocess.run([sys.executable, str(program), str(home)], check=True)
    assert json.loads((home / "results" / "results.json").read_text("utf-8"))["score"] == score


def test_a_submission_that_has_no_grade_gets_a_sentence_and_no_zero(class_of, tmp_path):
    class_of.export("gradescope")
    home = tmp_path / "autograder"
    with zipfile.ZipFile(class_of.folder / "out" / "export" / "gradescope-results.zip") as archive:
        archive.extractall(home / "source")
    (home / "submission_metadata.json").write_text('{"id": 999, "users": [{"email": "new@example.edu"}]}')
    program = home / "source" / "run_autograder"
    ran = subprocess.run([sys.executable, str(program), str(home)], capture_output=True, text=True)
    assert ran.returncode == 1 and "has no grade yet" in ran.stderr
    assert not (home / "results").exists()


def test_on_gradescope_the_score_is_what_counts_and_what_was_earned_stays(graded, origin):
    graded.policy(percent_per_day=10)
    graded.add("ada", 12, origin("gradescope", "submission_1", ("S1", "Ada", "a@b.c"), submitted=after(2 * DAY)))
    graded.export("gradescope")
    (data,) = graded.results("gradescope-results.zip").values()
    assert data["score"] == 8 and data["extra_data"]["total"] == 12
    assert "Late: 2 days begun, 10 per cent of 20 points each. 12 - 4 = 8 points count." in data["output"]
    (row,) = table(graded.file("gradescope-grades.csv"))
    assert (row["raw"], row["late_deduction"], row["total"]) == ("12", "4", "8")


def test_an_address_that_two_submissions_have_finds_neither_by_it(graded, origin):
    for number in (1, 2):
        graded.add(f"k{number}", number, origin("gradescope", f"submission_{number}", ("", "", "a@b.c")))
    handed = graded.export("gradescope")
    index = json.loads(graded.zipped("gradescope-results.zip")["index.json"])
    assert index == {"submission 1": "results/k1.json", "submission 2": "results/k2.json"}
    assert "email a@b.c: several graded submissions share this" in handed.problems[0]


def test_members_whose_extensions_differ_are_left_to_be_entered_by_hand(graded, origin):
    graded.policy(percent_per_day=10, extensions={"S1": 2})
    members = (("S1", "Ada", "a@b.c"), ("S2", "Ben", "b@b.c"))
    graded.add("pair", 12, origin("gradescope", "submission_1", *members, submitted=after(DAY)))
    handed = graded.export("gradescope")
    assert graded.results("gradescope-results.zip") == {}
    assert "pair: the members' extensions differ" in handed.problems[0]
    rows = table(graded.file("gradescope-grades.csv"))
    assert [(row["sid"], row["total"]) for row in rows] == [("S1", "12"), ("S2", "10")]


REPOSITORIES = (
    "assignment_name,assignment_url,starter_code_url,github_username,roster_identifier,"
    "student_repository_name,student_repository_url,submission_timestamp,points_awarded,points_available\r\n"
)


def repository(name: str, user: str, roster: str, points: str = "") -> str:
    url = f"https://github.com/c/{name}"
    return f'"Emb",u,s,"{user}","{roster}","{name}","{url}",2026-12-01 21:00:00 UTC,"{points}","20"\r\n'


def classroom(fill: dict[str, str] | None = None) -> str:
    fill = fill or {}
    students = [
        ("emb-ada-l", "ada-l", "Lovelace, Ada"),
        ("emb-ada", "ada", ""),
        ("emb-zoë-ben", "ben", "Ben"),
    ]
    return REPOSITORIES + "".join(repository(*student, fill.get(student[0], "")) for student in students)


def test_github_classroom_goes_by_the_repository_and_never_parts_its_name(graded, origin):
    graded.add("emb-ada", 4, origin("github-classroom", "emb-ada", ()))
    graded.add("emb-ada-l", 5, origin("github-classroom", "emb-ada-l", ()))
    graded.add("emb-gone", 6, origin("github-classroom", "emb-gone", ()))
    handed = graded.export("github-classroom", classroom(), feedback=True)
    assert graded.file().decode() == classroom({"emb-ada": "4", "emb-ada-l": "5"})
    assert handed.problems == ("emb-gone: no row of theirs.csv has this id, email address or name.",)
    assert "emb-ada/feedback.html" in graded.zipped("github-classroom-feedback.zip")


def test_all_who_share_a_repository_get_its_grade(graded, origin):
    text = REPOSITORIES + repository("emb-team", "ada", "A1") + repository("emb-team", "ben", "B2")
    graded.policy(percent_per_day=10, extensions={"B2": 1})
    team = origin("github-classroom", "emb-team", ("A1", "", ""), ("B2", "", ""), submitted=after(DAY))
    graded.add("emb-team", 10, team)
    graded.export("github-classroom", text)
    rows = list(csv.DictReader(io.StringIO(graded.file().decode())))
    assert [row["points_awarded"] for row in rows] == ["8", "10"]


NB = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,"
    "score,max_score\n"
    "ps1,,,S0,Müller,Zoë,u0@example.edu,1.0,0.0,1.0,5.0\n"
    "ps2,,,S0,Müller,Zoë,u0@example.edu,,,,20.0\n"
    "ps2,,,S1,O'Brien,Seán,,,,,20.0\n"
)


def test_nbgrader_s_table_is_filled_for_one_assignment(class_of):
    class_of.policy(percent_per_day=10, extensions={})
    handed = class_of.export("nbgrader", NB, name="ps2")
    expected = NB.replace("u0@example.edu,,,,20.0", "u0@example.edu,0,0,0,20.0")
    assert class_of.file().decode() == expected.replace("Seán,,,,,20.0", "Seán,,1,0,1,20.0")
    assert len(handed.problems) == len(AWKWARD) - 2
    with pytest.raises(GraderError, match="Name it with --assignment; these are there: 'ps1', 'ps2'"):
        class_of.export("nbgrader", NB)


def test_nbgrader_s_table_is_made_where_there_is_none(class_of):
    class_of.export("nbgrader", name="ps2", feedback=True)
    rows = table(class_of.file("nbgrader-grades.csv"))
    assert list(rows[0]) == NB.partition("\n")[0].split(",")
    assert (rows[1]["student_id"], rows[1]["raw_score"], rows[1]["max_score"]) == ("S1", "1", "20")
    assert "feedback/S1/ps2/embeddings.html" in class_of.zipped("nbgrader-feedback.zip")


def test_every_export_leaves_a_table_of_what_was_handed_back(class_of):
    class_of.export("csv", feedback=True)
    rows = table(class_of.file("handed-back.csv"))
    assert [row["total"] for row in rows] == [str(number) for number in range(len(AWKWARD))]
    assert rows[1]["name"] == "Seán O'Brien" and rows[7]["name"] == "'=HYPERLINK(1)"
    assert sorted(class_of.zipped("feedback.zip")) == [f"k{number}.html" for number in range(len(AWKWARD))]


def test_what_one_platform_got_stays_when_another_gets_less(class_of):
    class_of.export("gradescope")
    before = class_of.file("handed-back-gradescope.csv")
    class_of.export("csv")
    assert class_of.file("handed-back-gradescope.csv") == before


def test_any_table_is_filled_where_its_column_is_named(graded, origin):
    graded.policy(percent_per_day=10)
    graded.add("zb", 12, origin("blackboard", "Emb_zb_attempt_1_e.py", ("zb", "Zoë Ben"), submitted=after(DAY)))
    graded.add("li", 5, origin("blackboard", "Emb_li_attempt_1_e.py", ("li", ""), submitted=after(0)))
    text = '\ufeff"Last Name"\t"First Name"\t"Username"\t"Emb [Total Pts: 20 Score] |77"\t"Notes"\r\n'
    text += '"Ben"\t"Zoë"\t"zb"\t"{}"\t"{}"\r\n"Li"\t"Anna"\t"li"\t"{}"\t""\r\n"Li"\t"Anna"\t"li2"\t""\t"=x"\r\n'
    names = {"grade_column": "Emb [Total Pts: 20 Score] |77", "feedback_column": "Notes"}
    handed = graded.export("csv", text.format("", "", "").encode("utf-16-le"), **names)
    remark = "Late: 1 day begun, 10 per cent of 20 points each. 12 - 2 = 10 points count."
    assert graded.file() == text.format("10", remark, "5").encode("utf-16-le")
    assert handed.problems == ()


@pytest.mark.parametrize("other", ["First", "Last"])
def test_a_column_that_is_half_a_name_alone_is_no_name(graded, origin, other):
    graded.add("k", 12, origin("canvas", "k_1_2_e.py", ("1", "Zoë Ben")))
    before = f"Full name,{other},Grade\nZoë Ben,x,\n"
    graded.export("csv", before, grade_column="Grade")
    assert graded.file().decode() == before.replace("x,", "x,12")


@pytest.mark.parametrize(("possible", "written"), [("20,0", "12,5"), ("20.0", "12.5"), ("20", "12.5")])
def test_points_have_the_decimal_sign_of_the_points_possible(graded, possible, written):
    before = f"student_repository_name;roster_identifier;points_awarded;points_available\nx;ada;;{possible}\n"
    graded.add("ada", 12.5)
    graded.export("github-classroom", before)
    assert graded.file().decode() == before.replace(";ada;;", f";ada;{written};")


def test_a_table_without_the_column_or_anybody_in_it_is_refused(graded):
    graded.add("ada", 5)
    with pytest.raises(GraderError, match="has no column of a known name"):
        graded.export("csv", "username,points\nada,\n")
    with pytest.raises(GraderError, match="no column that says who a row is about"):
        graded.export("csv", "x,points\nada,\n", grade_column="points")


def test_who_gradescope_cannot_find_is_named(graded, origin):
    graded.add("a", 5, origin("canvas", "ada_1_2_e.py", ("1", "ada")))
    (problem,) = graded.export("gradescope").problems
    assert problem.endswith("who has no submission number, email address or SID: ada.")


def test_what_needs_marking_waits_unless_provisional(graded):
    graded.add("ada", 12, status=Status.NEEDS_MARKING)
    graded.add("ben", 20)
    handed = graded.export("csv")
    assert [row["student"] for row in table(graded.file("handed-back.csv"))] == ["ben"]
    assert handed.problems == ("Left out, needs marking (--provisional exports these): ada.",)
    handed = graded.export("csv", provisional=True)
    rows = table(graded.file("handed-back.csv"))
    assert [(row["student"], row["total"]) for row in rows] == [("ada", "12"), ("ben", "20")]
    assert rows[0]["remarks"] == "Provisional: 1 short answer not marked yet."
    assert handed.problems == () and "Provisional, since marks are missing: 1 grade." in handed.said


def test_points_of_yesterday_are_handed_out_and_named(graded):
    graded.add("ada", 12)
    graded.assignment = replace(graded.assignment, questions=(replace(LOOKUP, points=10), SINUSOIDAL))
    (problem,) = graded.export("csv").problems
    assert problem.startswith("Graded with other points than assignment.yml has now, and exported that way: ada.")


def test_a_page_that_a_group_shares_tells_no_member_s_own_deduction(graded, origin):
    graded.policy(percent_per_day=10, extensions={"Ben": 2})
    pair = (("1", "Ada"), ("2", "Ben"), ("3", "Cem"))
    graded.add("pair", 12, origin("canvas", "team_1_9_e.py", *pair, submitted=after(DAY)))
    graded.export("canvas", OWN["canvas"], feedback=True)
    (page,) = graded.zipped("canvas-feedback.zip").values()
    assert "Late" not in page and "<b>12</b>" in page


@pytest.mark.parametrize("to", ["github-classroom", "nbgrader"])
def test_another_platforms_file_is_refused_with_its_columns(graded, to):
    graded.add("ada", 5)
    with pytest.raises(GraderError, match=r"the columns are: 'Student', 'ID'|Its columns are: 'Student', 'ID'"):
        graded.export(to, OWN["canvas"])


@pytest.mark.parametrize("status", [Status.SET_ASIDE, Status.NOT_GRADED])
def test_what_was_not_graded_is_never_a_zero(graded, status):
    graded.add("ada", 12, status=status)
    with pytest.raises(GraderError, match=f"There is no grade to export. Left out, {status}: ada."):
        graded.export("csv", provisional=True)


def test_who_is_only_known_to_be_late_is_listed(graded, origin):
    graded.policy(percent_per_day=10)
    graded.add("ada", 12, origin("canvas", "ada_1_2_e.py", ("1", "ada"), late=True))
    handed = graded.export("csv")
    assert "1 student handed in late, but how late is not known" in handed.problems[0]
    sheet = graded.folder / "out" / "export" / "late.csv"
    assert handed.problems[0].endswith(f": ada. Fill in {sheet} and export again with --late-file {sheet}")
    assert sheet.read_text("utf-8-sig") == '"student","name","hours_late"\n"ada","ada",""\n'
    sheet.write_text(sheet.read_text("utf-8-sig").replace('""\n', '"30"\n'))
    graded.export("csv")
    assert "30" in sheet.read_text()
    handed = graded.export("csv", late_file=sheet, feedback=True)
    assert handed.problems == ()
    assert table(graded.file("handed-back.csv"))[0]["total"] == "8"
    page = graded.zipped("feedback.zip")["ada.html"]
    assert "12 - 4 = 8 points count." in page
    assert re.search(r"<b>8</b>.*of 20, 12 earned", page)


def test_who_is_late_the_next_time_is_added_to_the_sheet_and_what_is_filled_in_stays(graded, origin):
    graded.policy(percent_per_day=10)
    graded.add("ada", 12, origin("canvas", "ada_LATE_1_2_e.py", ("1", "ada"), late=True))
    graded.export("csv")
    sheet = graded.folder / "out" / "export" / "late.csv"
    filled = "student;name;hours_late;why\r\nada;ada;1,5;ill"  # as a spreadsheet has saved it
    sheet.write_bytes(filled.encode())
    graded.add("b;en", 12, origin("canvas", "ben_LATE_2_2_e.py", ("2", "ben"), late=True))
    for late_file in (sheet, None):
        handed = graded.export("csv", late_file=late_file)
        assert sheet.read_bytes().decode() == f'{filled}\r\n"b;en";"ben";"";""\r\n'
        assert handed.problems[0].endswith(f"Fill in {sheet} and export again with --late-file {sheet}")


def test_a_late_file_of_the_instructor_s_own_is_not_written_to(graded, origin):
    graded.policy(percent_per_day=10)
    own = graded.folder / "mine.csv"
    own.write_text("student,hours_late\nada,3\n")
    for key in ("ada", "ben"):
        graded.add(key, 12, origin("canvas", f"{key}_LATE_1_2_e.py", ("", key), late=True))
    sheet = graded.folder / "out" / "export" / "late.csv"
    for is_there in (False, True):
        (problem,) = graded.export("csv", late_file=own).problems
        assert "1 student handed in late" in problem and problem.endswith(f": ben. Add them to {own}")
        assert own.read_text() == "student,hours_late\nada,3\n"
        assert sheet.exists() == is_there
        sheet.write_text("student,name,hours_late\n")


def test_a_sheet_that_lost_its_columns_is_named_and_stays(graded, origin):
    graded.policy(percent_per_day=10)
    graded.add("ada", 12, origin("canvas", "ada_LATE_1_2_e.py", ("1", "ada"), late=True))
    graded.export("csv")
    sheet = graded.folder / "out" / "export" / "late.csv"
    for text, why in (("who,when\nada,\n", "no longer has the columns"), ("", "is empty")):
        sheet.write_text(text)
        (problem,) = graded.export("csv").problems
        assert "But move it away first and export again, for a new one: late.csv " + why in problem
        assert sheet.read_text() == text


@pytest.mark.parametrize("key", ["a\tb", "=ada", "-", "a\nb", "'ada", "a\u202eb"])
def test_every_key_is_known_again_when_the_sheet_comes_back(graded, origin, key):
    graded.policy(percent_per_day=10)
    graded.add(key, 12, origin("canvas", "ada_LATE_1_2_e.py", ("", ""), late=True))
    graded.export("csv")
    sheet = graded.folder / "out" / "export" / "late.csv"
    sheet.write_text(sheet.read_text("utf-8-sig").replace('""\n', '"30"\n'))
    assert graded.export("csv", late_file=sheet).problems == ()
    assert table(graded.file("handed-back.csv"))[0]["total"] == "8"


@pytest.mark.parametrize("name", ["handed-back.csv", "Handed-Back.CSV", "late.csv"])
def test_a_file_called_as_one_of_ours_is_not_taken(graded, name):
    graded.add("ada", 12)
    path = graded.folder / name
    path.write_text("username,points\nada,\n")
    with open_gradebook(graded.folder / "out") as gradebook:
        graded.save(gradebook)
        options = ExportOptions(graded.assignment, path, grade_column="points")
        with pytest.raises(GraderError, match="is the name of a file that an export writes"):
            export(gradebook, "csv", options, graded.folder / "out" / "export")
    assert not (graded.folder / "out" / "export").exists()


def test_no_program_takes_a_part_of_a_cell_for_a_formula(graded):
    """Some part cells at semicolons, with or without regard to quotes."""
    graded.add("x;=1+1", 12)
    graded.export("csv")
    assert '"x;\'=1+1",' in graded.file("handed-back.csv").decode()


def with_all_names(to: str) -> bytes | None:
    """The platform's own file with a row for each student who has such a name."""
    if (own := OWN[to]) is None:
        return None
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*own.partition("\n")[0].split(","), "SIS User ID", "ID number", "Email address"])
    for number, name in enumerate(NASTY_NAMES):
        rows = {
            "canvas": [name, number, name, "A", ""],
            "moodle": [f"Participant {number}", name, "", ""],
            "github-classroom": [name, number, ""],
            "brightspace": [f"#{number}", f"#{number}", "", "#"],
            "sakai": [number, number, name, "", ""],
        }
        writer.writerow([*rows[to], number, number, name])
    return file.getvalue().encode("utf-8", "replace")


@pytest.mark.parametrize(
    "platform", ["plain", "canvas", "moodle", "gradescope", "github-classroom", "blackboard", "sakai"]
)
@pytest.mark.parametrize("to", OWN)
def test_no_name_that_a_student_can_have_does_any_harm(graded, origin, to, platform):
    for number, name in enumerate(NASTY_NAMES):
        upload = f"{name}_{number}_{900 + number}_assignsubmission_file_"
        graded.add(name, 5, origin(platform, upload, (f"{number}", name, "" if number % 2 else name)))
    graded.export(to, with_all_names(to), feedback=True)
    for path in (graded.folder / "out" / "export").iterdir():
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
                assert archive.testzip() is None
            assert len(names) >= len(NASTY_NAMES) / 2 or (to in ("canvas", "brightspace", "sakai") and platform != to)
            assert len({name.casefold() for name in names}) == len(names)
            parts = [part for name in names for part in name.split("/")]
            assert not [part for part in parts if part in ("", ".", "..") or not part.isprintable()]
        elif path.name != "theirs.csv":
            rows = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
            assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_the_same_grades_give_the_same_bytes(class_of):
    class_of.export("gradescope", feedback=True)
    names = ("gradescope-results.zip", "gradescope-feedback.zip", "gradescope-grades.csv")
    first = [class_of.file(name) for name in names]
    class_of.export("gradescope", feedback=True)
    assert [class_of.file(name) for name in names] == first


@pytest.mark.parametrize("to", ["gradescope"])
def test_a_file_that_cannot_be_filled_is_refused_and_not_ignored(class_of, to):
    with pytest.raises(GraderError, match=r"theirs\.csv cannot be filled in: gradescope takes no grades in a file"):
        class_of.export(to, "email,total\nu1@example.edu,\n")
    assert not (class_of.folder / "out" / "export").exists()


def test_canvas_own_student_is_no_row_without_a_grade(graded, origin):
    graded.add("k", 5, origin("canvas", "ada_7_1_e.py", ("7", "ada")))
    handed = graded.export(
        "canvas", 'Student,ID,SIS Login ID,Section,Embeddings (1)\n"L, Ada",7,a,A,\n"Student, Test",9,x,A,\n'
    )
    assert not any("without a grade from here" in text for text in handed.said)
