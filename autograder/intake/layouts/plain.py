"""A plain folder of students: each folder's, zip's or file's name is a student's key."""

from __future__ import annotations

import unicodedata

from ...submission import Member
from ..download import Download, Item
from ..listing import Listing, meant_stem, meant_suffix, printable
from .layout import Layout, Sorted, Upload, with_problem

READ_SUFFIXES = (".zip", ".py", ".ipynb")
UNREAD_SUFFIXES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz")
"""Files that a student may have handed in but that are not read; anything else is no upload."""


def is_upload(item: Item) -> bool:
    return item.is_folder or meant_suffix(item.name) in (*READ_SUFFIXES, *UNREAD_SUFFIXES)


def upload_of(item: Item, student: str) -> Upload:
    """The upload of a student who handed in this folder or file."""
    listing = item.listing
    if not item.is_folder and meant_suffix(item.name) not in READ_SUFFIXES:
        listing = with_problem(lambda: Listing(), f"{printable(item.name)} is not read here.")
    return Upload(student, item.name, listing, (Member(id=student),), path=item.path)


def key_of(name: str) -> str:
    """A student's key: the name, spelled one way whatever the system it was packed on."""
    readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    clean = "".join("�" if unicodedata.category(c) == "Cc" else c for c in readable)
    return unicodedata.normalize("NFC", clean)


def _claims(download: Download) -> int:
    return sum(is_upload(item) for item in download.items)


def _sort(download: Download) -> Sorted:
    return Sorted(
        tuple(
            upload_of(item, key_of(item.name if item.is_folder else meant_stem(item.name)))
            for item in download.items
            if is_upload(item)
        )
    )


PLAIN = Layout(
    "plain", "plain folder", "<student>/, <student>.zip, <student>.py or <student>.ipynb", _claims, _sort
)
