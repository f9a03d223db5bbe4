"""The tables that the platforms export of the class: gradebooks, worksheets, rosters."""

from __future__ import annotations

import csv
import io

from .downloads import repository
from .people import ABSENT, PEOPLE

ROSTER = (*PEOPLE, ABSENT)
"""Who is in the course: somebody handed in nothing."""


def table(header: str, *rows: tuple[str, ...], delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([header.split(","), *rows])
    return text.getvalue()


def canvas_gradebook() -> str:
    """As Canvas exports it, with its two rows that are no students."""
    posting = ("", "", "", "", "", "Manual Posting")
    points = ("    Points Possible", "", "", "", "", "100")
    rows = [(p.sortable, p.number, p.sid, p.login, "Section 1", "") for p in ROSTER]
    return table("Student,ID,SIS User ID,SIS Login ID,Section,Homework 3 (99)", posting, points, *rows)


def moodle_worksheet(*, blind: bool = False) -> str:
    rows = [(f"Participant {p.number}", "" if blind else p.name, "" if blind else p.email, "") for p in ROSTER]
    return table("Identifier,Full name,Email address,Grade", *rows)


def gradescope_roster() -> str:
    return table("First Name,Last Name,SID,Email", *[(p.first, p.last, p.sid, p.email) for p in ROSTER])


def classroom_grades() -> str:
    header = "assignment_name,github_username,roster_identifier,student_repository_name"
    rows = [("hw3", p.login, p.sid, repository(p)) for p in ROSTER]
    return table(header, *rows)


def classroom_roster() -> str:
    rows = [(p.sid, f"{p.login}-x", "17", p.name) for p in ROSTER]
    return table("identifier,github_username,github_id,name", *rows)


def logins() -> str:
    return table("sid,name,username", *[(p.sid, p.name, p.login) for p in ROSTER])
