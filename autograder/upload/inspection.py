"""Looks at the files of an upload: what each is, whether it may be the code, and what nobody wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ..assignment import Assignment
from ..check.loading import notebook
from ..check.loading.locate import LARGEST_CODE
from .contents import Kind, kind_by_folder, kind_by_name, kind_of, not_a_program
from .listing import OLDER_STATES, Entry, UnreadableError, effective_suffix, meant_stem
from .template_files import TemplateFiles, bare

MAX_FILE_BYTES = LARGEST_CODE
"""Of a code or answers file: the self-check warns of the same."""

MAX_LOOKED_AT = 200
MAX_LOOKED_AT_BYTES = 300_000_000
"""Files of an upload that are looked into, those with the likeliest names first, and bytes of them."""

MAX_NOTEBOOKS, MAX_NOTEBOOK_BYTES = 20, 100_000_000
"""Notebooks of an upload among these, and bytes of them together: they take longer to read than texts."""

CODE_SUFFIXES = (".py", notebook.SUFFIX)
TEXT_SUFFIXES = (".md", ".markdown", ".txt", ".rst", ".org", ".tex", ".rmd", ".qmd", "")

_LITTER = re.compile(
    r"(?:readme|license|licence|copying|requirements|environment|conda|poetry|pyproject|setup|makefile|pytest)"
    r"\b.*|timestamp\.txt|thumbs\.db|desktop\.ini|__zip_filename__|icon\r?|.*\.(?:pyc|pyo|log|aux|lock)",
    re.IGNORECASE | re.DOTALL,
)
"""What systems, platforms and tools put beside the work."""

_BACKUP = re.compile(
    r".*(?:~|\.(?:bak|old|orig|rej|save|tmp|temp|sw[op]|autosave|backup|part|crdownload))|#.*#|\.#.*",
    re.IGNORECASE | re.DOTALL,
)
_UNSEEN = re.compile(rb"^(?:\xe2\x80[\x8b-\x8f]|\xe2\x81\xa0|\xef\xbb\xbf|\xc2\xad)+", re.MULTILINE)
_DEFINES = re.compile(rb"[ \t]+(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_WORD = re.compile(rb"\w+")
_NEVER = re.compile(rb"if\b[^\n]*__name__|if\s+(?:False|0|None|not\s+True)\s*:")
"""A condition that does not hold when a program is graded."""

_COMPOUND = re.compile(rb"(?:if|elif|else|try|except|finally|with|for|while)\b")
_IMPORTS = re.compile(rb"^[ \t]*from[ \t][^\n]*\bimport\b[ \t]*(\([^)]{0,5000}|[^\n]*)", re.MULTILINE)
_BINDS = re.compile(rb"\bexec\(|\bglobals\(|\bsetattr\(|\bvars\(")
"""How a program may define something where its text does not show it."""


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
        return self.kind is Kind.NOTEBOOK or effective_suffix(self.name) in CODE_SUFFIXES

    @property
    def is_text(self) -> bool:
        return effective_suffix(self.name) in TEXT_SUFFIXES and self.kind in (Kind.TEXT, Kind.EMPTY)


def look_at_all(entries: Sequence[Entry], assignment: Assignment) -> list[File]:
    """What each file is; those that are too many to look into are what their names say.

    Notebooks that are too many or too large together cannot be read: somebody has to say which count.
    """

    def is_unlikely(entry: Entry) -> tuple[bool, bool, int]:
        name = entry.name.lower()
        return (
            not any(stem in name for stem in assignment.stems),
            effective_suffix(name) not in CODE_SUFFIXES,
            len(entry.parts),
        )

    room, left = MAX_LOOKED_AT_BYTES, MAX_LOOKED_AT
    notebooks = sum(effective_suffix(entry.name) == notebook.SUFFIX for entry in entries)
    seen, its_room = 0, MAX_NOTEBOOK_BYTES
    files = {}
    for entry in sorted(entries, key=is_unlikely):
        known = kind_by_name(entry.name) or kind_by_folder(entry.parts)
        if effective_suffix(entry.name) == notebook.SUFFIX and (seen >= MAX_NOTEBOOKS or its_room <= 0):
            files[id(entry)] = File(entry, Kind.NOTEBOOK, problem=_too_many(entry, notebooks))
            continue
        if known is not None or left == 0 or room <= 0:
            files[id(entry)] = File(entry, known or Kind.DATA)
            continue
        files[id(entry)], size = look(entry, room)
        room, left = room - size, left - 1
        if files[id(entry)].kind is Kind.NOTEBOOK:
            seen, its_room = seen + 1, its_room - size
    return [files[id(entry)] for entry in entries]


def _too_many(entry: Entry, count: int) -> str:
    return (
        f"{entry.shown} was not read: {count:,} notebooks were handed in, and in all at most "
        f"{MAX_NOTEBOOKS} are read, and {MAX_NOTEBOOK_BYTES:,} bytes."
    )


def look(entry: Entry, room: int = MAX_LOOKED_AT_BYTES) -> tuple[File, int]:
    """Look into a file; also give the number of bytes that were read."""
    is_named_notebook = effective_suffix(entry.name) == notebook.SUFFIX
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
            if kind in (Kind.WEB_PAGE, Kind.PLACEHOLDER):
                return File(entry, Kind.NOTEBOOK, problem=f"{entry.shown} is {kind.value}."), len(content)
            return File(entry, Kind.NOTEBOOK, problem=f"{entry.shown}: {error}"), len(content)
        return File(entry, Kind.NOTEBOOK, read.source, read.text), len(content)
    if not kind.is_document and too_large:
        return File(entry, kind, problem=too_large), len(content)
    problem = "" if kind in (Kind.TEXT, Kind.EMPTY, Kind.WEB_PAGE) else f"{entry.shown} is {kind.value}."
    return File(entry, kind, content, problem=problem), len(content)


def is_backup(parts: tuple[str, ...]) -> bool:
    """Whether an editor keeps an older state of the work under this name."""
    return not OLDER_STATES.isdisjoint(parts) or _BACKUP.fullmatch(parts[-1]) is not None


def is_blank(file: File, template_files: TemplateFiles) -> bool:
    """Whether a file is nobody's work."""
    is_readable = not file.problem and file.kind in (Kind.TEXT, Kind.EMPTY, Kind.NOTEBOOK)
    is_elsewhere = file.kind is Kind.PLACEHOLDER and file.name.lower().startswith("readme")
    return (is_litter(file.name, template_files.stems) and not is_elsewhere) or (
        is_readable and (not file.content.strip() or template_files.holds(file.content))
    )


