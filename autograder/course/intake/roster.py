"""Finds the students of a download on the course's roster; whoever is not certain is named, not guessed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress, takewhile
from pathlib import Path

from ...errors import GraderError
from ...io.spreadsheet import SEPARATORS, read_sheet
from ...io.text import without_accents
from ...submission import Member
from ...upload.listing import printable
from ..platforms.base import Upload
from ..platforms.canvas import TEST_STUDENT
from ..students.column_names import (
    EMAILS,
    FIRST,
    GROUPS,
    IDS,
    KNOWN,
    LAST,
    LOGINS,
    NAMES,
    REPOSITORIES,
    known_headings,
    normalize_heading,
)
from ..students.directory import contradict, name_tokens

_PARTICIPANT = re.compile(r"(?:\D+ |[^\d/]+/[^\d/]+|[^\W\d\x00-\x7f]{2,})(\d+)")
"""A Moodle worksheet's "Participant 4711", "Teilnehmer/in4711" or "参与者4711"; "s4711" is the university's."""

_ADDRESS = re.compile(r".+@.+")
_NO_STUDENT = "points possible"  # the row that Canvas' gradebook puts above the students


@dataclass(frozen=True)
class RosterRow:
    """A student on the roster.

    Attributes:
        identifiers: numbers, user names and addresses, by any of which an upload may name them.
        names: the full name in every order of its parts, as `normalize_heading` gives it.
        logins: the user names alone.
    """

    member: Member
    identifiers: frozenset[str]
    names: frozenset[str]
    logins: frozenset[str] = frozenset()
    group: str = ""
    repository: str = ""

    @property
    def shown(self) -> str:
        parts = dict.fromkeys(part for part in (self.member.name, self.member.id or self.member.email) if part)
        return printable(" ".join(parts))


@dataclass(frozen=True)
class Roster:
    """The course's students.

    Attributes:
        read: the headings of the columns that were understood.
        unread: the headings of the others.
    """

    rows: tuple[RosterRow, ...]
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """What the roster says of a download.

    Attributes:
        uploads: with what the roster knows of their members.
        missing: students on the roster of whom nothing was handed in.
        unknown: uploads of nobody on the roster.
        ambiguous: uploads that could be of several there, or several that could be of one.
        respelt: uploads found by a name that has other accents there, each with that name.
        wrong: what may be wrong with the roster, if nobody was found on it.
    """

    uploads: tuple[Upload, ...]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    respelt: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def problems(self) -> Iterator[str]:
        if self.wrong:
            yield self.wrong
        if self.missing:
            yield f"On the roster, nothing handed in ({len(self.missing):,}): {', '.join(self.missing)}."
        if self.unknown:
            yield f"Handed in, not on the roster ({len(self.unknown):,}): {', '.join(self.unknown)}."
        if self.respelt:
            yield f"Found by the name alone, so look them over: {'; '.join(self.respelt)}."
        if self.ambiguous:
            yield f"Not clear who on the roster ({len(self.ambiguous):,}): {'; '.join(self.ambiguous)}."


def read_roster(path: Path) -> Roster:
    """Read a roster: a CSV file with a column for a number, a user name, an address or a name.

    The files that the platforms export serve as they are.

    Raises:
        GraderError: if it cannot be read, or has no such column, or no students.
    """
    lines = _below_titles(path)
    if not lines:
        raise GraderError(f"The roster {path} is empty.")
    header = known_headings(lines[0])
    read = [heading in KNOWN for heading in header]
    if not any(read):
        raise GraderError(
            f"The roster {path} has no column that names a student. The line above the students should have "
            "one or more of: id, sid, identifier, username, email, name, first name, last name; for "
            f"groups: group. It has {_columns(lines[0])}."
        )
    rows = [row for line in lines[1:] if (row := _row(header, line)) is not None]
    if not rows:
        raise GraderError(f"The roster {path} names no students.")
    # The same line twice is one student, in two sections; the same name alone may be two.
    once = dict.fromkeys(row for row in rows if row.identifiers)
    return Roster(
        (*once, *(row for row in rows if not row.identifiers)),
        tuple(compress(lines[0], read)),
        tuple(heading for heading, known in zip(lines[0], read, strict=True) if heading and not known),
    )


def match(uploads: Sequence[Upload], roster: Roster, assignment_name: str = "") -> Match:
    """Find the members of every upload on the roster.

    Numbers, user names and addresses decide; names only where those say nothing, and only if they
    leave one student, whom no other upload could be of.

    Args:
        assignment_name: what GitHub Classroom puts before every repository's user name.
    """
    index = _Index(roster.rows, assignment_name)
    found = [index.members(upload) for upload in uploads]
    claims: dict[RosterRow, set[tuple[str, int]]] = defaultdict(set)
    for upload, members in zip(uploads, found, strict=True):
        for place, one in enumerate(members):
            for row in one.rows:
                claims[row].add((upload.student, place))  # so that attempts of one student are not rivals
    matched: list[Upload] = []
    unknown: dict[str, None] = {}
    ambiguous: dict[str, None] = {}
    respelt: dict[str, None] = {}
    for upload, members in zip(uploads, found, strict=True):
        own, student = [], printable(upload.student)
        for one in members:
            if len(one.rows) == 1 and (one.is_certain or len(claims[one.rows[0]]) == 1):
                row = one.rows[0]
                own.append(_filled(one.named, row, upload))
                if (
                    not one.is_certain
                    and normalize_heading(called := one.named.name or upload.student) not in row.names
                ):
                    respelt[f"{printable(called)} = {printable(row.member.name)}"] = None
                continue
            own.append(one.named)
            if one.rows:
                ambiguous[f"{student} may be {' or '.join(row.shown for row in one.rows)}"] = None
            else:
                shown = printable(one.named.name or upload.student)
                unknown[shown if shown == upload.student else f"{shown} ({student})"] = None
        matched.append(replace(upload, members=tuple(own)))
    return Match(
        tuple(matched),
        tuple(row.shown for row in roster.rows if row not in claims),
        tuple(unknown),
        tuple(ambiguous),
        tuple(respelt),
        "" if claims else _nobody_on(roster),
    )


def _nobody_on(roster: Roster) -> str:
    said = f"No one was found on the roster by its {_columns(roster.read)}."
    if roster.unread:
        said += (
            f" Not understood: {_columns(roster.unread)}; rename them to id, email or name if that is what they are."
        )
    return said


def _below_titles(path: Path) -> list[list[str]]:
    """The lines from the headings on: what stands above them is empty, or a title in one cell.

    A title may hold any separator, so the one that leads to a known heading parts the cells.
    """
    first = _from_headings(read_sheet(path))
    if _is_known(first):
        return first
    others = (_from_headings(read_sheet(path, separator)) for separator in SEPARATORS)
    return next(filter(_is_known, others), first)


def _from_headings(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    lines = [[cell.strip() for cell in row] for row in rows]
    titles = takewhile(lambda line: len(set(line) - {""}) < 2 and not _is_known([line]), lines)
    return lines[len(list(titles)) :] or lines


def _is_known(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first of the lines has a heading that is understood."""
    return bool(lines) and not set(known_headings(lines[0])).isdisjoint(KNOWN)


