"""Gradescope's export: a folder per submission, and one file that says whose each is.

Uploaded as the assignment's autograder and run on all submissions, it brings every point
there, the marks of short answers included. The CSV is for other ways, by email address and SID.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from ...io.files import file_names
from ...io.text import format_points, single_line
from ...submission import Member
from ...upload.listing import UnreadableError, printable
from ..grades import Grade
from ..students.directory import Person
from .base import Platform, Sorted, Upload, gathered, with_problem
from .download import Download, Item
from .export_plan import ExportFiles, ExportOptions, Zip, shortened
from .plain_csv import file_for_each, points_of, table_of

# The download: who handed in what --------------------------------------------------------------

LABEL = "Gradescope export"
METADATA = "submission_metadata.yml"
MAX_METADATA_BYTES = 200_000_000
"""It holds every result of every attempt."""

MAX_BLOCK = 8_000
"""Characters of what is told of one submission, without its results and its history, which may be long."""

_SECTIONS = (":submitters", ":created_at")
_KEY = re.compile(r"  (:\w+):")
_ATTEMPT = re.compile(r"(?:  - |    ):created_at: *['\"]?([^'\"]*)")
_FOLDER = re.compile(r"submission_\d+")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? *(Z|[+-]\d\d:?\d\d)?")
# Everything stays text: a student number may start with zeros. Tags of Ruby's own mean nothing here.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def _claims(download: Download) -> int:
    if any(item.name == METADATA for item in download.items):
        return len(download.items)
    return sum(item.is_folder and bool(_FOLDER.fullmatch(item.name)) for item in download.items)


def _sort(download: Download) -> Sorted:
    told, problems = _metadata(download)
    folders = {item.name: item for item in download.folders}
    uploads = [_upload(name, told.get(name), folders.get(name)) for name in {**folders, **told}]
    if told:
        problems += [
            f"{printable(name)} is not named in {METADATA}: it is not known whose it is."
            for name in folders
            if name not in told
        ]
    files = tuple(item for item in download.items if not item.is_folder and item.name != METADATA)
    return Sorted(tuple(uploads), tuple(problems), files)


def _metadata(download: Download) -> tuple[dict[str, dict[str, Any]], list[str]]:
    try:
        content = download.read(METADATA, MAX_METADATA_BYTES)
    except UnreadableError as error:
        return {}, [f"{error} It is not known whose each submission is."]
    if content is None:
        return {}, [f"There is no {METADATA}: it is not known whose each submission is."]
    told: dict[str, dict[str, Any]] = {}
    problems = []
    for block, attempts in _blocks(content.decode("utf-8-sig", "replace")):
        try:
            data = yaml.load(block, Loader=_LOADER) if len(block) <= MAX_BLOCK else None
        except (yaml.YAMLError, ValueError, RecursionError):
            data = None
        if isinstance(data, dict):
            told |= {
                str(name): entry | {":history": attempts} for name, entry in data.items() if isinstance(entry, dict)
            }
        else:
            line = printable(block.partition("\n")[0])
            problems.append(f"What {METADATA} tells below `{line}` cannot be read.")
    if not told:
        return {}, [f"{METADATA} names no submission: it is not known whose each is."]
    return told, problems


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """What is told of each submission, without results, and the times of its earlier attempts.

    Those are most of the file, and hold what students' programs wrote; no YAML parser bears everything.
    """
    block: list[str] = []
    attempts: list[str] = []
    section = ""
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1].strip() and line != "---":
            if block:
                yield "\n".join(block), attempts
            block, attempts, section = [line], [], ""
        elif found := _KEY.match(line):
            section = found[1]
            if section in _SECTIONS:
                block.append(line)
        elif section == ":submitters":
            block.append(line)
        elif section == ":history" and (found := _ATTEMPT.match(line)):
            attempts.append(found[1].strip())
    if block:
        yield "\n".join(block), attempts


def _upload(name: str, told: dict[str, Any] | None, folder: Item | None) -> Upload:
    told = told or {}
    listing = gathered([(name, folder)] if folder else [])
    if folder is None:
        listing = with_problem(listing, f"{printable(name)} is named in {METADATA}, but not in the export.")
    members = tuple(
        Member(_text(entry, ":sid"), _text(entry, ":name"), _text(entry, ":email"))
        for entry in _entries(told.get(":submitters"))
    )
    earlier = map(_iso, told.get(":history", []))
    return Upload(
        student=" + ".join(sorted(_key(member, name) for member in members)) or name,
        name=name,
        listing=listing,
        members=members,
        submitted=_iso(_text(told, ":created_at")),
        earlier=tuple(f"attempt of {when}" for when in earlier if when),
    )


def _key(member: Member, folder: str) -> str:
    """Name and number: the same at the next download, and different for two of one name."""
    return "_".join(part for part in (member.name, member.id or member.email or folder) if part)


def _entries(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return "" if not isinstance(value, str) or value in ("null", "~") else value.strip()


def _iso(text: str) -> str:
    """`2026-04-26 17:34:00.861687000 Z` as `2026-04-26T17:34:00+00:00`; nothing for what is not a time."""
    found = _TIME.fullmatch(text)
    if not found:
        return ""
    try:
        when = datetime.fromisoformat(f"{found[1]}T{found[2]}{(found[4] or 'Z').replace('Z', '+00:00')}")
    except ValueError:
        return ""
    return when.astimezone(UTC).isoformat()


# The platform's own file, filled --------------------------------------------------------------

COLUMNS = ("email", "sid", "name", "submission", "raw", "late_deduction", "total", "possible", "remarks")
PROGRAM = Path(__file__).parent / "gradescope_run.py"


def gradescope(grades: Sequence[Grade], options: ExportOptions) -> ExportFiles:
    """The zip to upload as the autograder, and the table."""
    by_submission: dict[str, list[Grade]] = defaultdict(list)
    for grade in grades:
        by_submission[grade.person.student].append(grade)
    apart = [key for key, group in by_submission.items() if len({grade.total for grade in group}) > 1]
    names = file_names(by_submission)
    entries = [
        (grade, f"results/{names[grade.person.student]}.json") for grade in grades if grade.person.student not in apart
    ]
    index: dict[str, set[str]] = defaultdict(set)
    for grade, name in entries:
        for key in _keys(grade.person):
            index[key].add(name)
    ambiguous = sorted(key for key, files in index.items() if len(files) > 1)
    nameless = [grade for grade in grades if not _keys(grade.person)]
    rows = (
        (
            grade.person.member.email,
            grade.person.university_id,
            grade.person.member.name or grade.person.student,
            Path(grade.person.origin.upload).name,
            *points_of(grade),
            format_points(grade.possible),
            " ".join(grade.remarks),
        )
        for grade in grades
    )
    texts = (
        ("setup.sh", "#!/usr/bin/env bash\n# Nothing is installed: run_autograder needs Python alone.\n"),
        ("run_autograder", PROGRAM.read_text(encoding="utf-8")),
        (
            "index.json",
            json.dumps({key: min(files) for key, files in index.items() if len(files) == 1}, indent=1),
        ),
    )
    return ExportFiles(
        grades=tuple(grades),
        files=(("gradescope-grades.csv", table_of(COLUMNS, rows)),),
        zips=(
            Zip("gradescope-results.zip", "results", tuple(entries), texts),
            Zip("gradescope-feedback.zip", "page", tuple(file_for_each(grades))),
        ),
        said=("gradescope-results.zip can be uploaded as the assignment's autograder.",),
        problems=(
            *(
                f"{single_line(key)}: the members' extensions differ, but Gradescope has one score for a group. "
                "Enter theirs there by hand."
                for key in apart
            ),
            *(
                f"{single_line(key)}: several graded submissions share this, so nobody is found by it."
                for key in ambiguous
            ),
            *(
                [
                    "Gradescope cannot find who has no submission number, email address or SID: "
                    f"{shortened(grade.person.shown for grade in nameless)}."
                ]
                if nameless
                else []
            ),
        ),
    )


def _keys(person: Person) -> list[str]:
    """What Gradescope's submission_metadata.json may say of this student, or of the submission."""
    name = Path(person.origin.upload).name
    number = name.removeprefix("submission_")
    return [
        *([f"submission {number}"] if person.platform == "gradescope" and number != name else []),
        *([f"email {person.member.email.strip().casefold()}"] if person.member.email.strip() else []),
        *([f"sid {sid}"] if (sid := person.university_id.strip().casefold()) else []),
    ]


GRADESCOPE = Platform(
    "gradescope",
    LABEL,
    f"assignment_{{id}}_export/submission_{{id}}/ and {METADATA}",
    _claims,
    _sort,
    fill=gradescope,
    ids_are_local=False,
)
