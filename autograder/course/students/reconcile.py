"""Tells from one download to the next who is who: a student keeps what was known of them, and counts once."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from pathlib import Path

from ...errors import GraderError
from ...io.program import program, typed
from ...io.text import first_few, in_alphabet, pluralize, single_line
from ...result import Status
from ...submission import Member, UploadInfo
from ..gradebook.database import Gradebook
from ..gradebook.records import ActiveStatus
from .directory import Directory, persons_of

MOST_NAMED = 20


def merge_origins(
    found: Mapping[str, UploadInfo | None], known: Mapping[str, UploadInfo], *, has_roster: bool
) -> dict[str, UploadInfo | None]:
    """The origins, by key, with what an earlier download or roster told of their members.

    Args:
        known: how each key's submission was handed over the last time.
        has_roster: whether a roster was at hand now: it may say that a team has other members.
    """
    return {student: _remembering(origin, known.get(student), has_roster) for student, origin in found.items()}


def deactivate_moved(gradebook: Gradebook, here: Set[str], out: Path) -> list[str]:
    """Let nobody of an earlier download count twice, and say who counts though this one has them not.

    Args:
        here: the keys in this download.

    Returns:
        Sentences for the instructor.
    """
    statuses, origins, active_statuses = gradebook.statuses(), gradebook.origins(), gradebook.active_statuses()
    absent = {student for student in statuses if student not in here}
    newer = [s for s in here if s in origins and statuses.get(s, Status.NOT_GRADED) is not Status.NOT_GRADED]
    older = {student: origins[student] for student in absent if student in origins}
    said = []
    for student, places in sorted(
        find_moved(older, {s: origins[s] for s in sorted(newer)}).items(), key=lambda one: in_alphabet(one[0])
    ):
        where = " and ".join(single_line(key) for key in dict.fromkeys(places.values()))
        left = tuple(member for member in older[student].members if member not in places)
        if left:
            gradebook.save_origins({student: replace(older[student], members=left)})
            who = " and ".join(single_line(m.name or m.email or m.id) for m in places)
            said.append(f"Of {single_line(student)}, {who} {'is' if len(places) == 1 else 'are'} now in {where} alone.")
            continue
        instead = next(iter(places.values()))
        if (known := active_statuses.get(student)) and known.instead == instead:
            continue  # the instructor lets both count
        gradebook.forget([student], instead)
        absent.discard(student)
        said.append(
            f"{single_line(student)} no longer counts: the same {'students are' if len(places) > 1 else 'student is'} "
            f"now in {where}. To undo that: {_to_undo(out, student)}"
        )
    if len(said) > MOST_NAMED:
        said[MOST_NAMED:] = [f"The same is true of {len(said) - MOST_NAMED:,} more."]
    return said + _absent(sorted(absent, key=in_alphabet), out)


def active_students(gradebook: Gradebook) -> dict[str, UploadInfo | None]:
    """How each submission that counts was handed over, by its key."""
    return _handed_over(gradebook, gradebook.students())


def everybody(gradebook: Gradebook) -> dict[str, UploadInfo | None]:
    """The same, also of those who are forgotten."""
    return _handed_over(gradebook, (*gradebook.students(), *gradebook.forgotten()))


def change_status(gradebook: Gradebook, students: Iterable[str], out: Path, *, undo: bool) -> list[str]:
    """Let these students count no more, or again, and say so.

    Raises:
        GraderError: if one is nobody, may be several, or is a member of a group.
    """
    origins = everybody(gradebook)
    directory = Directory.of(origins)
    found = {directory.key_of(student): student for student in students}
    for key, student in found.items():
        if student != key and len(members := persons_of(key, origins[key])) > 1:
            who = ", ".join(single_line(person.shown) for person in members)
            raise GraderError(
                f"`{single_line(student)}` is one of {who} in {single_line(key)}: type that for all of them."
            )
    gradebook.remember(found) if undo else gradebook.forget(found)
    forgotten = gradebook.forgotten()
    return [f"{single_line(key)} counts." if undo else of_forgotten(key, forgotten[key], out) for key in found]


def of_forgotten(student: str, status: ActiveStatus, out: Path) -> str:
    """What to say of who is forgotten."""
    since = status.saved.replace("T", " ")[:16]
    why = f", for the same student is now in {single_line(status.instead)}" if status.instead else ""
    return f"{single_line(student)} has not counted since {since} (UTC){why}. To undo that: {_to_undo(out, student)}"


def expect_not_forgotten(gradebook: Gradebook, called: Iterable[str], out: Path) -> None:
    """Refuse students who count no more.

    Raises:
        GraderError: that says since when, and how to undo it; or who of several may be meant.
    """
    forgotten, directory = gradebook.forgotten(), Directory.of(everybody(gradebook))
    for one in called:
        keys = {person.student for person in directory.find(one, by_key=True)}
        if keys and keys <= forgotten.keys():
            student = directory.key_of(one)
            raise GraderError(of_forgotten(student, forgotten[student], out))


def _handed_over(gradebook: Gradebook, students: Iterable[str]) -> dict[str, UploadInfo | None]:
    origins = gradebook.origins()
    return {student: origins.get(student) for student in students}


def _to_undo(out: Path, student: str) -> str:
    """What lets a forgotten student count again, ready for a shell."""
    return f"{program()} forget {typed(out)} {shlex.quote(single_line(student))} --undo"


def find_moved(older: Mapping[str, UploadInfo], newer: Mapping[str, UploadInfo]) -> dict[str, dict[Member, str]]:
    """Which members of older submissions are now in a newer one of the same platform, and in which.

    A number or an address decides; a name only where nobody else has it on either side, and where no
    number or address speaks against it. Of whom nothing is known at all, the upload's name decides.
    """
    theirs, ours = _by_sign(newer), _by_sign(older)
    places: dict[str, dict[Member, str]] = defaultdict(dict)
    for student, origin in older.items():
        for member in origin.members or (Member(),):
            for sign in _signs(origin, member):
                there = theirs.get(sign, [])
                is_name = sign[1] == "name"
                if is_name and (len(there) > 1 or len(ours[sign]) > 1):
                    continue
                if there and not (is_name and _contradict(member, there[0][1])):
                    places[student][member] = there[0][0]
                    break
    return dict(places)


_Sign = tuple[str, str, str]


def _signs(origin: UploadInfo, member: Member) -> list[_Sign]:
    """What a student can be known by, the surest first."""
    kind = "roster's id" if member.is_rosters else "id"
    told = ((kind, member.id), ("email", member.email.casefold()), ("name", member.name.casefold()))
    signs = [(origin.platform, kind, value) for kind, value in told if value]
    return signs or [(origin.platform, "upload", origin.upload)]


def _by_sign(origins: Mapping[str, UploadInfo]) -> dict[_Sign, list[tuple[str, Member]]]:
    found = defaultdict(list)
    for student, origin in origins.items():
        for member in origin.members or (Member(),):
            for sign in {*_signs(origin, member), (origin.platform, "upload", origin.upload)}:
                found[sign].append((student, member))
    return found


def _contradict(one: Member, other: Member) -> bool:
    other_id = other.id if one.is_rosters is other.is_rosters else ""
    pairs = ((one.id, other_id), (one.email.casefold(), other.email.casefold()))
    return any(ours and theirs and ours != theirs for ours, theirs in pairs)


def _absent(students: list[str], out: Path) -> list[str]:
    if not students:
        return []
    named = first_few(map(single_line, students), MOST_NAMED)
    verbs = ("is", "counts") if len(students) == 1 else ("are", "count")
    return [
        f"{pluralize(len(students), 'result')} in {out} {verbs[0]} not in this download and still {verbs[1]}: "
        f"{named}. Where one should not, type: {program()} forget {typed(out)} STUDENT"
    ]


def _remembering(origin: UploadInfo | None, known: UploadInfo | None, has_roster: bool) -> UploadInfo | None:
    if origin is None or known is None or known.platform != origin.platform:
        return origin
    before = {(member.id, member.is_rosters): member for member in known.members if member.id}
    if not any((member.id, member.is_rosters) in before for member in origin.members):
        # Only a roster told who they are: the platform gives a name of its own, or nothing but the key.
        told = any(member.name or member.email for member in origin.members)
        return origin if has_roster and told else replace(origin, members=known.members or origin.members)
    return replace(origin, members=tuple(_filled(m, before.get((m.id, m.is_rosters), m)) for m in origin.members))


def _filled(member: Member, known: Member) -> Member:
    return replace(member, name=member.name or known.name, email=member.email or known.email)
