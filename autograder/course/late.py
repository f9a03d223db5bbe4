"""What being late costs, by the policy in assignment.yml; what is not known costs nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..assignment import LatePolicy
from ..errors import GraderError
from ..io.csv_file import Table, read_table
from ..io.files import write_atomically
from ..io.text import csv_safe, format_points, number, pluralize, single_line
from .grades import Deduction, Grade
from .platforms.export_plan import shortened
from .platforms.plain_csv import table_of
from .students.directory import Directory, Person, normalize_id

DAY = 86_400
MOST = 1e9
"""Seconds or days that anybody is late: what is larger overflows."""

SECONDS = {"seconds_late": 1, "minutes_late": 60, "hours_late": 3_600, "days_late": DAY}
"""The columns that a late file may have, and what one stands for."""

_WHO = ("student", "id", "email", "name")

LATE_SHEET = "late.csv"
"""What the late file is called that an export writes."""


@dataclass(frozen=True)
class LateResult:
    """The grades with what is deducted.

    Attributes:
        unknown: those of whom only "late" is known; nothing is deducted from them.
        untold: those of whom it is not even known whether they were late.
        problems: what in the late file or the extensions was not clear.
    """

    grades: tuple[Grade, ...]
    unknown: tuple[Grade, ...] = ()
    untold: tuple[Grade, ...] = ()
    problems: tuple[str, ...] = ()


def deduct(
    grades: Sequence[Grade],
    policy: LatePolicy | None,
    late_file: Path | None = None,
    told_by_platform: Mapping[Person, float | None] | None = None,
    tell_lateness: Set[str] = frozenset(),
) -> LateResult:
    """Deduct what the policy says from every grade that is known to be late.

    A late file comes first; of whom it does not name, the platform's own file; then the download.

    Args:
        told_by_platform: how late, in seconds, as the platform's own file says; None for "late" alone.
        tell_lateness: the platforms whose downloads mark what is late: what they do not mark was in time.

    Raises:
        GraderError: if there is a late file but no policy, or the file cannot be read.
    """
    if policy is None:
        if late_file:
            raise GraderError(
                f"{late_file} says who was late, but assignment.yml has no `late:` section to say what that costs."
            )
        return LateResult(tuple(grades))
    directory = Directory(grade.person for grade in grades)
    told, problems = _read(late_file, directory, policy) if late_file else ({}, [])
    told_by_platform = told_by_platform or {}
    extensions = {name: directory.find(name) for name in policy.extensions}
    days_more: dict[Person, float] = {}
    for name, persons in extensions.items():
        for person in persons if len({person.student for person in persons}) == 1 else ():
            days_more[person] = max(days_more.get(person, 0.0), policy.extensions[name])
    charged: list[Grade] = []
    unknown: list[Grade] = []
    untold: list[Grade] = []
    for grade in grades:
        person = grade.person
        seconds = told.get(person, told_by_platform.get(person, _seconds(person, policy, tell_lateness)))
        if seconds is None:
            (unknown if person.origin.late or person in told_by_platform else untold).append(grade)
        charged.append(
            replace(grade, deduction=deduction(policy, grade, seconds or 0.0, days_more.get(grade.person, 0.0)))
        )
    for name, persons in extensions.items():
        if (count := len({person.student for person in persons})) != 1:
            who = "may be " + _names(persons) if count else "is not a student who gets a grade now"
            problems.append(f"assignment.yml, `late.extensions`: {single_line(name)!r} {who}.")
    return LateResult(tuple(charged), tuple(unknown), () if late_file else tuple(untold), tuple(problems))


def deduction(policy: LatePolicy, grade: Grade, seconds: float, extended: float = 0.0) -> Deduction | None:
    """What so many seconds after the due date cost; None where it is nothing. `extended`: days more.

    A day that has begun counts whole. Grace and extension move the due date for the count of days.
    """
    counts = seconds - policy.grace_minutes * 60 - extended * DAY
    if counts <= 0:
        return None
    extension = f" after an extension of {counted_days(extended)}" if extended else ""
    if policy.cut_off_days is not None and counts > policy.cut_off_days * DAY:
        words = f"Late{extension}, past the cut-off of {counted_days(policy.cut_off_days)}: no points count."
        return Deduction(grade.raw, words)
    days = math.ceil(counts / DAY)
    points = min(grade.raw, round(grade.possible * policy.percent_per_day / 100 * days, 2))
    words = (
        f"Late{extension}: {pluralize(days, 'day')} begun, {format_points(policy.percent_per_day)} per cent of "
        f"{format_points(grade.possible)} points each."
    )
    return Deduction(points, words) if points else None


def counted_days(days: float) -> str:
    return f"{format_points(days)} {'day' if days == 1 else 'days'}"


def _seconds(person: Person, policy: LatePolicy, tell_lateness: Set[str]) -> float | None:
    """How late, as far as the platform told; None where it did not."""
    origin = person.origin
    submitted = _moment(origin.submitted, policy)
    if submitted is not None and policy.due is not None:
        return (submitted - policy.due).total_seconds()
    return 0.0 if origin.platform in tell_lateness and not origin.late else None


def _moment(text: str, policy: LatePolicy) -> datetime | None:
    """A time in ISO 8601; one without a zone is in the due date's."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if moment.tzinfo is None:
        return moment.replace(tzinfo=policy.due.tzinfo) if policy.due else None
    return moment


