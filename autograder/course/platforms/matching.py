"""Finds the row of a platform's file that each student's grade belongs to, and never guesses.

The platform's own id decides where there is one. Else an id of the university's or an email address,
as far as both sides have it; last the name, if need be without accents. The name counts only if nobody
else has the same, neither in the file nor among the graded, and no id or address speaks against it.
Whatever could be two is named and left alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ...io.text import single_line
from ..grades import Grade
from ..students.directory import Person, contradict, name_of, name_tokens, normalize_id, plain_tokens, spellings


@dataclass(frozen=True)
class PersonRow:
    """Whom a row of the platform's file is about.

    Attributes:
        own: the ids that only this platform knows.
        ids: ids, logins and email addresses of the university's.
        name: first and last name, in any order.
    """

    number: int
    own: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    name: str = ""


@dataclass
class Matching:
    """Which grade goes into which row.

    Attributes:
        pairs: each grade with the number of its row.
        by_name: those of them that only the name has found, with the name in the file.
        problems: one sentence for each grade that has no row, and why.
    """

    pairs: list[tuple[Grade, int]] = field(default_factory=list)
    by_name: list[tuple[Grade, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def match(
    grades: Sequence[Grade], rows: Sequence[PersonRow], platform: str, file: str, others: Sequence[Person] = ()
) -> Matching:
    """Match every grade with a row.

    Args:
        platform: whose file it is, by name.
        file: the file's name, for messages.
        others: who handed in, too: a name that is theirs as well decides nothing.
    """
    own, ids, names = _index(rows, "own"), _index(rows, "ids"), defaultdict(list)
    by_number = {row.number: row for row in rows}
    alike_ids = _columns_of_numbers(grades, rows)
    for row in rows:
        for words in spellings(row.name):
            names[words].append(row.number)
    handed_in = {*(grade.person for grade in grades), *others}
    alike = Counter(words for person in handed_in for words in spellings(name_of(person)))
    claims: dict[int, list[tuple[Grade, bool]]] = defaultdict(list)
    matching = Matching()
    for grade in grades:
        person, by_name = grade.person, False
        if own and person.platform == platform and person.member.id and not person.member.is_rosters:
            found, key = own[normalize_id(person.member.id)], f"the id {single_line(person.member.id)}"
            why = f"no row of {file} has {key}"
            if len(found) == 1 and contradict(theirs := by_number[found[0]].name, person.member.name):
                why = f"{key} is {single_line(theirs)}'s in {file}. Is it the file of another course or assignment?"
                found = []
        else:
            found = sorted({number for key in ids_of(person) for number in ids[key]})
            why = f"no row of {file} has this id, email address or name"
            name = name_of(person)
            words = name_tokens(name) if name_tokens(name) in names else plain_tokens(name)
            if not found and words:
                found, by_name = names[words], True
                if found and alike[words] > 1:
                    matching.problems.append(f"{_shown(person)}: {alike[words]} of those who handed in have this name.")
                    continue
                if len(found) == 1 and _is_somebody_else(person, by_number[found[0]], alike_ids):
                    why = f"row {found[0] + 1} of {file} has this name, but another id or email address"
                    found = []
        if len(found) == 1:
            claims[found[0]].append((grade, by_name))
        elif found:
            where = ", ".join(str(number + 1) for number in found)
            matching.problems.append(f"{_shown(person)}: it could be any of the rows {where} of {file}.")
        else:
            matching.problems.append(f"{_shown(person)}: {why}.")
    for number, claimed in claims.items():
        if len(claimed) > 1:
            who = " and ".join(_shown(grade.person) for grade, _ in claimed)
            matching.problems.append(f"{who}: all belong to row {number + 1} of {file}; which one counts?")
            continue
        (grade, by_name) = claimed[0]
        matching.pairs.append((grade, number))
        matching.by_name += [(grade, by_number[number].name)] if by_name else []
    return matching


def ids_of(person: Person) -> set[str]:
    """What the university knows them by: the email address, and the id if it is not a platform's own."""
    known = {person.member.email, person.university_id}
    if person.platform == "plain":
        known.add(person.student)
    return {normalize_id(key) for key in known} - {""}


def _number_of(person: Person) -> str:
    """The university's number for them, folded; the key of a plain folder may be a name."""
    is_key = person.platform == "plain" and person.member.id == person.student
    return "" if is_key else normalize_id(person.university_id)


def _columns_of_numbers(grades: Iterable[Grade], rows: Iterable[PersonRow]) -> set[int]:
    """Which of the rows' ids are such as the graded have, too: some of the graded are found by them."""
    numbers = {_number_of(grade.person) for grade in grades} - {""}
    return {place for row in rows for place, key in enumerate(row.ids) if normalize_id(key) in numbers}


def _is_somebody_else(person: Person, row: PersonRow, alike_ids: set[int]) -> bool:
    """Whether a row that no id or address has found, but the name, has others than this person."""
    has_address = bool(person.member.email) and any("@" in key for key in row.ids)
    return has_address or (bool(_number_of(person)) and any(row.ids[place].strip() for place in alike_ids))


def _index(rows: Iterable[PersonRow], what: str) -> defaultdict[str, list[int]]:
    index: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        for key in {normalize_id(key) for key in getattr(row, what)} - {""}:
            index[key].append(row.number)
    return index


def _shown(person: Person) -> str:
    shown = single_line(person.shown)
    return shown if shown == single_line(person.student) else f"{shown} ({single_line(person.student)})"
