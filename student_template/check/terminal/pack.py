"""Writes submission.zip with exactly what is handed in, and says what is missing or unfinished.

Nothing of the student's is run: a function that is still the stub is seen by its text.
"""

from __future__ import annotations

import ast
import codecs
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath

from ..loading import libraries
from ..loading.answers import LARGEST_FILE, Answer, Combined, Found, State, combine, find_answers
from ..loading.definitions import bound_names, misspelt, stubs
from ..loading.locate import FOLDER, too_large
from ..loading.notebook import (
    LARGEST,
    SUFFIX,
    UnreadableNotebook,
    is_notebook,
    place,
    read_code,
)
from ..loading.reading import parse
from ..loading.settings import Question, Settings

NAME = "submission.zip"
CODE_SUFFIXES = (".py", SUFFIX)
DOCUMENTS = (".docx", ".odt", ".pdf", ".html", ".doc", ".rtf", ".pages")
"""In which short answers are written that belong into a text file."""


@dataclass(frozen=True)
class Packed:
    """The zip as written.

    Attributes:
        names: the files in it.
        unfinished: sentences on what is missing or unfinished.
        misnamed: files that are left out, though their names come close or they may hold what is missing.
    """

    path: Path
    names: tuple[str, ...]
    unfinished: tuple[str, ...]
    misnamed: tuple[str, ...] = ()


