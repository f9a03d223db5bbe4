"""Takes the names of those who gave an answer out of its text: "Answers by Ada Lovelace" is not blind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ...submission import UploadInfo
from ..students.directory import name_tokens, persons_of
from .groups import Group

HIDDEN = "[name]"

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = " ,._-@"
"""What stands between the parts of a name, or of an address made of it."""


def blind(group: Group, origins: Mapping[str, UploadInfo]) -> Group:
    """The answer without the names of those who gave it."""
    return replace(group, answer=without_names(group.answer, names_of(group.students, origins)))


def names_of(students: Iterable[str], origins: Mapping[str, UploadInfo]) -> frozenset[str]:
    """The words of the names and keys of these students."""
    persons = [person for student in students for person in persons_of(student, origins.get(student))]
    called = [text for person in persons for text in (person.student, person.member.name, person.member.email)]
    return frozenset(word for text in called for word in name_tokens(text) if len(word) > 1)


def without_names(text: str, names: frozenset[str]) -> str:
    """The text without two words or more of a name beside each other; a single one may be any word, such as May."""
    found = [(match, match.group().casefold()) for match in _WORD.finditer(text)]
    pieces: list[str] = []
    end = at = 0
    while at < len(found):
        last = at
        while last + 1 < len(found) and _goes_on(text, found[last][0], found[last + 1][0]):
            if found[last + 1][1] not in names or found[last][1] not in names:
                break
            last += 1
        if last > at and len({word for _, word in found[at : last + 1]}) > 1:
            pieces += [text[end : found[at][0].start()], HIDDEN]
            end = found[last][0].end()
        at = last + 1
    return "".join([*pieces, text[end:]])


def _goes_on(text: str, one: re.Match[str], two: re.Match[str]) -> bool:
    between = text[one.end() : two.start()]
    return 0 < len(between) < 4 and all(character in _BETWEEN for character in between)
