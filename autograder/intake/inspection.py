"""Looks at the files of an upload: what each is, whether it may be the code, and what nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ..assignment import Assignment
from ..check import notebook
from .contents import Kind, kind_by_name, kind_of, not_python
from .handed_out import HandedOut, bare
from .listing import Entry, UnreadableError, meant_stem, meant_suffix

MAX_FILE_BYTES = 1_000_000
"""Of a code or answers file."""

MAX_LOOKED_AT = 200
MAX_LOOKED_AT_BYTES = 300_000_000
"""Files of an upload that are looked into, those with the likeliest names first, and bytes of them."""

CODE_SUFFIXES = (".py", notebook.SUFFIX)
TEXT_SUFFIXES = (".md", ".markdown", ".txt", ".rst", ".org", ".tex", ".rmd", ".qmd", "")

_LITTER = re.compile(
    r"(?:readme|license|licence|copying|requirements|environment|conda|poetry|pyproject|setup|makefile|pytest)"
    r"\b.*|timestamp\.txt|thumbs\.db|desktop\.ini|__zip_filename__|icon\r?|.*\.(?:pyc|pyo|log|aux|lock)",
    re.IGNORECASE | re.DOTALL,
)
"""What systems, platforms and tools put beside the work."""

_BACKUP = re.compile(
    r".*(?:~|\.(?:bak|old|orig|rej|save|tmp|temp|swp|autosave|backup|part|crdownload))|#.*#|\.#.*",
    re.IGNORECASE | re.DOTALL,
)
_CHECKPOINTS = ".ipynb_checkpoints"


@dataclass(frozen=True)
class File:
    """A file that was looked at.

    Attributes:
        content: of a notebook, the code.
        cells: of a notebook, the text.
        problem: a sentence that says why it cannot be read.
    """

    entry: Entry
    kind: Kind
    content: bytes = b""
    cells: str = ""
    problem: str = ""

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def shown(self) -> str:
        return self.entry.shown

    @property
    def is_code(self) -> bool:
        """Whether it is handed in as code: a notebook under any name, or a file called like Python's."""
        return self.kind is Kind.NOTEBOOK or meant_suffix(self.name) in CODE_SUFFIXES

    @property
    def is_text(self) -> bool:
        return meant_suffix(self.name) in TEXT_SUFFIXES and self.kind in (Kind.TEXT, Kind.EMPTY)


def look_at_all(entries: Sequence[Entry], assignment: Assignment) -> list[File]:
    """What each file is; those that are too many to look into are what their names say."""
    stems = [PurePath(name).stem for name in (assignment.code_file, assignment.answers_file)]

    def is_unlikely(entry: Entry) -> tuple[bool, bool, int]:
        name = entry.name.lower()
        return (
            not any(stem in name for stem in stems),
            meant_suffix(name) not in CODE_SUFFIXES,
            len(entry.parts),
        )

    room, left = MAX_LOOKED_AT_BYTES, MAX_LOOKED_AT
    files = {}
    for entry in sorted(entries, key=is_unlikely):
        known = kind_by_name(entry.name)
        if known is not None or left == 0 or room <= 0:
            files[id(entry)] = File(entry, known or Kind.DATA)
            continue
        files[id(entry)], size = look(entry, room)
        room, left = room - size, left - 1
    return [files[id(entry)] for entry in entries]


def look(entry: Entry, room: int = MAX_LOOKED_AT_BYTES) -> tuple[File, int]:
    """Look into a file; also give the number of bytes that were read."""
    is_named_notebook = meant_suffix(entry.name) == notebook.SUFFIX
    too_large = ""
    try:
        try:
            content = entry.read(min(notebook.LARGEST if is_named_notebook else MAX_FILE_BYTES, room))
        except UnreadableError as error:
            if is_named_notebook:
                raise
            too_large = str(error)  # unless it is a notebook or a document
            content = entry.read(min(notebook.LARGEST, room))
    except UnreadableError as error:
        kind = Kind.NOTEBOOK if is_named_notebook else Kind.TEXT
        return File(entry, kind, problem=too_large or str(error)), notebook.LARGEST if too_large else 0
    kind = kind_of(entry.name, content)
    if kind is Kind.NOTEBOOK or is_named_notebook:
        try:
            read = notebook.read_code(entry.name, content)
            if read.source is content:
                return File(entry, kind, content), len(content)
        except notebook.UnreadableNotebook as error:
            return File(entry, Kind.NOTEBOOK, problem=f"{entry.shown}: {error}"), len(content)
        return File(entry, Kind.NOTEBOOK, read.source, read.text), len(content)
    if not kind.is_document and too_large:
        return File(entry, kind, problem=too_large), len(content)
    problem = "" if kind in (Kind.TEXT, Kind.EMPTY, Kind.WEB_PAGE) else f"{entry.shown} is {kind.value}."
    return File(entry, kind, content, problem=problem), len(content)


def is_backup(parts: tuple[str, ...]) -> bool:
    """Whether an editor keeps an older state of the work under this name."""
    return _CHECKPOINTS in parts or _BACKUP.fullmatch(parts[-1]) is not None


def is_blank(file: File, handed_out: HandedOut) -> bool:
    """Whether a file is nobody's work."""
    is_readable = not file.problem and file.kind in (Kind.TEXT, Kind.EMPTY, Kind.NOTEBOOK)
    return is_litter(file) or (is_readable and (not file.content.strip() or handed_out.holds(file.content)))


def is_litter(file: File) -> bool:
    return _LITTER.fullmatch(file.name) is not None


def is_called(name: str, wanted: str) -> bool:
    """Whether a name is the one asked for, but for case and what browsers and systems add to it."""
    stem = re.escape(PurePath(wanted).stem)
    copy = r"( ?\(\d+\)|-\d+| ?-? ?copy( ?\(?\d+\)?)?)?"
    return re.fullmatch(rf"(copy of )?{stem}{copy}", meant_stem(name), flags=re.IGNORECASE) is not None


def defined(content: bytes, assignment: Assignment) -> set[str]:
    """Which of the functions and classes asked for a text defines at its top level."""
    names = "|".join(name for question in assignment.code_questions for name in question.functions)
    found = re.findall(
        rf"^(?:(?:def|class)\s+({names})\b|({names})\s*=)".encode(), bare(content), re.MULTILINE
    )
    return {(one or other).decode() for one, other in found}


def mentions(content: bytes, assignment: Assignment) -> bool:
    """Whether a program so much as names a function that is asked for where it could define it.

    Nothing of it is parsed: whoever reads a program of a stranger can be led astray.
    """
    if not_python(content) != "defines nothing that is asked for":
        return bool(defined(content, assignment))
    names = "|".join(name for question in assignment.code_questions for name in question.functions)
    return re.search(rf"\b(?:{names})\b".encode(), bare(content)) is not None


def is_unfinished(content: bytes, assignment: Assignment) -> bool:
    asked = {name for question in assignment.code_questions for name in question.functions}
    return bool(asked - defined(content, assignment)) or b"raise NotImplementedError" in content
