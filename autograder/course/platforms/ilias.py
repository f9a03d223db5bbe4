"""ILIAS: a folder per student, or per team, in the folder of the submissions.

Read in ILIAS' `downloadAllAssignmentFiles`: the folder is name, login and number, in ASCII; teams have a folder with
their number, in the site's language, and one for each member who uploaded something in it; what was late has a
remark before its name. Some versions leave the time of the upload before each file's name. Grades go back as an xlsx
of its own, into which `handed-back.csv` can be copied.
"""

from __future__ import annotations

import re
from datetime import datetime

from ...submission import Member
from .base import Platform, Sorted, Upload, login_and_name, renamed, sort_each
from .download import Download, Item

LABEL = "ILIAS download"

_FOLDERS = frozenset({"abgaben", "submissions", "einreichungen", "remises", "soumissions", "entregas", "consegne"})
_PERSON = re.compile(r"(?P<who>.+)_\d+", re.DOTALL)
_TEAM = re.compile(r"[^\W\d]+ \d+")
_FILE = re.compile(
    r"(?P<late>(?:late submission|verspätete abgabe|verspaetete abgabe) ?- ?)?(?:(?P<when>\d{14})_)?(?P<file>.+)",
    re.IGNORECASE | re.DOTALL,
)


def _claims(download: Download) -> int:
    """Of folders so named alone, nobody knows that they are ILIAS': where they lie, or a file's name, tells it."""
    people = [item for item in download.items if _people(item)]
    is_told = download.name.casefold() in _FOLDERS or any(_times(item) for item in people)
    return len(people) if is_told else 0


def _sort(download: Download) -> Sorted:
    found = sort_each(download, _uploads)
    return Sorted(found.uploads, left=tuple(item for item in found.left if not item.name.endswith(".xlsx")))


def _people(item: Item) -> list[tuple[str, str]]:
    """Logins and names of those whose folder it is: a student, or those of a team who uploaded something."""
    if not item.is_folder:
        return []
    names = [item.name]
    if _TEAM.fullmatch(item.name):
        names = sorted({entry.parts[0] for entry in item.listing().entries if len(entry.parts) > 1})
    found = [(match := _PERSON.fullmatch(name)) and login_and_name(match["who"]) for name in names]
    return [person for person in found if person] if all(found) else []


def _uploads(item: Item) -> list[Upload]:
    people = _people(item)
    if not people:
        return []
    is_team = bool(_TEAM.fullmatch(item.name))
    paths = [entry.parts for entry in item.listing().entries]
    latest: dict[tuple[str, ...], tuple[str, ...]] = {}  # the times sort as texts
    for parts in sorted(paths, key=lambda parts: parts[-1]):
        latest[_students(parts[is_team:])] = parts
    kept = {parts: own for own, parts in latest.items()}
    return [
        Upload(
            student=item.name if is_team else people[0][0],
            name=item.name,
            listing=renamed(item, kept.get),
            members=tuple(Member(login, name) for login, name in people),
            late=any(found and found["late"] for parts in paths if (found := _FILE.fullmatch(parts[-1]))),
            submitted=_iso(max(_times(item), default="")),
            earlier=tuple("/".join(parts) for parts in paths if parts not in kept),
        )
    ]


def _times(item: Item) -> list[str]:
    return [
        found["when"] for entry in item.listing().entries if (found := _FILE.fullmatch(entry.name)) and found["when"]
    ]


def _students(parts: tuple[str, ...]) -> tuple[str, ...]:
    """A file's path as its student had it."""
    found = _FILE.fullmatch(parts[-1])
    return (*parts[:-1], found["file"]) if found else parts


def _iso(when: str) -> str:
    """`20260312101105` as `2026-03-12T10:11:05`; nothing for what is not a time."""
    try:
        return datetime.strptime(when, "%Y%m%d%H%M%S").isoformat()
    except ValueError:
        return ""


ILIAS = Platform(
    "ilias",
    LABEL,
    "{assignment}/Submissions/{Last}_{First}_{login}_{number}/{file}",
    _claims,
    _sort,
    ids_are_local=False,
)