def _read(path: Path, directory: Directory, policy: LatePolicy) -> tuple[dict[Person, float], list[str]]:
    """The seconds that a late file tells of each person it names."""
    table = read_table(path)
    student = table.column(*_WHO)
    how = table.column(*SECONDS, "submitted")
    if student is None or how is None or (_is_a_time(table, how) and not policy.due):
        raise GraderError(
            f"{path} should have a column `student` and one of {', '.join(SECONDS)} "
            f"(or `submitted`, if assignment.yml has `late.due`), but its columns are: "
            f"{', '.join(map(single_line, table.header))}."
        )
    told: dict[Person, float] = {}
    problems = []
    for row in table.rows:
        name, value = table.value(row, student).strip(), table.value(row, how).strip()
        if not name or not value:
            continue
        where = f"{table.name}, row {row + 1}"
        found = directory.find(name, by_key=normalize_id(table.header[student]) == "student")
        seconds = _amount(table, how, value, policy)
        if seconds is None:
            such = "a time such as 2026-12-01T23:59" if _is_a_time(table, how) else "a number such as 26.5"
            problems.append(f"{where}: {single_line(value)!r} does not say how late; write {such}.")
        elif len({person.student for person in found}) > 1:
            problems.append(f"{where}: {single_line(name)!r} may be {_names(found)}. Write the key or the email.")
        elif not found:
            problems.append(f"{where}: {single_line(name)!r} is not a student who gets a grade now.")
        else:
            told.update((person, seconds) for person in found)
    return told, problems


def ask_how_late(grades: Sequence[Grade], sheet: Path, late_file: Path | None) -> str:
    """Ask for what is not known, in a sheet to fill in; the instructor's own file stays as it is."""
    asked = (
        f"{pluralize(len(grades), 'student')} handed in late, but how late is not known, so nothing is deducted: "
        f"{shortened(grade.person.shown for grade in grades)}."
    )
    if late_file and not (sheet.exists() and sheet.samefile(late_file)):
        return f"{asked} Add them to {late_file}"
    to_do = f"{asked} Fill in {sheet} and export again with --late-file {sheet}"
    try:
        _write_sheet(grades, sheet)
    except GraderError as error:
        return f"{to_do}. But move it away first and export again, for a new one: {error}"
    return to_do


def _write_sheet(grades: Sequence[Grade], sheet: Path) -> None:
    """Write a row for each student, below those that are there and perhaps filled in."""
    rows = {grade.person.student: (grade.person.student, grade.person.shown) for grade in grades}
    if not sheet.exists():
        columns = ("student", "name", "hours_late")
        write_atomically(sheet, table_of(columns, ((*row, "") for row in rows.values())), "utf-8-sig")
        return
    table = read_table(sheet)
    student, name = table.column("student"), table.column("name")
    if student is None or name is None:
        raise GraderError(f"{sheet.name} no longer has the columns `student` and `name`.")
    directory = Directory(grade.person for grade in grades)
    for row in table.rows:
        for person in directory.find(table.value(row, student), by_key=True):
            rows.pop(person.student, None)
    for key, shown in rows.values():
        table.append({student: csv_safe(key, single_line), name: csv_safe(shown, single_line)})
    if rows:
        table.write(sheet)


def _amount(table: Table, column: int, value: str, policy: LatePolicy) -> float | None:
    if _is_a_time(table, column):
        moment = _moment(value, policy)
        return None if moment is None or policy.due is None else (moment - policy.due).total_seconds()
    lateness = number(value)
    return None if lateness is None else min(lateness, MOST) * SECONDS[table.header[column].casefold()]


def _is_a_time(table: Table, column: int) -> bool:
    return table.header[column].casefold() == "submitted"


def _names(persons: Iterable[Person]) -> str:
    return " or ".join(dict.fromkeys(single_line(person.student) for person in persons))