def is_litter(name: str, stems: Iterable[str]) -> bool:
    """Whether systems, platforms and tools put such a file beside the work; `stems`: what that is called."""
    return _LITTER.fullmatch(name) is not None and not any(stem in name.lower() for stem in stems)


def is_called(name: str, wanted: str) -> bool:
    """Whether a name is the one asked for, but for case and what browsers and systems add to it."""
    stem = re.escape(PurePath(wanted).stem)
    copy = r"( ?\(\d+\)|-\d+| ?-? ?copy( ?\(?\d+\)?)?)?"
    return re.fullmatch(rf"(copy of )?{stem}{copy}", meant_stem(name), flags=re.IGNORECASE) is not None


def defined(content: bytes, assignment: Assignment) -> set[str]:
    """Which of the functions and classes asked for a text defines at its top level."""
    names = "|".join(name for question in assignment.code_questions for name in question.functions)
    begins = re.compile(rf"^(?:(?:def|class)\s+({names})\b|({names})\s*=)".encode(), re.MULTILINE)
    text = bare(content).replace(b"\0", b"")
    text = _UNSEEN.sub(b"", text)
    if begins.search(text) and (b'"""' in text or b"'''" in text):
        text = _without_long_strings(text)
    return {(one or other).decode() for one, other in begins.findall(text)}


def _without_long_strings(text: bytes) -> bytes:
    """A program without the lines that begin inside a string which goes on over lines and ends."""
    reader = notebook.Reader()
    outside: list[bytes] = []
    inside: list[bytes] = []
    for line in text.split(b"\n"):
        (inside if reader.is_in_long_string else outside).append(line)
        reader.is_open_after(line.decode("latin-1"))
        if not reader.is_in_long_string:
            inside.clear()
    return b"\n".join((*outside, *inside))


def defines_any(content: bytes, assignment: Assignment) -> bool:
    """Whether a program can define anything that is asked for, when it runs.

    Nothing of it is parsed: whoever reads a program of a stranger can be led astray.
    """
    if defined(content, assignment):
        return True
    if not_a_program(content):
        return False
    names = {name.encode() for question in assignment.code_questions for name in question.functions}
    if any(b"*" in imported or not names.isdisjoint(_WORD.findall(imported)) for imported in _IMPORTS.findall(content)):
        return True
    is_named = any(name in content for name in names)
    above = b""  # the last line that begins in the first column
    for line in bare(content).split(b"\n"):
        if line[:1].strip(b" \t#"):
            above = line
        if is_named and _BINDS.search(line):
            return True
        found = _DEFINES.match(line)
        if found and found[1] in names and _COMPOUND.match(above) and not _NEVER.match(above):
            return True
    return False


def holds_code(content: bytes, assignment: Assignment) -> bool:
    """Whether a text of any kind has code in it that is asked for."""
    names = "|".join(name for question in assignment.code_questions for name in question.functions)
    return re.search(rf"\b(?:def|class)\s{{1,9}}(?:{names})\b".encode(), content) is not None


def written(content: bytes, assignment: Assignment) -> int:
    """How many of the functions and classes asked for are defined, stubs not counted; by its text, so roughly."""
    return len(defined(content, assignment)) - content.count(b"raise NotImplementedError")


def is_unfinished(content: bytes, assignment: Assignment) -> bool:
    asked = {name for question in assignment.code_questions for name in question.functions}
    return bool(asked - defined(content, assignment)) or b"raise NotImplementedError" in content
