"""Every platform that there is, and which of them a download comes from."""

from __future__ import annotations

from ...errors import GraderError
from .base import Platform
from .blackboard import BLACKBOARD
from .canvas import CANVAS
from .download import Download
from .github_classroom import CLASSROOM
from .gradescope import GRADESCOPE
from .moodle import MOODLE
from .nbgrader import NBGRADER
from .plain_csv import CSV
from .plain_folder import PLAIN

LAYOUTS = {one.name: one for one in (PLAIN, GRADESCOPE, MOODLE, BLACKBOARD, CANVAS, CLASSROOM)}
"""Whose downloads are read, by name, in the order in which they are tried: the most telling names first."""

EXPORTS = {one.name: one for one in (CANVAS, MOODLE, GRADESCOPE, CLASSROOM, NBGRADER, CSV)}
"""Whose own files are filled."""

PLATFORMS = LAYOUTS | EXPORTS
UNIVERSITY_IDS = frozenset(name for name, one in PLATFORMS.items() if not one.ids_are_local)

MOST_FOLDERS = 4
"""Folders in folders that are looked into for a platform's."""


def recognise(download: Download) -> tuple[Platform, Download] | None:
    """The platform that made a download, and the folder in it that counts; None if it is plain.

    A platform's folder is also found alone inside another folder, as unpacking leaves it, and a
    platform's name counts once most items bear it: instructors keep files of their own beside.
    """
    for place in _places(download):
        claims = [(layout.claims(place), layout) for layout in LAYOUTS.values() if layout is not PLAIN]
        most, layout = max(claims, key=lambda claim: claim[0])
        if most and 2 * most >= len(place.items):
            return layout, place
    return None


def place_of(layout: Platform, download: Download) -> Download:
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
