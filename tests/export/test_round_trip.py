"""A platform's download goes in, its own file with the grades comes out, and nothing else has changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from autograder.assignment import load_assignment
from autograder.course.intake.uploads import collect, take_in
from autograder.result import Status
from tests.platforms import downloads
from tests.platforms.people import ABSENT, PEOPLE, Person

CLASS = (*PEOPLE, ABSENT)
POINTS = {person.number: f"{index + 1}.5" for index, person in enumerate(PEOPLE)}


def work(person: Person) -> dict[str, bytes]:
    return {"embeddings.py": f"def encode(tokens, vocabulary):\n    return {person.number}\n".encode()}


def table(rows: list[list[str]], end: str = "\r\n") -> bytes:
    file = io.StringIO()
    csv.writer(file, lineterminator=end).writerows(rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def canvas(points: dict[str, str]) -> bytes:
    rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Embeddings (7)", "Final Score"]]
    rows += [["    Points Possible", "", "", "", "", "20", "(read only)"]]
    rows += [[p.sortable, p.number, p.sid, p.login, "A", points.get(p.number, ""), "=1+1"] for p in CLASS]
    return table(rows)


def moodle(points: dict[str, str]) -> bytes:
    rows = [["Identifier", "Full name", "Email address", "Grade", "Last modified (grade)"]]
    rows += [[f"Participant {p.number}", p.name, p.email, points.get(p.number, ""), "-"] for p in CLASS]
    return table(rows, "\n")


def classroom(points: dict[str, str]) -> bytes:
    rows = [["github_username", "roster_identifier", "student_repository_name", "points_awarded"]]
    rows += [[p.login, p.sid, downloads.repository(p), points.get(p.number, "")] for p in CLASS]
    return table(rows)


def nbgrader(points: dict[str, str]) -> bytes:
    rows = [["assignment", "student_id", "email", "raw_score", "late_submission_penalty", "score"]]
    for p in CLASS:
        earned = points.get(p.number, "")
        rows += [["Embeddings", p.sid, p.email, earned, "0" if earned else "", earned]]
    return table(rows)


def brightspace(points: dict[str, str]) -> bytes:
    rows = [["OrgDefinedId", "Username", "Last Name", "First Name", "Quiz Points Grade <Numeric MaxPoints:5>"]]
    rows[0] += ["Embeddings Points Grade <Numeric MaxPoints:20 Weight:10>", "End-of-Line Indicator"]
    rows += [[f"#{p.sid}", f"#{p.login}", p.last, p.first, "3", points.get(p.number, ""), "#"] for p in CLASS]
    return table(rows)


def sakai(points: dict[str, str]) -> bytes:
    rows = [
        ["Embeddings", "Points", "2026-03-12"],
        [],
        ["Display ID", "ID", "Last Name", "First Name", "grade", "Late"],
    ]
    rows += [[p.sid, p.login, p.last, p.first, points.get(p.number, ""), "On time"] for p in CLASS]
    return table(rows, "\n")


def by_login(points: dict[str, str]) -> bytes:
    rows = [["assignment", "student_id", "raw_score", "late_submission_penalty", "score"]]
    for p in CLASS:
        earned = points.get(p.number, "")
        rows += [["Embeddings", p.login, earned, "0" if earned else "", earned]]
    return table(rows)


def own_table(points: dict[str, str]) -> bytes:
    rows = [["Username", "Last Name", "First Name", "Email", "Points", "Notes"]]
    return table(rows + [[p.login, p.last, p.first, p.email, points.get(p.number, ""), "=1+1"] for p in CLASS])


def by_sid(person: Person) -> bool:
    return person.sid != ABSENT.sid


TRIPS: dict[str, tuple[Callable[..., downloads.Files], str, Callable[[dict[str, str]], bytes]]] = {
    "Canvas to Canvas": (downloads.canvas, "canvas", canvas),
    "Moodle to Moodle": (downloads.moodle, "moodle", moodle),
    "Moodle, blind": (downloads.moodle_blind, "moodle", moodle),
    "GitHub Classroom": (downloads.github_classroom, "github-classroom", classroom),
    "Gradescope to Canvas": (downloads.gradescope, "canvas", canvas),
    "Gradescope to Moodle": (downloads.gradescope, "moodle", moodle),
    "Gradescope to nbgrader": (downloads.gradescope, "nbgrader", nbgrader),
    "Blackboard to Canvas": (downloads.blackboard, "canvas", canvas),
    "Sakai": (downloads.sakai, "sakai", sakai),
    "Sakai to Canvas": (downloads.sakai, "canvas", canvas),
    "nbgrader, exchange": (downloads.nbgrader_exchange, "nbgrader", by_login),
    "nbgrader, collected": (downloads.nbgrader, "nbgrader", by_login),
    "ILIAS": (downloads.ilias, "csv", own_table),
    "OpenOLAT": (downloads.openolat, "csv", own_table),
    "Blackboard": (downloads.blackboard, "csv", own_table),
    "a plain folder to Canvas": (downloads.plain, "canvas", canvas),
    "a plain folder to GitHub Classroom": (downloads.plain, "github-classroom", classroom),
}


def take_in_and_grade(graded, folder, download, form: str = "folder") -> None:
    """Take a download in, and give everybody points of their own."""
    path = folder.with_suffix(f".{form}")
    put = downloads.as_zip if form == "zip" else downloads.as_folder
    found = collect(put(path, download(work)), load_assignment())
    assert len(found) == len(PEOPLE)
    for submission in found:
        assert submission.set_aside is None and submission.code is not None
        number = submission.code.decode().split()[-1]
        graded.add(submission.student, float(POINTS[number]), submission.origin)


ZIPPED = [trip for trip in TRIPS if "plain folder" not in trip]  # whose zip would be one submission


@pytest.mark.parametrize(("trip", "form"), [(trip, "folder") for trip in TRIPS] + [(trip, "zip") for trip in ZIPPED])
def test_every_grade_comes_back_and_no_other_byte_changes(graded, tmp_path, trip, form):
    download, to, own = TRIPS[trip]
    take_in_and_grade(graded, tmp_path / "download", download, form)
    handed = graded.export(to, own({}), **({"grade_column": "Points"} if to == "csv" else {}))
    assert graded.file() == own(POINTS)
    assert handed.problems == ()


BY_NAME = {
    "Brightspace": (downloads.brightspace, "brightspace", brightspace),
    "Teams": (downloads.teams, "csv", own_table),
    "Schoology": (downloads.schoology, "csv", own_table),
}


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("trip", BY_NAME)
def test_where_only_names_are_known_two_of_one_name_are_left_and_all_others_come_back(graded, tmp_path, trip, form):
    download, to, own = BY_NAME[trip]
    take_in_and_grade(graded, tmp_path / "download", download, form)
    handed = graded.export(to, own({}), **({"grade_column": "Points"} if to == "csv" else {}))
    alone = {p.number: POINTS[p.number] for p in PEOPLE if p.last != "Chen"}
    assert graded.file() == own(alone)
    assert [problem.rpartition(": ")[2] for problem in handed.problems] == [
        "2 of those who handed in have this name."
    ] * 2


def test_a_roster_by_which_both_are_known_brings_those_two_back(graded, tmp_path):
    path = downloads.as_folder(tmp_path / "in", downloads.schoology(work))
    (tmp_path / "roster.csv").write_bytes(
        table([["id", "name", "email"], *[[p.number, p.name, p.email] for p in CLASS]])
    )
    for submission in take_in(path, load_assignment(), roster=tmp_path / "roster.csv").submissions:
        graded.add(submission.student, float(POINTS[submission.code.decode().split()[-1]]), submission.origin)
    handed = graded.export("csv", own_table({}), grade_column="Points")
    assert graded.file() == own_table(POINTS) and handed.problems == ()


def test_google_drive_s_two_of_one_name_are_asked_about_and_all_others_come_back(graded, tmp_path):
    path = downloads.as_zip(tmp_path / "Homework.zip", downloads.google_drive(work))
    for submission in collect(path, load_assignment()):
        if submission.set_aside is None:
            graded.add(submission.student, float(POINTS[submission.code.decode().split()[-1]]), submission.origin)
    graded.export("csv", own_table({}), grade_column="Points")
    assert graded.file() == own_table({p.number: POINTS[p.number] for p in PEOPLE if p.last != "Chen"})


def test_pages_go_back_where_brightspace_and_sakai_look_for_them(graded, tmp_path):
    take_in_and_grade(graded, tmp_path / "b", downloads.brightspace)
    graded.export("brightspace", brightspace({}), feedback=True)
    pages = graded.zipped("brightspace-feedback.zip")
    assert "64711-4477 - Séan O'Brien - 12 March, 2026 1012 AM/feedback.html" in pages and len(pages) == len(PEOPLE)


def test_sakai_s_zip_holds_the_grades_and_a_page_for_each(graded, tmp_path):
    take_in_and_grade(graded, tmp_path / "s", downloads.sakai)
    graded.export("sakai", sakai({}), feedback=True)
    zipped = graded.zipped("sakai-feedback.zip")
    assert zipped.pop("Embeddings/grades.csv").encode() == sakai(POINTS)
    assert "Embeddings/O'Brien, Séan(sobrien)/Feedback Attachment(s)/feedback.html" in zipped


def test_a_gradescope_export_comes_back_by_submission_email_and_sid(graded, tmp_path):
    take_in_and_grade(graded, tmp_path / "download", downloads.gradescope)
    handed = graded.export("gradescope")
    rows = csv.DictReader(io.StringIO(graded.file("gradescope-grades.csv").decode("utf-8-sig")))
    told = {(row["email"], row["sid"], row["submission"]): row["total"] for row in rows}
    assert told == {(p.email, p.sid, f"submission_9{p.number}"): POINTS[p.number] for p in PEOPLE}
    assert len(graded.results("gradescope-results.zip")) == len(PEOPLE)
    assert handed.problems == ()


def test_two_of_one_name_are_left_alone_where_only_the_name_is_known(graded, tmp_path):
    take_in_and_grade(graded, tmp_path / "download", downloads.moodle)
    handed = graded.export(
        "nbgrader",
        table(
            [
                [
                    "assignment",
                    "student_id",
                    "last_name",
                    "first_name",
                    "raw_score",
                    "late_submission_penalty",
                    "score",
                ],
                *[["E", p.sid, p.last, p.first, "", "", ""] for p in CLASS],
            ]
        ),
    )
    rows = list(csv.reader(io.StringIO(graded.file().decode("utf-8-sig"))))[1:]
    assert [row[6] for row in rows] == ["" if (p is ABSENT or p.last == "Chen") else POINTS[p.number] for p in CLASS]
    assert len(handed.problems) == 2


@pytest.mark.parametrize("status", [Status.SET_ASIDE, Status.NEEDS_MARKING])
def test_a_namesake_who_gets_no_grade_yet_keeps_the_other_from_the_only_row_of_that_name(graded, tmp_path, status):
    path = downloads.as_folder(tmp_path / "in", downloads.brightspace(work))
    for submission in collect(path, load_assignment()):
        is_open = submission.student == "Wei Chen_64714"
        graded.add(submission.student, 12, submission.origin, **({"status": status} if is_open else {}))
    of_a_section = "\r\n".join(line for line in brightspace({}).decode().split("\r\n") if "wchen2" not in line)
    handed = graded.export("brightspace", of_a_section)
    assert "Wei Chen (Wei Chen_64713): 2 of those who handed in have this name." in handed.problems


@pytest.mark.parametrize("number", ["500", "S1"])
def test_a_team_s_members_are_found_by_what_the_university_s_roster_knows(graded, tmp_path, number):
    team = Person("77", "", "Team Zeta", "", "")
    path = downloads.as_folder(tmp_path / "in", downloads.moodle(work, [team]))
    roster = tmp_path / "roster.csv"
    roster.write_text(f"id,name,email,group\n{number},Ada Li,ada@x,Team Zeta\nS2,Ben Mo,,Team Zeta\n")
    for submission in take_in(path, load_assignment(), roster=roster).submissions:
        graded.add(submission.student, 12, submission.origin)
    sheet = (
        "Identifier,Full name,Email address,ID number,Grade\nParticipant 500,Zita Li-Ada,z@x,S9,\n"
        "Participant 501,Ada Li,ada@x,,\nParticipant 502,Benjamin M.,,S2,\n"
    )
    handed = graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("ada@x,,", "ada@x,,12").replace("S2,", "S2,12")
    assert handed.problems == ()


def test_a_team_s_members_are_found_by_their_numbers_in_moodle_s_own_worksheet(graded, tmp_path):
    team = Person("77", "", "Team Zeta", "", "")
    path = downloads.as_folder(tmp_path / "in", downloads.moodle(work, [team]))
    sheet = "Identifier,Full name,Group,Grade\nParticipant 500,,Team Zeta,\nParticipant 77,Al,,\n"
    (tmp_path / "roster.csv").write_text(sheet)
    for submission in take_in(path, load_assignment(), roster=tmp_path / "roster.csv").submissions:
        graded.add(submission.student, 12, submission.origin)
    graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("Team Zeta,", "Team Zeta,12")


def test_late_work_of_a_canvas_download_is_listed(graded, tmp_path):
    graded.policy(percent_per_day=10)
    take_in_and_grade(
        graded, tmp_path / "download", lambda work: downloads.canvas(work, late=frozenset({"4711", "4715"}))
    )
    handed = graded.export("canvas", canvas({}))
    assert graded.file() == canvas(POINTS)
    assert "2 students handed in late, but how late is not known" in handed.problems[0]
    (tmp_path / "late.csv").write_text("student,days_late\n4711,0.5\n4715,2\n", "utf-8")
    handed = graded.export("canvas", canvas({}), late_file=tmp_path / "late.csv")
    assert graded.file() == canvas(POINTS | {"4711": "0", "4715": "1.5"})
    assert handed.problems == ()


def test_every_member_of_a_gradescope_group_gets_its_grade(graded, tmp_path):
    first, second = PEOPLE[0], PEOPLE[4]
    downloads.as_folder(tmp_path / "in", downloads.gradescope(work, groups=[(first, second)]))
    found = collect(next((tmp_path / "in").iterdir()), load_assignment())
    assert len(found) == len(PEOPLE) - 1
    for submission in found:
        assert submission.code is not None
        graded.add(submission.student, float(POINTS[submission.code.decode().split()[-1]]), submission.origin)
    handed = graded.export("canvas", canvas({}))
    assert graded.file() == canvas(POINTS | {second.number: POINTS[first.number]})
    assert handed.problems == ()
    graded.export("gradescope")
    scores = [found["score"] for found in graded.results("gradescope-results.zip").values()]
    assert sorted(scores) == sorted(float(POINTS[p.number]) for p in PEOPLE if p is not second)
