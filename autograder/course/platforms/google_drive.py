"""Google Classroom, as Drive packs its folder: flat, the student's full name before each file's own.

Drive numbers a file whose name is there already, `embeddings (1).py`. Whether somebody handed in twice or two
students have one name, it does not tell: that is asked. It takes no grades back.
"""

from __future__ import annotations

from collections import defaultdict

from ...submission import Member
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item

LABEL = "Google Drive download"


def _student(item: Item) -> str:
    """The name before the file's own; empty if the item is named otherwise."""
    name, dash, file = item.name.partition(" - ")
    return name if dash and file and not item.is_folder else ""


def _given(item: Item) -> tuple[str, str]:
    """The file's own name, and the number that Drive put into it."""
    file = item.name.partition(" - ")[2]
    stem, dot, suffix = file.rpartition(".") if "." in file else (file, "", "")
    start, bracket, number = stem.removesuffix(")").rpartition("(")
    if not (bracket and stem.endswith(")") and number.isdecimal() and start.strip()):
        return file, ""
    return start.rstrip() + dot + suffix, number


def _claims(download: Download) -> int:
    found = [name for item in download.items if (name := _student(item))]
    return len(found) if len(set(found)) > 1 else 0


def _sort(download: Download) -> Sorted:
    people: dict[str, list[Item]] = defaultdict(list)
    for item in download.items:
        people[_student(item)].append(item)
    others = people.pop("", [])
    return Sorted(tuple(upload for name in people for upload in _uploads(name, people[name])), left=tuple(others))


def _uploads(name: str, items: list[Item]) -> list[Upload]:
    """The uploads under one name: one, unless a file's name is there twice."""
    by_number: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    given = [_given(item) for item in items]
    is_one = len({file for file, _ in given}) == len(given)
    for (file, number), item in zip(given, items, strict=True):
        by_number["" if is_one else number].append((file, item))
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