def pack(settings: Settings, folder: Path) -> Packed:
    """Write `folder`/submission.zip anew and read it back; no file in it lies in a folder.

    Args:
        settings: whose `code` is the file to hand in.

    Raises:
        OSError: if it cannot be written, or reads back as something else.
    """
    path = folder / NAME
    wanted = (settings.code, settings.answers)
    contents = {PurePath(name).name: (folder / name).read_bytes() for name in wanted if (folder / name).is_file()}
    contents = {name: without_mark(content) if is_notebook(name) else content for name, content in contents.items()}
    misnamed = tuple(name for file in wanted for name in lookalikes(folder, file))
    unfinished = tuple(_unfinished(settings, contents))
    if unfinished:
        misnamed = tuple(dict.fromkeys((*misnamed, *_elsewhere(settings, folder))))
    if not contents:
        return Packed(path, (), (), misnamed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with zipfile.ZipFile(path) as archive:
        back = {name: archive.read(name) for name in archive.namelist()}
    if back != contents:
        raise OSError("what was read back is not what was written; is the disk full?")
    return Packed(path, tuple(back), unfinished, misnamed)


def without_mark(notebook: bytes) -> bytes:
    """A notebook as UTF-8 without a byte-order mark, by which some editors begin it and others stumble."""
    if notebook.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return notebook.decode("utf-16", "replace").encode()
    return notebook.removeprefix(codecs.BOM_UTF8)


def lookalikes(folder: Path, wanted: str) -> tuple[str, ...]:
    """Files whose names come close to the wanted one, as browsers and editors make them.

    `embeddings (1).py`, `embeddings.py.txt`, `my_embeddings.py`, `notebooks/embeddings-Copy1.ipynb`. For a
    code file, both forms are looked for, wherever either may lie.
    """
    stem, dot, suffix = PurePath(wanted).name.rpartition(".")
    is_code = dot + suffix in CODE_SUFFIXES
    suffixes = CODE_SUFFIXES if is_code else (dot + suffix, *DOCUMENTS)
    right = {stem + one for one in suffixes}
    found = [
        file.relative_to(folder).as_posix()
        for place in ((folder, folder / FOLDER) if is_code else (folder,))
        if place.is_dir()
        for file in place.iterdir()
        if file.is_file() and file.name not in right
    ]
    return tuple(
        sorted(
            name for name in found if stem in PurePath(name).name.lower() and name.lower().endswith((*suffixes, ".txt"))
        )
    )


def _elsewhere(settings: Settings, folder: Path) -> Iterator[str]:
    """Files under any name that may hold what is missing: programs that define what is asked for, documents."""
    wanted = (settings.code, settings.answers)
    places = [place for place in (folder, folder / FOLDER) if place.is_dir()]
    files = [file for place in places for file in sorted(place.iterdir()) if file.is_file()]
    for file in files:
        name = file.relative_to(folder).as_posix()
        if name in wanted or file.stat().st_size > LARGEST:
            continue
        if name.lower().endswith(DOCUMENTS) or (name.endswith((*CODE_SUFFIXES, ".txt")) and _is_work(settings, file)):
            yield name


def _is_work(settings: Settings, file: Path) -> bool:
    try:
        content = read_code(file.name, file.read_bytes()).source
    except (OSError, UnreadableNotebook):
        return False
    statements, _ = parse(content, file.name)
    defined = {one.name for one in statements if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    return bool(defined.intersection(settings.functions) - stubs(statements))


def _unfinished(settings: Settings, contents: dict[str, bytes]) -> Iterator[str]:
    code, answers = contents.get(PurePath(settings.code).name), contents.get(settings.answers)
    if code is None:
        yield f"{settings.code} is not in the folder."
    else:
        yield from _unfinished_code(settings, code)
    combined = _combined(settings, code, answers)
    if combined.content is None:
        yield f"{settings.answers} is not in the folder."
    else:
        yield from _unfinished_answers(settings, combined.content)
    for question in combined.differing:
        yield f"{question}: {settings.answers} and the notebook differ. {settings.answers} counts."


# Code --------------------------------------------------------------------------------------------


def _unfinished_code(settings: Settings, content: bytes) -> Iterator[str]:
    yield from too_large(settings.code, content)
    try:
        content = read_code(settings.code, content).source
    except UnreadableNotebook as error:
        yield f"{settings.code}: {error}"
        return
    statements, problems = parse(content, settings.code)
    lines = content.decode("utf-8", "replace").split("\n")
    for found in problems:
        yield f"{settings.code}, {place(lines, found.line)}: {found.text}"
    names = {name for statement in statements for name in bound_names(statement)}
    to_write = stubs(statements)
    for found in misspelt(statements, problems, settings.functions):
        yield f"{settings.code}, {place(lines, found.line)}: {found.text}"
    for line, text in libraries.lacking(statements):
        yield f"{settings.code}, {place(lines, line)}: {text}."
    for question in settings.code_questions:
        missing = [name for name in question.functions if name not in names]
        unwritten = [name for name in question.functions if name in to_write]
        if missing:
            yield f"{question.id}: {_listed(missing)} {_is(missing)} not in {settings.code}."
        if unwritten:
            yield f"{question.id}: {_listed(unwritten)} {_is(unwritten)} still to be written."


# Short answers -----------------------------------------------------------------------------------


def unfinished_answers(settings: Settings, folder: Path) -> tuple[str, ...]:
    """Sentences on the short answers that are missing or unfinished, at most one for each."""
    code, answers = (_read(folder / name) for name in (settings.code, settings.answers))
    content = _combined(settings, code, answers).content or b""
    return tuple(
        _each_unfinished(settings, find_answers(content, settings.answers_template, settings.answer_questions))
    )


def _unfinished_answers(settings: Settings, content: bytes) -> Iterator[str]:
    """The same, of answers that were read, and whether they were too long to be read whole."""
    found = find_answers(content, settings.answers_template, settings.answer_questions)
    if found.is_cut:
        name = _answers_name(settings)
        yield f"{name} has {len(content):,} bytes; only the first {LARGEST_FILE:,} are read."
    yield from _each_unfinished(settings, found)


def _each_unfinished(settings: Settings, found: Found) -> Iterator[str]:
    for question, answer in zip(settings.answer_questions, found.answers, strict=True):
        if answer.state is not State.PRESENT:
            yield f"{question.id}: {_said(question, answer, _answers_name(settings))}"


def _combined(settings: Settings, code: bytes | None, answers: bytes | None) -> Combined:
    """The short answers, which may stand in a notebook's cells."""
    cells = ""
    if code is not None:
        with suppress(UnreadableNotebook):
            cells = read_code(settings.code, code).text
    return combine(answers, cells, settings.answers_template, settings.answer_questions)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


def _answers_name(settings: Settings) -> str:
    return f"{settings.answers} or the notebook" if is_notebook(settings.code) else settings.answers


def _said(question: Question, answer: Answer, file: str) -> str:
    """What keeps an answer from being finished."""
    fewest, most = question.words or (0, 0)
    limits, words = f"({fewest} to {most} words)", f"{answer.count} {_word(answer.count)}"
    heading = f"the heading `## {question.id}: {question.title}` is not in {file}."
    return {
        State.TOO_SHORT: f"{words}, too short {limits}.",
        State.TOO_LONG: f"{words}, too long {limits}.",
        State.STRAY: "nothing is under its heading. Move your answer there."
        if answer.headings
        else f"{heading} Put it back above your answer.",
        State.BLANK: f"nothing is written yet {limits}.",
        State.UNCHANGED: f"nothing is written yet {limits}.",
        State.COPIED: f"only words of the prompt are written yet {limits}.",
        State.LOST: f"{heading} Put it back above your answer.",
        State.ELSEWHERE: f"nothing is written yet {limits}, except that it is in {answer.source}.",
    }[answer.state]


# Small things ------------------------------------------------------------------------------------


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _word(count: int) -> str:
    return "word" if count == 1 else "words"
