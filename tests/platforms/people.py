"""The class: names as they are in real ones."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A student, by what the platforms know of them.

    Attributes:
        number: in the platform, and different in the course office's own list (`sid`).
    """

    number: str
    sid: str
    first: str
    last: str
    login: str

    @property
    def name(self) -> str:
        return " ".join(part for part in (self.first, self.last) if part)

    @property
    def sortable(self) -> str:
        return ", ".join(part for part in (self.last, self.first) if part)

    @property
    def email(self) -> str:
        return f"{self.login}@example.edu"


PEOPLE = (
    Person("4711", "0080123", "Séan", "O'Brien", "sobrien"),
    Person("4712", "0080124", "Zoë", "van der Berg-Müller", "zvdberg"),
    Person("4713", "0080125", "Wei", "Chen", "wchen"),
    Person("4714", "0080126", "Wei", "Chen", "wchen2"),
    Person("4715", "0080127", "نور", "الهدى", "nour"),
    Person("4716", "0080128", "דנה", "לוי", "dlevi"),
    Person("4717", "0080129", "Sammy", "Davis, Jr.", "sdavis"),
    Person("4718", "0080130", "Madonna", "", "madonna"),
    Person("4720", "0080132", "प्रिया", "शर्मा", "psharma"),  # vowels that are marks, and no letters
    Person("4721", "0080133", "伟", "李", "wli"),
)

ABSENT = Person("4719", "0080131", "Jens Åge", "Sørensen", "jasorensen")
"""On every roster, and handed in nothing."""
