"""Finds the students' uploads in SUBMISSIONS and turns each into a submission."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..assignment import Assignment
from ..errors import GraderError
from ..submission import Submission
from .archive import list_archive, open_nested
from .choose import choose
from .folder import file_reader, list_folder
from .handed_out import read_handed_out
from .listing import Entry, Listing, is_junk, meant_stem, meant_suffix, printable

UNREAD_SUFFIXES = (".7z", ".bz2", ".gz", ".ipynb", ".rar", ".tar", ".tgz", ".xz")
"""Files that a student may have handed in but that are not read; anything else is no upload."""


@dataclass(frozen=True)
class _Upload:
    """One student's folder, zip or file. `student` is the key that its name gives."""

    student: str
    path: Path


def collect(path: Path, assignment: Assignment) -> list[Submission]:
    """Collect the submissions in `path`, sorted by student.

    `path` is a folder of student folders, zips and files, or one submission: a folder that holds
    the code file itself, a zip or a Python file.

    Raises:
        GraderError: if there is nothing to grade, saying what was looked for.
    """
    handed_out = read_handed_out(assignment)

    def submission(upload: _Upload) -> Submission:
        return _read(
            upload, assignment, lambda listing: choose(upload.student, listing, assignment, handed_out)
        )

    by_student: dict[str, list[_Upload]] = defaultdict(list)
    for upload in _uploads(path, assignment):
        by_student[upload.student].append(upload)
    read = {
        student: submission(uploads[0]) if len(uploads) == 1 else _twice(student, uploads)
        for student, uploads in by_student.items()
    }
    for alike in _alike(list(read)):
        for student in alike:
            names = " and ".join(printable(name) for name in alike)
            read[student] = Submission(
                student, set_aside=f"Are {names} one student? The names differ in capital letters alone."
            )
    return [read[student] for student in sorted(read)]


def _uploads(path: Path, assignment: Assignment) -> list[_Upload]:
    if not path.exists():
        raise GraderError(f"There is no {path}. {_what_to_type(assignment)}")
    path = path.resolve()  # also gives `.` a name
    if path.is_file():
        if meant_suffix(path.name) not in (".zip", ".py"):
            raise GraderError(
                f"{path} is neither a folder nor a zip nor a .py file. {_what_to_type(assignment)}"
            )
        name = path.parent.name if path.name == assignment.code_file else meant_stem(path.name)
        return [_Upload(_key(name), path)]
    if (path / assignment.code_file).is_file():
        return [_Upload(_key(path.name), path)]
    uploads = [
        _Upload(_key(item.name if item.is_dir() else meant_stem(item.name)), item)
        for item in sorted(path.iterdir())
        if not is_junk((item.name,)) and _is_upload(item)
    ]
    if not uploads:
        raise GraderError(f"{path} holds no submissions. {_what_to_type(assignment)}")
    return uploads


def _what_to_type(assignment: Assignment) -> str:
    return (
        f"Submissions are a folder of <student>/{assignment.code_file}, <student>.zip or <student>.py. "
        "Type: autograder grade SUBMISSIONS --output OUT"
    )


def _is_upload(item: Path) -> bool:
    return item.is_dir() or meant_suffix(item.name) in (".zip", ".py", *UNREAD_SUFFIXES)


def _key(name: str) -> str:
    """A student's key: the name, spelled one way whatever the system it was packed on."""
    readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    clean = "".join("�" if unicodedata.category(c) == "Cc" else c for c in readable)
    return unicodedata.normalize("NFC", clean)


def _read(upload: _Upload, assignment: Assignment, chosen: Callable[[Listing], Submission]) -> Submission:
    path, name = upload.path, printable(upload.path.name)
    try:
        if path.is_symlink():
            return _aside(upload, f"{name} is a link, and links are not followed. What was handed in?")
        if path.is_dir():
            return chosen(open_nested(list_folder(path)))
        if meant_suffix(path.name) == ".zip":
            with path.open("rb") as stream:
                return chosen(open_nested(list_archive(stream, path.name)))
        if path.is_file() and meant_suffix(path.name) == ".py":
            return chosen(Listing((Entry((assignment.code_file,), file_reader(path)),)))
    except OSError as problem:
        return _aside(upload, f"{name} cannot be read: {problem.strerror}.")
    return _aside(
        upload, f"{name} is not read here: where is this student's {assignment.code_file}, or a zip of it?"
    )


def _aside(upload: _Upload, question: str) -> Submission:
    return Submission(upload.student, set_aside=question)


def _twice(student: str, uploads: list[_Upload]) -> Submission:
    names = " and ".join(printable(upload.path.name) for upload in uploads)
    return Submission(student, set_aside=f"Which upload is meant? {names} are of one student.")


def _alike(students: list[str]) -> list[list[str]]:
    """The students whose keys would be one file's name where capital letters do not count."""
    groups: dict[str, list[str]] = defaultdict(list)
    for student in students:
        groups[student.casefold()].append(student)
    return [group for group in groups.values() if len(group) > 1]
