"""The late policy: what is deducted, from whom, and what is said where it is not known."""

from __future__ import annotations

import pytest

from autograder.assignment import LatePolicy
from autograder.course.grades import Grade
from autograder.course.late import deduct
from autograder.course.students.directory import persons_of
from autograder.errors import GraderError
from autograder.submission import Member, UploadInfo
from tests.export.conftest import DUE, after

DAY = 86400


def grade(raw: float = 80, student: str = "ada", **origin: object) -> Grade:
    member = Member("7", "Ada Lovelace", "ada@example.edu")
    made = UploadInfo(**{"platform": "plain", "upload": student, "members": (member,), **origin})  # type: ignore[arg-type]
    return Grade(persons_of(student, made)[0], raw, 100)


def deducted(seconds: float, raw: float = 80, **policy: object) -> float:
    policy = {"percent_per_day": 10, "due": DUE, **policy}
    (charged,) = deduct([grade(raw, submitted=after(seconds))], LatePolicy(**policy)).grades  # type: ignore[arg-type]
    return charged.deduction.points if charged.deduction else 0.0


@pytest.mark.parametrize(
    ("seconds", "points"),
    [(-5, 0), (0, 0), (1, 10), (DAY, 10), (DAY + 1, 20), (7.5 * DAY, 80), (30 * DAY, 80)],
)
def test_each_day_that_has_begun_costs_its_share_and_never_more_than_was_earned(seconds, points):
    assert deducted(seconds) == points


def test_grace_moves_the_due_date():
    assert deducted(15 * 60, grace_minutes=15) == 0
    assert deducted(16 * 60, grace_minutes=15) == 10
    assert deducted(DAY + 10 * 60, grace_minutes=15) == 10


def test_past_the_cut_off_no_points_count():
    assert deducted(2 * DAY, cut_off_days=2) == 20
    assert deducted(2 * DAY + 1, cut_off_days=2) == 80


@pytest.mark.parametrize("name", ["ada", "7", "ADA@example.edu", "Lovelace, Ada"])
def test_an_extension_finds_its_student_and_counts_before_days_and_cut_off(name):
    assert deducted(3 * DAY, extensions={name: 2}, cut_off_days=2) == 10
    assert deducted(2 * DAY, extensions={name: 2}) == 0
    assert deducted(2 * DAY, extensions={"somebody": 2}) == 20


def test_the_sentence_adds_up():
    (charged,) = deduct([grade(submitted=after(1.5 * DAY))], LatePolicy(10, due=DUE)).grades
    assert charged.remarks == ("Late: 2 days begun, 10 per cent of 100 points each. 80 - 20 = 60 points count.",)
    assert (charged.raw, charged.total) == (80, 60)


def test_without_a_policy_nothing_is_deducted():
    late = [grade(late=True), grade(submitted=after(9 * DAY))]
    assert deduct(late, None).grades == tuple(late)
    assert deduct(late, None).unknown == ()


def test_where_only_late_is_known_nothing_is_deducted_and_the_student_listed():
    charged = deduct(
        [grade(platform="canvas", late=True), grade(platform="canvas")], LatePolicy(10), tell_lateness={"canvas"}
    )
    assert [g.total for g in charged.grades] == [80, 80]
    assert [g.person.origin.late for g in charged.unknown] == [True]
    assert charged.untold == ()


def test_where_not_even_that_is_known_it_is_said():
    charged = deduct([grade(), grade(submitted=after(0))], LatePolicy(10, due=DUE))
    assert len(charged.untold) == 1 and charged.unknown == ()


@pytest.mark.parametrize("platform", ["gradescope", "blackboard", "canvas"])
def test_when_something_was_handed_in_says_nothing_without_a_due_date(platform):
    charged = deduct(
        [grade(platform=platform, submitted=after(9 * DAY), late=platform == "canvas")],
        LatePolicy(10),
        tell_lateness={"canvas"},
    )
    assert [g.total for g in charged.grades] == [80]
    assert len(charged.unknown) == (platform == "canvas") and len(charged.untold) == (platform != "canvas")


