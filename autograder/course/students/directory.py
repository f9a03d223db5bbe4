"""Finds students by whatever an instructor calls them: the key, a number, an email address, a name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from ...errors import GraderError
from ...io.text import csv_safe, single_line, truncate, without_accents
from ...submission import Member, UploadInfo

_LONGEST = 60
_PARTICIPANT = re.compile(r"([^_]+)_(\d+)_")


@dataclass(frozen=True)
class Person:
    """One student behind a submission.

    Attributes:
        student: the submission's key in the gradebook.
        university_id: the university's number or name for them; empty where only the platform's own id is known.
    """

    student: str
    member: Member
    origin: UploadInfo
    university_id: str = ""

    @property
    def platform(self) -> str:
        """The platform that the submission came from; it says what `member.id` is."""
        return self.origin.platform

    @property
    def shown(self) -> str:
        """How messages name them."""
        return self.member.name or self.member.email or self.member.id or self.student


def persons_of(student: str, origin: UploadInfo | None, sharing_ids: Set[str] = frozenset()) -> tuple[Person, ...]:
    """The students behind a submission; where no platform named them, the key itself is one.

    Args:
        sharing_ids: the platforms whose ids are the university's; those of others mean nothing elsewhere.
    """
    origin = origin or UploadInfo("plain", student, ())
    shares = origin.platform in sharing_ids
    return tuple(
        Person(student, member, origin, member.id if shares or member.is_rosters else "")
        for member in origin.members or (Member(),)
    )


class Directory:
    """Finds students by the key, an id or an email address, else by the name.

    What our tables show of the first three, made harmless, is found as well, and a nameless student by what
    Moodle's upload calls them ("Participant 4711").
    """

    def __init__(self, persons: Iterable[Person]) -> None:
        self._keys: defaultdict[str, list[Person]] = defaultdict(list)
        self._told: defaultdict[str, list[Person]] = defaultdict(list)
        self._names: defaultdict[tuple[str, ...], list[Person]] = defaultdict(list)
        for person in dict.fromkeys(persons):
            self._keys[person.student].append(person)
            told = (person.student, person.member.id, person.member.email, _participant(person))
            for text in {normalize_id(spell(text)) for text in told for spell in (str, _in_a_cell)} - {""}:
                self._told[text].append(person)
            for words in spellings(name_of(person)) - {()}:
                self._names[words].append(person)

    @classmethod
    def of(cls, origins: Mapping[str, UploadInfo | None]) -> Directory:
        """The students behind these submissions, by their keys."""
        return cls(person for student, origin in origins.items() for person in persons_of(student, origin))

    def find(self, called: str, *, by_key: bool = False) -> list[Person]:
        """All who may be meant.

        Args:
            by_key: whether a key counts before all else, as where somebody was asked for one.
        """
        if by_key and called in self._keys:
            return self._keys[called]
        return (
            self._told.get(normalize_id(called))
            or self._names.get(name_tokens(called))
            or self._names.get(plain_tokens(called), [])
        )

    def key_of(self, called: str) -> str:
        """The key of the one submission that is meant; a key itself counts before all else.

        Raises:
            GraderError: if there is none, naming those called alike, or several.
        """
        keys = list(dict.fromkeys(person.student for person in self.find(called, by_key=True)))
        if len(keys) == 1:
            return keys[0]
        shown = truncate(single_line(called), _LONGEST)
        if keys:
            raise GraderError(f"`{shown}` may be {' or '.join(map(_quoted, keys))}. Write the one that you mean.")
        hint = f" Similar: {', '.join(similar)}." if (similar := self._similar(called)) else ""
        raise GraderError(f"There is no student `{shown}` among {len(self._keys):,}.{hint}")

    def _similar(self, called: str) -> list[str]:
        """The keys of those who are called alike, by whatever they are called."""
        ways = {
            normalize_id(text): person.student
            for persons in self._keys.values()
            for person in persons
            for text in (person.member.name, person.member.email, person.student)
        }
        found = difflib.get_close_matches(normalize_id(called), ways, n=3, cutoff=0.5)
        return [truncate(single_line(key), _LONGEST) for key in dict.fromkeys(ways[way] for way in found)]


def name_of(person: Person) -> str:
    """Their name; where the platform told none, the key of a plain folder may be one."""
    return person.member.name or (person.student if person.platform == "plain" else "")


def _participant(person: Person) -> str:
    """What Moodle calls a participant whose name it hides, in the course's language; else nothing."""
    blind = _PARTICIPANT.match(person.origin.upload) if person.platform == "moodle" else None
    return f"{blind[1]} {blind[2]}" if blind and not person.member.name else ""


def normalize_id(text: str) -> str:
    """An id, an address or a heading without what makes no difference."""
    return unicodedata.normalize("NFC", text).strip().casefold()


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name in one order: "Chen, Wei" and "wei_chen" are the same to a reader."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text)
    return tuple(sorted("".join(kept).split()))


def spellings(name: str) -> set[tuple[str, ...]]:
    """A name's words as they are, and without accents."""
    return {name_tokens(name), plain_tokens(name)}


def plain_tokens(name: str) -> tuple[str, ...]:
    """`name_tokens` without accents, which a login or the name of a file often leaves out."""
    return name_tokens(without_accents(name))


def contradict(theirs: str, ours: str) -> bool:
    """Whether two names can hardly be one person's.

    Platforms drop signs, spaces and accented letters from the names of uploads and turn their parts
    round, and a roster may have a middle name more. So all letters of one are to be in the other.
    """
    one, other = Counter(_letters(theirs)), Counter(_letters(ours))
    return bool(one and other and one - other and other - one)


def _letters(name: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(c for c in text if unicodedata.category(c)[0] in "LN")


def _in_a_cell(text: str) -> str:
    return csv_safe(text, single_line)


def _quoted(key: str) -> str:
    return f"`{truncate(single_line(key), _LONGEST)}`"