def _columns(headings: Sequence[str]) -> str:
    noun = "column" if len(headings) == 1 else "columns"
    return f"{noun} {', '.join(repr(printable(heading)) for heading in headings)}"


@dataclass(frozen=True)
class _Found:
    """The students on the roster whom one member of an upload may be.

    Attributes:
        named: the member as the platform names them.
        is_certain: whether more than the name has found them.
    """

    named: Member
    rows: Sequence[RosterRow]
    is_certain: bool


@dataclass
class _Index:
    """The roster by whatever an upload may name a student by."""

    roster: Sequence[RosterRow]
    assignment_name: str
    identifiers: dict[str, list[RosterRow]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, list[RosterRow]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[str, list[RosterRow]] = field(default_factory=lambda: defaultdict(list))
    repositories: dict[str, list[RosterRow]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for row in self.roster:
            for identifier in row.identifiers:
                self.identifiers[identifier].append(row)
            for name in row.names:
                for spelling in {name, without_accents(name)}:
                    self.names[spelling].append(row)
            if row.group:
                self.groups[normalize_heading(row.group)].append(row)
            if row.repository:
                self.repositories[row.repository.casefold()].append(row)
            elif self.assignment_name:
                for login in row.logins:
                    self.repositories[f"{self.assignment_name}-{login}".casefold()].append(row)

    def members(self, upload: Upload) -> list[_Found]:
        """Whom each member of an upload may be; of a group's upload, each member that the group has here."""
        if group := self.group(upload):
            return [_Found(Member(), [row], True) for row in group]
        found = []
        for member in upload.members or (Member(),):
            certain = self.by_identifier(upload, member)
            found.append(_Found(member, certain or self.by_name(upload, member), bool(certain)))
        return found

    def group(self, upload: Upload) -> list[RosterRow]:
        """The members of the group that an upload is named after; none if it is not a group's."""
        if len(upload.members) > 1:
            return []
        if len(rows := self.repositories.get(upload.name.casefold(), [])) > 1:
            return rows
        names = [member.name for member in upload.members if member.name] or [upload.student]
        return self.groups.get(normalize_heading(names[0]), [])

    def by_identifier(self, upload: Upload, member: Member) -> list[RosterRow]:
        """Those with the number, user name or address; none whose name is another, but for an address."""
        told = {member.id, member.email} if member.id or member.email else {upload.student}
        rows = [row for text in told if text for row in self.identifiers.get(text.casefold(), [])]
        found = dict.fromkeys([*rows, *self.repositories.get(upload.name.casefold(), [])])
        return [row for row in found if not _is_another_s(row, member)]

    def by_name(self, upload: Upload, member: Member) -> list[RosterRow]:
        """Those of this name; last, those who have it without accents."""
        name = normalize_heading(member.name or upload.student)
        return self.names.get(name) or self.names.get(without_accents(name), [])


def _is_another_s(row: RosterRow, member: Member) -> bool:
    """Whether a number is the same by chance, as a platform's and one of another course may be."""
    same_address = bool(member.email) and member.email.casefold() in row.identifiers
    shares_a_name = set(name_tokens(row.member.name)) & set(name_tokens(member.name))  # Bill and William Smith
    return not same_address and not shares_a_name and contradict(row.member.name, member.name)


def _filled(member: Member, row: RosterRow, upload: Upload) -> Member:
    """A member with what the roster adds; the platform's own number stays."""
    is_plain = member == Member(id=upload.student)
    known = row.member if is_plain or not member.id else member
    return Member(
        known.id or member.id,
        row.member.name or member.name,
        member.email or row.member.email,
        known.is_rosters,
    )


def _row(header: Sequence[str], line: Sequence[str]) -> RosterRow | None:
    cells = dict(reversed([(name, cell) for name, cell in zip(header, line, strict=False) if cell]))
    first, last = _first(cells, FIRST), _first(cells, LAST)
    name = " ".join(part for part in (first, last) if part) or _first(cells, NAMES)
    logins = frozenset(cells[column].casefold() for column in LOGINS if column in cells)
    # In many a course the address is the login.
    email = _first(cells, EMAILS) or next((cells[c] for c in LOGINS if _ADDRESS.fullmatch(cells.get(c, ""))), "")
    own = [cells[column] for column in IDS if column in cells]
    if not own and "student" in cells:  # as in our own grades.csv
        own = [cells["student"]]
    participant = next((found[1] for text in own if (found := _PARTICIPANT.fullmatch(text))), "")
    if participant:
        own.insert(0, participant)
    identifiers = logins | {text.casefold() for text in (*own, email) if text}
    if name == TEST_STUDENT or normalize_heading(name) == normalize_heading(_NO_STUDENT) or not (identifiers or name):
        return None
    number = own[0] if own else _first(cells, LOGINS)
    return RosterRow(
        Member(number, name, email, is_rosters=bool(number) and not participant),
        frozenset(identifiers),
        frozenset(_orders(name, first, last)) - {""},
        logins,
        _first(cells, GROUPS),
        _first(cells, REPOSITORIES),
    )


def _orders(name: str, first: str, last: str) -> Iterable[str]:
    """A name in the orders in which platforms write it: given name first, and family name first."""
    if not (first and last) and "," in name:
        last, _, first = name.partition(",")
    elif not (first and last):
        first, _, last = name.rpartition(" ")
    return normalize_heading(name), normalize_heading(first + last), normalize_heading(last + first)


def _first(cells: Mapping[str, str], columns: Iterable[str]) -> str:
    return next((cells[column] for column in columns if column in cells), "")
