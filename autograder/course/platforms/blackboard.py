"""Blackboard: flat; assignment, user name and time of the attempt stand before each file's own name."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime

from ...submission import Member
from ...upload.listing import Listing, UnreadableError
from .base import Platform, Sorted, Upload, gathered
from .download import Download, Item

LABEL = "Blackboard download"
MAX_NOTE_BYTES = 200_000
"""Of the text file that Blackboard adds to every attempt."""

_FILE = re.compile(r"(?P<who>.+?)_attempt_(?P<when>\d{4}(-\d\d){5})(\.txt|_(?P<file>.+))", re.S)


def _claims(download: Download) -> int:
    return sum(not item.is_folder and bool(_FILE.fullmatch(item.name)) for item in download.items)


def _sort(download: Download) -> Sorted:
    attempts: dict[tuple[str, str], list[tuple[str, Item]]] = defaultdict(list)
    notes: dict[str, tuple[str, str]] = {}
    others = []
    for item in download.items:
        found = None if item.is_folder else _FILE.fullmatch(item.name)
        if not found:
            others.append(item)
            continue
        files = attempts[found["who"], found["when"]]
        if found["file"]:
            files.append((found["file"], item))
        else:  # Blackboard's own note on the attempt: whose it is
            notes[found["who"]] = _told(item.listing())
    users = _users([who for who, _ in attempts], notes)
    uploads = []
    for (who, when), files in attempts.items():
        user, name = users[who], notes.get(who, ("", ""))[1]
        uploads.append(
            Upload(
                student=user,
                name=f"{who}_attempt_{when}",
                listing=gathered(files),
                members=(Member(id=user, name=name),),
                submitted=_iso(when),
            )
        )
    return Sorted(tuple(uploads), left=tuple(others))


def _users(people: list[str], notes: dict[str, tuple[str, str]]) -> dict[str, str]:
    """The user name of each `{assignment}_{user}`: either may hold underscores.

    Blackboard's note tells it. Without, the assignment is what all have in common, which merges
    no two users; alone, the user is what follows the last underscore.
    """
    different = set(people)
    first, last = min(different, default=""), max(different, default="")
    alike = (length for length, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    start = first.rfind("_", 0, next(alike, None)) + 1
    return {
        who: user if (user := notes.get(who, ("", ""))[0]) and who.endswith(f"_{user}") else who[start:]
        for who in different
    }


def _told(listing: Listing) -> tuple[str, str]:
    """User and full name from a note's first line, `Name: Ada Lovelace (alovelace)`."""
    for entry in listing.entries:
        try:
            text = entry.read(MAX_NOTE_BYTES).decode("utf-8-sig", "replace")
        except UnreadableError:
            continue
        name, opened, user = text.splitlines()[0].partition(":")[2].rpartition("(") if text else ("", "", "")
        if opened and user.rstrip().endswith(")"):
            return user.rstrip()[:-1], name.strip()
    return "", ""


def _iso(when: str) -> str:
    """`2026-03-02-21-47-00` as `2026-03-02T21:47:00`; nothing for what is not a time."""
    try:
        return datetime.strptime(when, "%Y-%m-%d-%H-%M-%S").isoformat()
    except ValueError:
        return ""


BLACKBOARD = Platform(
    "blackboard", LABEL, "{assignment}_{user}_attempt_{yyyy-mm-dd-HH-MM-SS}_{file}", _claims, _sort, ids_are_local=False
)
