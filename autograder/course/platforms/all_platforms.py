"""Every platform that there is, and which of them a download comes from."""

from __future__ import annotations

from ...errors import GraderError
from .base import Platform
from .blackboard import BLACKBOARD
from .brightspace import BRIGHTSPACE
from .canvas import CANVAS
from .download import Download
from .github_classroom import CLASSROOM
from .google_drive import GOOGLE_DRIVE
from .gradescope import GRADESCOPE
from .ilias import ILIAS
from .moodle import MOODLE
from .nbgrader import NBGRADER
from .openolat import OPENOLAT
from .plain_csv import CSV
from .plain_folder import PLAIN, is_upload
from .sakai import SAKAI
from .schoology import SCHOOLOGY
from .teams import TEAMS

DOWNLOADS = {
    one.name: one
    for one in (
        *(PLAIN, GRADESCOPE, MOODLE, BLACKBOARD, CANVAS, CLASSROOM, BRIGHTSPACE, SAKAI),
        *(NBGRADER, OPENOLAT, SCHOOLOGY, ILIAS, TEAMS, GOOGLE_DRIVE),
    )
}
"""Whose downloads are read, by name, in the order in which they are tried: the most telling names first."""

SINGLE = "single"
LAYOUTS = (*DOWNLOADS, SINGLE)
"""What `--layout` takes: a platform's name, or that all of it is one student's."""

EXPORTS = {one.name: one for one in (CANVAS, MOODLE, GRADESCOPE, CLASSROOM, BRIGHTSPACE, SAKAI, NBGRADER, CSV)}
"""Whose own files are filled."""

PLATFORMS = DOWNLOADS | EXPORTS
SHARING_IDS = frozenset(name for name, one in PLATFORMS.items() if not one.ids_are_local)
"""Whose students' ids are the university's."""

MOST_FOLDERS = 4
"""Folders in folders that are looked into for a platform's."""

_OF_SUBMISSIONS = frozenset({"submitted", "inbound", "submitted files"})
"""What nbgrader and Teams call the folder of the submissions, which may have others beside it."""


def recognise(download: Download) -> tuple[Platform, Download] | None:
    """The platform that made a download, and the folder in it that counts; None if it is plain.

    A platform's folder is also found alone inside another folder, as unpacking leaves it, and a
    platform's name counts once most items bear it: instructors keep files of their own beside.
    """
    for place in places(download):
        for platform in DOWNLOADS.values():
            if platform is not PLAIN and 0 < len(place.items) <= 2 * platform.claims(place):
                return platform, place
    return None


def place_of(platform: Platform, download: Download) -> Download:
    """The folder in a download that `platform` fits.

    Raises:
        GraderError: if there is none.
    """
    for place in places(download):
        if platform.claims(place) and not (platform is PLAIN and _is_wrapped(place)):
            return place
    damage = "".join(f"{problem} " for problem in download.problems[:1])
    raise GraderError(
        f"{damage}Nothing in {download.name} is named as in a {platform.label}: {platform.pattern}. "
        f"Leave out --layout, or choose another: {', '.join(LAYOUTS)}."
    )


def places(download: Download) -> list[Download]:
    """The download itself and, as long as it is clear which one holds the submissions, the folder in it."""
    places = [download]
    while len(places) < MOST_FOLDERS:
        folders = places[-1].folders
        named = [item for item in folders if item.name.casefold() in _OF_SUBMISSIONS]
        inner = named or [item for item in folders if len(folders) == 1 and not _has_work_beside(places[-1])]
        if len(inner) != 1:
            break
        places.append(places[-1].enter(inner[0].name))
    return places


def _is_wrapped(download: Download) -> bool:
    """Whether a folder in a zip, and nobody else's work, holds all there is."""
    return len(download.folders) == 1 and download.folders[0].path is None and not _has_work_beside(download)


def _has_work_beside(download: Download) -> bool:
    """Whether something that may be a student's lies beside the folders."""
    return any(is_upload(item) for item in download.items if not item.is_folder)
