"""GitHub Classroom: a folder per repository, in a folder named after the assignment."""

from __future__ import annotations

import re

from ...submission import Member
from .base import Layout, Sorted, Upload
from .download import Download

LABEL = "GitHub Classroom download"
_ROOT = re.compile(r"(?P<assignment>.+)-submissions( ?\(\d+\))?")


def assignment_of(download_name: str) -> str:
    """The assignment that a folder `{assignment}-submissions` is named after; else nothing."""
    found = _ROOT.fullmatch(download_name)
    return found["assignment"] if found else ""


def _claims(download: Download) -> int:
    assignment = assignment_of(download.name)
    repositories = [item for item in download.folders if item.name.startswith(f"{assignment}-")]
    return len(repositories) if assignment else 0


def _sort(download: Download) -> Sorted:
    uploads = tuple(
        # Only the roster knows whose a repository is: user names and assignments both hold hyphens.
        Upload(student=item.name, name=item.name, listing=item.listing, members=(Member(),))
        for item in download.folders
    )
    files = tuple(item for item in download.items if not item.is_folder)
    return Sorted(uploads, left=files)


CLASSROOM = Layout("github-classroom", LABEL, "{assignment}-submissions/{repository}/", _claims, _sort)
