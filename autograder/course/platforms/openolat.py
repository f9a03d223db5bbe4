"""OpenOLAT: a folder per student or group, in it one for each step: the task, submissions, corrections, revisions.

The steps are numbered as far as the course has them. What was handed in as a revision is a later attempt.
"""

from __future__ import annotations

import re

from ...submission import Member
from .base import Platform, Sorted, Upload, below, first_parts, login_and_name, sort_each
from .download import Download, Item

LABEL = "OpenOLAT download"

_STEP = re.compile(r"(?P<number>\d+)_(?P<step>task|submission|correction|revision|solution|grading)s?(?:_\d+)?")


def _steps(item: Item) -> list[re.Match[str]]:
    tops = dict.fromkeys(parts[0] for parts in first_parts(item))
    return [found for top in tops if (found := _STEP.fullmatch(top))]


def _claims(download: Download) -> int:
    return sum(bool(_steps(item)) for item in download.items)


def _sort(download: Download) -> Sorted:
    found = sort_each(download, _uploads)
    return Sorted(found.uploads, left=tuple(item for item in found.left if not item.name.endswith(".xlsx")))


def _uploads(item: Item) -> list[Upload]:
    steps = _steps(item)
    person = login_and_name(item.name)
    member = Member(*person) if person else Member(name=item.name)  # a group's, if it is nobody's
    handed_in = [step for step in steps if step["step"] in ("submission", "revision")]
    return [
        Upload(
            student=member.id or item.name,
            name=f"{item.name}/{step[0]}",
            listing=below(item, step[0]),
            members=(member,),
            attempt=int(step["number"]),
        )
        for step in handed_in
    ]


OPENOLAT = Platform(
    "openolat",
    LABEL,
    "{task}_{date}/{Last}_{First}_{login}/2_submissions/{file}",
    _claims,
    _sort,
    ids_are_local=False,
)
