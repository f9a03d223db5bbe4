"""The layouts of downloads: one module per platform, and which of them a download has."""

from __future__ import annotations

from ...errors import GraderError
from .base import Layout, Sorted, Upload, left_out
from .blackboard import BLACKBOARD
from .canvas_download import CANVAS
from .classroom_download import CLASSROOM, assignment_of
from .download import Download
from .gradescope_download import GRADESCOPE
from .moodle_download import MOODLE
from .plain_folder import PLAIN, is_upload, key_of, may_be_work, upload_of

__all__ = [
    "LAYOUTS",
    "PLAIN",
    "Layout",
    "Sorted",
    "Upload",
    "assignment_of",
    "is_upload",
    "key_of",
    "left_out",
    "may_be_work",
    "place_of",
    "recognise",
    "upload_of",
]

PLATFORMS = (GRADESCOPE, MOODLE, BLACKBOARD, CANVAS, CLASSROOM)
"""In the order in which they are tried: the most telling names first."""

MOST_FOLDERS = 4
"""Folders in folders that are looked into for a platform's."""

LAYOUTS = {layout.name: layout for layout in (PLAIN, *PLATFORMS)}


def recognise(download: Download) -> tuple[Layout, Download] | None:
    """The platform that made a download, and the folder in it that counts; None if it is plain.

    A platform's folder is also found alone inside another folder, as unpacking leaves it, and a
    platform's name counts once most items bear it: instructors keep files of their own beside.
    """
    for place in _places(download):
        claims = [(layout.claims(place), layout) for layout in PLATFORMS]
        most, layout = max(claims, key=lambda claim: claim[0])
        if most and 2 * most >= len(place.items):
            return layout, place
    return None


def place_of(layout: Layout, download: Download) -> Download:
    """The folder in a download that `layout` fits.

    Raises:
        GraderError: if there is none.
    """
    for place in _places(download):
        is_packed_folder = layout is PLAIN and len(place.items) == 1 and place.items[0].path is None
        if layout.claims(place) and not is_packed_folder:
            return place
    damage = "".join(f"{problem} " for problem in download.problems[:1])
    raise GraderError(
        f"{damage}Nothing in {download.name} is named as in a {layout.label}: {layout.pattern}. "
        f"Leave --layout away, or say another: {', '.join(LAYOUTS)}."
    )


def _places(download: Download) -> list[Download]:
    """The download itself and, as long as there is nothing beside it, the folder in it."""
    places = [download]
    while len(places) < MOST_FOLDERS and len(places[-1].items) == 1 and places[-1].folders:
        places.append(places[-1].enter(places[-1].items[0].name))
    return places
