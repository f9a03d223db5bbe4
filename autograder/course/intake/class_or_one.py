"""Whether what no platform's names tell is one student's or a class's: that is asked, and never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...assignment import Assignment
from ...errors import GraderError
from ...io.program import program, typed
from ...io.text import first_few
from ...upload.archive import open_nested
from ...upload.code_file import code_names
from ...upload.inspection import CODE_SUFFIXES, defined, is_backup, is_called, look
from ...upload.listing import Entry, UnreadableError, effective_suffix, is_archive, printable
from ...upload.template_files import TemplateFiles, bare
from ..platforms.all_platforms import SINGLE, places, recognise
from ..platforms.download import Download, Item, open_inside
from ..platforms.plain_folder import PLAIN

NAMED_AT_MOST = 8


def students_in(place: Download, assignment: Assignment, template_files: TemplateFiles) -> list[str]:
    """Whose work lies there, read as a plain folder; no two of them have the same."""
    code: dict[bytes, str] = {}
    answers: dict[str, None] = {}
    for upload in PLAIN.sort(place).uploads:
        for entry in open_nested(upload.listing()).entries:
            content = _work(entry, assignment, template_files)
            if content:
                code.setdefault(content, upload.student)
            elif _is_answers(entry, assignment, template_files):
                answers[upload.student] = None
    return max(list(dict.fromkeys(code.values())), list(answers), key=len)


def several_in(place: Download, assignment: Assignment, template_files: TemplateFiles) -> list[str]:
    """Whose work lies there, if that may be several students': beside a file asked for, one may keep another."""
    students = students_in(place, assignment, template_files)
    asked_for = (*code_names(assignment), assignment.answers_file)
    of_one = [item for item in place.items if any(is_called(item.name, name) for name in asked_for)]
    most_of_one = 2 if any(_is_own(item, assignment, template_files) for item in of_one) else 1
    return students if len(students) > most_of_one else []


def ask_if_a_class(path: Path, place: Download, assignment: Assignment, template_files: TemplateFiles) -> None:
    """Make sure that what would be taken for one student's is not a class's.

    Raises:
        GraderError: the question, where it may be.
    """
    if several_in(place, assignment, template_files):
        everybody = [upload.student for upload in PLAIN.sort(place).uploads]
        raise GraderError(
            f"{path} is not named like any platform's download, and contains what may be several students' work. "
            f"Is it a class? Then type --layout plain, which gives {len(everybody):,} students: {_named(everybody)}. "
            f"Is all of it one student's? Then type --layout {SINGLE}."
        )


def classes_in(path: Path, download: Download, assignment: Assignment, template_files: TemplateFiles) -> list[str]:
    """A sentence on each item of a plain folder that may be a class rather than a student.

    Raises:
        GraderError: if nothing else is there.
    """
    found = {}
    for item in download.items:
        if inside := _inside(item, download, assignment, template_files):
            found[item.name] = inside
    if not found:
        return []
    looks = [f"{printable(name)} looks like a separate class: {_named(inside)}." for name, inside in found.items()]
    if len(found) == len(PLAIN.sort(download).uploads):
        first = next(item.path or path / item.name for item in download.items if item.name in found)
        raise GraderError(
            f"{' '.join(looks[:NAMED_AT_MOST])} Grade each separately: {program()} grade {typed(first)}. If it is one "
            f"student's, type --layout plain, which gives {len(found)}: {_named(list(found))}."
        )
    return [f"{look} If it is, grade it separately; here it counts as one student." for look in looks]


def _inside(item: Item, download: Download, assignment: Assignment, template_files: TemplateFiles) -> list[str]:
    """Whose work an item of a plain folder holds, if that may be several students'."""
    try:
        if item.is_folder:
            if _may_be_several(item.listing().entries, assignment, template_files):
                return _class_in(download.enter(item.name), assignment, template_files)
        elif is_archive(item.name):
            with open_inside(item, download.stems) as inside:
                return _class_in(inside, assignment, template_files)
    except (GraderError, UnreadableError):
        pass
    return []


def _class_in(download: Download, assignment: Assignment, template_files: TemplateFiles) -> list[str]:
    """The students of a platform's download; or whose work lies in it, or in the folder that is all of it."""
    if recognised := recognise(download):
        platform, place = recognised
        students = dict.fromkeys(upload.student for upload in platform.sort(place).uploads)
        return list(students) if len(students) > 1 else []
    found = (several_in(place, assignment, template_files) for place in places(download))
    return next(filter(None, found), [])


def _may_be_several(entries: Sequence[Entry], assignment: Assignment, template_files: TemplateFiles) -> bool:
    """Whether two programs or two files of answers may be there, by the names alone: most folders need no reading."""
    work = (*code_names(assignment), assignment.answers_file)
    names = [entry.name for entry in entries if not template_files.is_helper(entry.parts, *work)]
    archives = sum(map(is_archive, names))
    code = sum(effective_suffix(name) in CODE_SUFFIXES for name in names)
    answers = sum(is_called(name, assignment.answers_file) for name in names)
    return archives + max(code, answers) > 1


def _work(entry: Entry, assignment: Assignment, template_files: TemplateFiles) -> bytes:
    """A program of a student's own; nothing if it is another file."""
    if effective_suffix(entry.name) not in CODE_SUFFIXES or is_backup(entry.parts):
        return b""
    file, _ = look(entry)
    if file.problem or not file.is_code or template_files.holds(file.content):
        return b""
    is_named = any(is_called(entry.name, name) for name in code_names(assignment))
    return bare(file.content) if is_named or defined(file.content, assignment) else b""


def _is_answers(entry: Entry, assignment: Assignment, template_files: TemplateFiles) -> bool:
    if not is_called(entry.name, assignment.answers_file):
        return False
    file, _ = look(entry)
    return not template_files.holds(file.content)


def _is_own(item: Item, assignment: Assignment, template_files: TemplateFiles) -> bool:
    return any(
        _work(entry, assignment, template_files) or _is_answers(entry, assignment, template_files)
        for entry in item.listing().entries
    )


def _named(students: Sequence[str]) -> str:
    return first_few(map(printable, students), NAMED_AT_MOST)
