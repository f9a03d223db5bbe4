"""Answers to the questions of set-aside submissions: `--choose STUDENT=FILE`, remembered in OUT."""

from __future__ import annotations

import csv
import difflib
import io
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from ..errors import GraderError
from ..io.files import write_atomically
from ..io.text import first_few, guarded, unguarded
from .listing import one_spelling, printable

FILE_NAME = "choices.csv"
_HEADER = ("student", "file")

FileOverrides = Mapping[str, Sequence[str]]
"""The files and uploads chosen for each student, by the student's key; the last of a kind counts."""


NOTHING = "nothing"
"""What is chosen for a student who handed in no code. No file of code is called so."""

PUT_THERE = "put it into the unpacked download, named like the others' files."

LISTED_AT_MOST = 8
"""Choices that a sentence lists."""


def to_type(student: str, *files: str) -> str:
    """What answers a question, ready for a shell."""
    listed = first_few((option(student, file) for file in files), LISTED_AT_MOST)
    return f"To choose, type{' one of' if len(files) > 1 else ''}: {listed}"


def to_put_there(student: str, *files: str) -> str:
    """What to do about work that is not there, or that may be one of these files."""
    if files:
        return f"P{PUT_THERE[1:]} {to_type(student, *files, NOTHING)}"
    return f"P{PUT_THERE[1:]} If there is none, type: {option(student, NOTHING)}"


def option(student: str, file: str) -> str:
    """The option that says which file or upload of a student counts."""
    return f"--choose {shlex.quote(f'{printable(student)}={file}')}"


def read_choices(texts: Iterable[str], students: Mapping[str, str]) -> dict[str, list[str]]:
    """Read what was typed after `--choose`.

    Args:
        texts: each `STUDENT=FILE`. Both may hold an equals sign: the student has to be one there is.
        students: the key by every name that may be typed for it.

    Raises:
        GraderError: if a text names no student, or has no file.
    """
    choices: dict[str, list[str]] = {}
    for text in map(one_spelling, texts):
        places = [place for place, character in enumerate(text) if character == "="]
        found = [place for place in places if text[:place] in students and text[place + 1 :]]
        if not found:
            raise GraderError(_no_student(text, students))
        place = found[-1]  # the longest name that is a student's
        choices.setdefault(students[text[:place]], []).append(text[place + 1 :])
    return choices


def recall(out: Path) -> dict[str, list[str]]:
    """The choices made before for the results in `out`.

    Raises:
        GraderError: if their file is not as it was written.
    """
    path = out / FILE_NAME
    if not path.is_file():
        return {}
    try:
        header, *rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8"), newline="")))
        choices: dict[str, list[str]] = {}
        if tuple(header) != _HEADER:
            raise ValueError
        for student, file in rows:
            choices.setdefault(unguarded(student), []).append(unguarded(file))
    except (OSError, ValueError, csv.Error):
        raise GraderError(
            f"{path} cannot be read as a table of {' and '.join(_HEADER)}. Fix it, or move it away."
        ) from None
    return choices


def remember(out: Path, chosen: FileOverrides) -> None:
    """Keep these students' choices beside the results, so that the next run needs not be told again."""
    if not chosen:
        return
    choices = {**recall(out), **chosen}
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # with line ends that make it put a name with either kind of them in quotes
    writer.writerow(_HEADER)
    writer.writerows((guarded(student), guarded(file)) for student, files in sorted(choices.items()) for file in files)
    write_atomically(out / FILE_NAME, text.getvalue())


def together(earlier: FileOverrides, later: FileOverrides, kind: Callable[[str], str]) -> dict[str, list[str]]:
    """Both; of each kind of choice, the one made last."""
    choices: dict[str, list[str]] = {}
    for student in {**earlier, **later}:
        last: dict[str, str] = {}
        for file in (*earlier.get(student, ()), *later.get(student, ())):
            last.pop(kind(file), None)
            last[kind(file)] = file
        choices[student] = list(last.values())
    return choices


def _no_student(text: str, students: Mapping[str, str]) -> str:
    student, _, file = text.partition("=")
    if not file:
        return f"`--choose {text}` is not STUDENT=FILE, such as {shlex.quote('ada=old/embeddings.py')}."
    close = difflib.get_close_matches(student, students, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(map(printable, close))}?" if close else ""
    return f"`--choose {text}`: there is no student {student} among the submissions.{hint}"