@pytest.mark.parametrize(
    ("submitted", "total"),
    [
        ("2026-12-01T22:59:00+00:00", 80),  # the same moment in another zone
        ("2026-12-02T12:00:00+01:00", 70),
        ("2026-12-01T23:58:00", 80),  # without a zone: the due date's
        ("2026-12-02T00:00:00", 70),
        ("2026-12-01T22:59:01Z", 70),
        ("some day", 80),
    ],
)
def test_the_due_date_says_how_late_where_the_platform_tells_when(submitted, total):
    charged = deduct([grade(submitted=submitted)], LatePolicy(10, due=DUE))
    assert charged.grades[0].total == total


@pytest.mark.parametrize(
    "text",
    [
        "student,hours_late\nada,26\n",
        "Student;Days_Late\n7;1,1\n",
        "student,minutes_late\nada@EXAMPLE.edu,1560\n",
        'name,seconds_late\n"Lovelace, Ada",93600\n',
        "student,submitted\nada,2026-12-03T01:59:00+01:00\n",
    ],
)
def test_a_late_file_says_how_late(tmp_path, text):
    (tmp_path / "late.csv").write_text(text, "utf-8")
    charged = deduct([grade(platform="canvas", late=True)], LatePolicy(10, due=DUE), tmp_path / "late.csv")
    assert charged.grades[0].total == 60
    assert charged.unknown == () and charged.problems == ()


def test_what_a_late_file_says_unclearly_is_named_and_deducts_nothing(tmp_path):
    two = [grade(student="one", late=True), grade(student="two", late=True)]
    text = "student,hours_late\nAda Lovelace,3\nnobody,3\none,soon\ntwo,\n"
    (tmp_path / "late.csv").write_text(text, "utf-8")
    charged = deduct(two, LatePolicy(10), tmp_path / "late.csv")
    assert [g.total for g in charged.grades] == [80, 80] and len(charged.unknown) == 2
    assert charged.problems == (
        "late.csv, row 2: 'Ada Lovelace' may be one or two. Write the key or the email.",
        "late.csv, row 3: 'nobody' is not a student who gets a grade now.",
        "late.csv, row 4: 'soon' does not say how late; write a number such as 26.5.",
    )


def test_a_time_that_cannot_be_read_is_asked_for_as_a_time(tmp_path):
    (tmp_path / "late.csv").write_text("student,submitted\nada,02.12.2026 03:00\n", "utf-8")
    charged = deduct([grade()], LatePolicy(10, due=DUE), tmp_path / "late.csv")
    assert charged.problems == (
        "late.csv, row 2: '02.12.2026 03:00' does not say how late; write a time such as 2026-12-01T23:59.",
    )


@pytest.mark.parametrize("text", ["student,points\nada,1\n", "hours_late\n3\n", "student,submitted\nada,x\n"])
def test_a_late_file_without_its_columns_is_refused(tmp_path, text):
    (tmp_path / "late.csv").write_text(text, "utf-8")
    with pytest.raises(GraderError, match="should have a column `student` and one of seconds_late"):
        deduct([grade()], LatePolicy(10), tmp_path / "late.csv")


def test_a_late_file_without_a_policy_is_refused(tmp_path):
    (tmp_path / "late.csv").write_text("student,hours_late\n", "utf-8")
    with pytest.raises(GraderError, match="no `late:` section"):
        deduct([grade()], None, tmp_path / "late.csv")


def test_an_extension_for_nobody_is_named():
    charged = deduct([grade()], LatePolicy(10, extensions={"adda": 1}))
    assert charged.problems == ("assignment.yml, `late.extensions`: 'adda' is not a student who gets a grade now.",)


def test_an_extension_that_may_be_two_people_is_named():
    grades = [grade(student=student, submitted=after(DAY)) for student in ("one", "two")]
    charged = deduct(grades, LatePolicy(10, due=DUE, extensions={"Ada Lovelace": 1}))
    assert charged.problems == ("assignment.yml, `late.extensions`: 'Ada Lovelace' may be one or two.",)
    assert [g.total for g in charged.grades] == [70, 70]
