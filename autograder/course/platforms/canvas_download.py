"""Canvas: one flat zip; name, lateness, user and attachment stand before each file's own name."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict

from ...submission import Member
from .base import Layout, Sorted, Upload, gathered
from .download import Download, Item

LABEL = "Canvas download"

# Canvas drops what is no letter, mark on a letter, digit or underscore from the first part and lowers its
# letters, so that LATE in capitals is never a name's, and takes digits between underscores out of names.
_NAME = r"(?P<name>[\w\x80-\U0010ffff]*?)"  # for Python, the marks of Hindi or Thai are no part of a word
_FILE = re.compile(_NAME + r"(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.S)
_ANONYMOUS = re.compile(r"(?P<late>LATE_)?anon_(?P<user>[^\W_]+)_(?P<attachment>\d+)_(?P<file>.+)", re.S)
_TYPED = re.compile(
    rf"((?P<anonymous>(LATE_)?anon_(?P<code>[^\W_]+))|{_NAME}(?P<late>_LATE)?_(?P<user>\d+))"
    r"_(?P<kind>text|link)\.html"
)


def _parsed(item: Item) -> tuple[str, str, bool, str] | None:
    """An item's student name, user id, lateness and file name."""
    if item.is_folder:
        return None
    if found := _TYPED.fullmatch(item.name):
        late = bool(found["late"]) or item.name.startswith("LATE_anon_")
        name = "text typed into Canvas.html" if found["kind"] == "text" else "link typed into Canvas.url"
        return found["name"] or "", found["user"] or f"anon_{found['code']}", late, name
    if found := _ANONYMOUS.fullmatch(item.name):
        return "", f"anon_{found['user']}", bool(found["late"]), found["file"]
    if found := _FILE.fullmatch(item.name):
        return found["name"], found["user"], bool(found["late"]), found["file"]
    return None


def _claims(download: Download) -> int:
    return sum(_parsed(item) is not None for item in download.items)


def _sort(download: Download) -> Sorted:
    files: dict[str, list[tuple[str, Item]]] = defaultdict(list)
    names: dict[str, str] = {}
    late: set[str] = set()
    others = []
    for item in download.items:
        parsed = _parsed(item)
        if parsed is None:
            others.append(item)
            continue
        name, user, is_late, file = parsed
        files[user].append((file, item))
        names[user] = unicodedata.normalize("NFC", name)  # macOS unpacks it spelled another way
        late |= {user} if is_late else set()
    uploads = tuple(_upload(user, names[user], user in late, found) for user, found in files.items())
    return Sorted(uploads, left=tuple(others))


def _upload(user: str, name: str, late: bool, files: list[tuple[str, Item]]) -> Upload:
    # Feedback goes back under the name of an attachment, best that of the work itself.
    first = min(files, key=lambda found: not found[0].lower().endswith((".py", ".ipynb", ".zip")))
    is_anonymous = user.startswith("anon_")
    return Upload(
        student=user if is_anonymous else f"{name}_{user}",
        name=first[1].name,
        listing=gathered(files),
        members=(Member(id=user.removeprefix("anon_"), name=name),),
        late=late,
    )


CANVAS = Layout("canvas", LABEL, "{name}[_LATE]_{user id}_{attachment id}_{file}", _claims, _sort)
