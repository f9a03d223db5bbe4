"""Moodle: a folder per participant, or files that carry what would be the folder's name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from ...submission import Member
from .base import Layout, Sorted, Upload, gathered
from .download import Download, Item

LABEL = "Moodle download"

# Moodle takes underscores out of names. The folder may end in an underscore; without folders, the
# file follows it.
_NAMED = re.compile(r"(?P<name>[^_]+)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?P<file>_.*)?", re.S)
_BLIND = "Participant"


def _claims(download: Download) -> int:
    return sum(bool(_NAMED.fullmatch(item.name)) for item in download.items)


def _sort(download: Download) -> Sorted:
    files: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    typed: dict[str, str] = {}
    names: dict[str, str] = {}
    folders: dict[str, str] = {}
    others = []
    for item in download.items:
        found = _NAMED.fullmatch(item.name)
        if not found:
            others.append(item)
            continue
        number, file = found["id"], (found["file"] or "").removeprefix("_")
        names[number] = found["name"]
        if found["kind"] == "file":
            folders[number] = item.name if item.is_folder else item.name.removesuffix(file)
            files[number].append((file, item))
        else:
            typed[number] = item.name
            files[number].append(("text typed into Moodle.html", item))
    is_blind = _are_blind(names)
    uploads = []
    for number, name in names.items():
        uploads.append(
            Upload(
                student=f"{name}_{number}",
                name=folders.get(number) or typed[number],
                listing=gathered(files[number]),
                members=(Member(id=number, name="" if is_blind else name),),
            )
        )
    return Sorted(tuple(uploads), left=tuple(others))


def _are_blind(names: dict[str, str]) -> bool:
    """Whether everybody is called the same: "Participant", or that in the site's language."""
    different = Counter(names.values())
    return set(different) == {_BLIND} or (len(different) == 1 and len(names) > 2)


MOODLE = Layout("moodle", LABEL, "{Full Name}_{id}_assignsubmission_file/{file}", _claims, _sort)
