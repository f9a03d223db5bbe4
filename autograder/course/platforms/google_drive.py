"""Google Classroom, as Drive packs its folder: flat, the student's full name before each file's own.

Drive numbers a file whose name is there already, `embeddings (1).py`. Whether somebody handed in twice or two
students have one name, it does not tell: that is asked. It takes no grades back.
"""

from __future__ import annotations

import re
from collections import defaultdict

from ...submission import Member
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item

LABEL = "Google Drive download"

_NAMED = re.compile(r"(?P<name>.+?) - (?P<stem>.+?)(?: ?\((?P<number>\d+)\))?(?P<suffix>(?:\.[^.]*)?)", re.DOTALL)


def _parsed(item: Item) -> re.Match[str] | None:
    return None if item.is_folder else _NAMED.fullmatch(item.name)


def _claims(download: Download) -> int:
    found = [match for item in download.items if (match := _parsed(item))]
    return len(found) if len({match["name"] for match in found}) > 1 else 0


def _sort(download: Download) -> Sorted:
    people: dict[str, list[tuple[re.Match[str], Item]]] = defaultdict(list)
    others = []
    for item in download.items:
        found = _parsed(item)
        if found:
            people[found["name"]].append((found, item))
        else:
            others.append(item)
    uploads = [upload for name, files in people.items() for upload in _uploads(name, files)]
    return Sorted(tuple(uploads), left=tuple(others))


def _uploads(name: str, files: list[tuple[re.Match[str], Item]]) -> list[Upload]:
    """The uploads under one name: one, unless a file's name is there twice."""
    by_number: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    given = [found["stem"] + found["suffix"] for found, _ in files]
    is_one = len(set(given)) == len(given)
    for file, (found, item) in zip(given, files, strict=True):
        by_number["" if is_one else found["number"] or ""].append((file, item))
    return [
        Upload(
            student=f"{name} ({number})" if number else name,
            name=_of_work(parts),
            listing=gathered(parts),
            members=(Member(name=name),),
            namesake="" if is_one else name,
        )
        for number, parts in sorted(by_number.items())
    ]


def _of_work(files: list[tuple[str, Item]]) -> str:
    """What an upload is called: its code's name."""
    return min((item.name for _, item in files), key=lambda name: not name.lower().endswith((".py", ".ipynb")))


GOOGLE_DRIVE = Platform("google-drive", LABEL, "{First Last} - {file}", _claims, _sort)
