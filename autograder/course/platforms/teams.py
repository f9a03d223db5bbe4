"""Microsoft Teams: a folder per student in `Submitted files`, in it the assignment's, in that one for each version.

Of two students of one name, Teams numbers the second's folder, `Ada Lovelace(1)`. It takes grades as its own CSV,
which `--to csv` fills.
"""

from __future__ import annotations

import re

from ...submission import Member
from .base import Platform, Sorted, Upload, below, first_parts, sort_each
from .download import Download, Item

LABEL = "Teams download"

_VERSION = re.compile(r"[^\W\d]+ (?P<number>\d+)")
_NUMBERED = re.compile(r"(?P<name>.+?) ?\(\d+\)", re.DOTALL)


def _versions(item: Item) -> list[tuple[str, str, int]]:
    """The folders of the versions: assignment, name and number of each."""
    found = ((parts, _VERSION.fullmatch(parts[1])) for parts in first_parts(item) if len(parts) == 2)
    return [(*parts, int(version["number"])) for parts, version in found if version]


def _claims(download: Download) -> int:
    return sum(any(name.startswith("Version ") for _, name, _ in _versions(item)) for item in download.items)


def _sort(download: Download) -> Sorted:
    return sort_each(download, _uploads)


def _uploads(item: Item) -> list[Upload]:
    numbered = _NUMBERED.fullmatch(item.name)
    return [
        Upload(
            student=item.name,
            name=f"{item.name}/{assignment}/{version}",
            listing=below(item, assignment, version),
            members=(Member(name=numbered["name"] if numbered else item.name),),
            attempt=number,
        )
        for assignment, version, number in _versions(item)
    ]


TEAMS = Platform("teams", LABEL, "Submitted files/{First Last}/{assignment}/Version {n}/{file}", _claims, _sort)
