"""Selects one file among those of an upload, or asks which is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..check.loading import notebook
from ..io.text import first_few
from .contents import Kind
from .inspection import File, is_called
from .listing import UnreadableError, printable
from .template_files import TemplateFiles, bare

MAX_CANDIDATES = 50
"""Files that may come into question as the one that is meant."""

NAMED_AT_MOST = 4
"""Files, and things that could not be read, that a question names."""


@dataclass(frozen=True)
class Selection:
    """What was chosen: content and notes for the student, or a question to the instructor.

    Attributes:
        file: the name of the file that was chosen.
        cells: of a notebook, the text.
        examples: where files can be chosen from, these.
        has_code: whether code stands beside the answers in it.
        may_be_elsewhere: whether the question is, too, where the file is.
    """

    content: bytes | None = None
    file: str = ""
    cells: str = ""
    notes: tuple[str, ...] = ()
    question: str | None = None
    examples: tuple[str, ...] = ()
    may_be_elsewhere: bool = False
    has_code: bool = False


def parted(files: Iterable[File], wanted: str) -> tuple[list[File], list[File]]:
    """Those called as asked for, and the others."""
    named: list[File] = []
    others: list[File] = []
    for file in files:
        (named if is_called(file.name, wanted) else others).append(file)
    named.sort(key=lambda file: file.name != wanted)  # of identical copies, the one without a note
    return named, others


def select(
    wanted: str,
    named: Sequence[File],
    others: Sequence[File],
    template_files: TemplateFiles,
    likely: Callable[[File], bool],
) -> Selection:
    """Choose among the files called as asked for; among the others only if those are nobody's work."""
    try:
        first = _different(named)
        work = [file for file in first if not template_files.holds(file.content)]
        if not work:
            second = [file for file in _different(others) if not template_files.holds(file.content)]
            work = [file for file in second if likely(file)]
            if not first:
                work = work or second
        work = work or first[:1]
    except UnreadableError as error:
        return Selection(question=f"{error} Is this the right file?")
    if not work:
        return Selection()
    if len(work) > 1:
        names = [file.shown for file in work]
        return Selection(question=which(wanted, names), examples=tuple(names))
    return taken(wanted, work[0], template_files)


def _different(files: Sequence[File]) -> list[File]:
    """The files, identical ones once, the one nearest to the top first."""
    if len(files) > MAX_CANDIDATES:
        raise UnreadableError(f"{len(files)} files could be meant, such as {files[0].shown}.")
    found: dict[tuple[bytes, str], File] = {}
    for file in files:
        if file.problem:
            raise UnreadableError(file.problem)
        found.setdefault((bare(file.content), file.cells), file)
    return list(found.values())


def taken(wanted: str, file: File, template_files: TemplateFiles) -> Selection:
    return Selection(file.content, file.shown, file.cells, _notes(wanted, file, template_files))


def _notes(wanted: str, file: File, template_files: TemplateFiles) -> tuple[str, ...]:
    notes = []
    if file.kind is Kind.NOTEBOOK:
        notes.append(f"{file.shown} was graded: its code cells, from top to bottom.")
        lines = file.content.decode("utf-8", "replace").split("\n")
        for line, name in list(notebook.files_written(lines))[:NAMED_AT_MOST]:
            cell = notebook.place(lines, line).partition(",")[0]
            notes.append(
                f"In {file.shown}, {cell} writes {printable(name)}: that was graded as if it were in the "
                "cell itself. Where two cells define the same, the lower one counts, but for a stub."
            )
        wanted = file.name
    elif file.name != wanted:
        notes.append(f"The file was called {file.shown}; it was graded as {wanted}.")
    if template_files.holds_exactly(file.content):
        notes.append(f"{wanted} is the file that was handed out, unchanged.")
    elif template_files.holds(file.content):
        notes.append(f"{wanted} contains only the code that was handed out.")
    return tuple(notes)


def first_of(problems: Sequence[str]) -> tuple[str, ...]:
    """The first few problems, and how many more there are."""
    more = len(problems) - NAMED_AT_MOST
    return tuple(problems) if more <= 0 else (*problems[:NAMED_AT_MOST], f"The same is true of {more:,} more.")


def which(wanted: str, names: list[str]) -> str:
    return f"Which file is meant as {wanted}? These differ: {listed(names)}."


def listed(names: list[str]) -> str:
    return first_few(names, NAMED_AT_MOST)
