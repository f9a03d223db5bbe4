"""Schoology: a folder per student, in it one for each revision, which says whether it was in time."""

from __future__ import annotations

import re

from ...submission import Member
from .base import Platform, Sorted, Upload, below, first_parts, sort_each
from .download import Download, Item

LABEL = "Schoology download"

_PERSON = re.compile(r"(?P<sortable>.+) - (?P<number>\d+)", re.DOTALL)
_REVISION = re.compile(r"Revision (?P<number>\d+)(?: - (?P<time>.+))?", re.DOTALL)


def _claims(download: Download) -> int:
    return sum(bool(_uploads(item)) for item in download.items)


def _sort(download: Download) -> Sorted:
    return sort_each(download, _uploads)


def _uploads(item: Item) -> list[Upload]:
    person = _PERSON.fullmatch(item.name) if item.is_folder else None
    if person is None:
        return []
    last, comma, first = person["sortable"].rpartition(", ")
    name = f"{first} {last}" if comma else person["sortable"]
    tops = dict.fromkeys(parts[0] for parts in first_parts(item))
    return [
        Upload(
            student=f"{name}_{person['number']}",
            name=f"{item.name}/{top}",
            listing=below(item, top),
            members=(Member(person["number"], name),),
            late="late" in (found["time"] or "").casefold(),
            attempt=int(found["number"]),
        )
        for top in tops
        if (found := _REVISION.fullmatch(top))
    ]


SCHOOLOGY = Platform(
    "schoology",
    LABEL,
    "{Last, First - number}/Revision {n} - On Time/{file}",
    _claims,
    _sort,
    tells_lateness=True,
)
