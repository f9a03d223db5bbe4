"""Writes submission.zip with exactly what is handed in, and says what is missing or unfinished.

Nothing of the student's is run: a function that is still the stub is seen by its text.
"""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import source
from .answers import LARGEST_FILE, Answer, State, find_answers
from .settings import Question, Settings

NAME = "submission.zip"


@dataclass(frozen=True)
class Packed:
    """The zip as written.

    Attributes:
        names: the files in it.
        unfinished: sentences on what is missing or unfinished.
        misnamed: files that are left out, though their names come close.
    """

    path: Path
    names: tuple[str, ...]
    unfinished: tuple[str, ...]
    misnamed: tuple[str, ...] = ()


def pack(settings: Settings, folder: Path) -> Packed:
    """Write `folder`/submission.zip anew and read it back.

    Raises:
        OSError: if it cannot be written, or reads back as something else.
    """
    path = folder / NAME
    wanted = (settings.code, settings.answers)
    contents = {name: (folder / name).read_bytes() for name in wanted if (folder / name).is_file()}
    misnamed = tuple(name for file in wanted for name in lookalikes(folder, file))
    if not contents:
        return Packed(path, (), (), misnamed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with zipfile.ZipFile(path) as archive:
        back = {name: archive.read(name) for name in archive.namelist()}
    if back != contents:
        raise OSError("what was read back is not what was written; is the disk full?")
    return Packed(path, tuple(back), tuple(_unfinished(settings, back)), misnamed)


def lookalikes(folder: Path, wanted: str) -> tuple[str, ...]:
    """Files whose names come close to the wanted one, as browsers and editors make them.

    `embeddings (1).py`, `embeddings.py.txt`, `Embeddings copy.py`, `my_embeddings.py`.
    """
    stem, suffix = wanted.rsplit(".", 1)
    others = {file.name for file in folder.iterdir() if file.is_file()} - {wanted}
    return tuple(
        sorted(n for n in others if stem in n.lower() and n.lower().endswith((f".{suffix}", ".txt")))
    )


def _unfinished(settings: Settings, contents: dict[str, bytes]) -> Iterator[str]:
    if settings.code not in contents:
        yield f"{settings.code} is not in the folder."
    else:
        yield from _unfinished_code(settings, contents[settings.code])
    if settings.answers not in contents:
        yield f"{settings.answers} is not in the folder."
    else:
        yield from _unfinished_answers(settings, contents[settings.answers])


# Code --------------------------------------------------------------------------------------------


def _unfinished_code(settings: Settings, content: bytes) -> Iterator[str]:
    statements, problems = source.parse(content, settings.code)
    for problem in problems:
        yield f"{settings.code}, line {problem.line}: {problem.text}"
    names = {name for statement in statements for name in _bound_names(statement)}
    stubs = {getattr(statement, "name", "") for statement in statements if _is_stub(statement)}
    for question in settings.code_questions:
        missing = [name for name in question.functions if name not in names]
        unwritten = [name for name in question.functions if name in stubs]
        if missing:
            yield f"{question.id}: {_listed(missing)} {_is(missing)} not in {settings.code}."
        if unwritten:
            yield f"{question.id}: {_listed(unwritten)} {_is(unwritten)} still to be written."


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names a top-level statement binds, also inside `if` and `try`; `*` binds unknown ones."""
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _is_stub(statement: ast.stmt) -> bool:
    """Whether a function, or a method of a class, does nothing but raise NotImplementedError."""
    if isinstance(statement, ast.ClassDef):
        return any(_is_stub(part) for part in statement.body)
    if not isinstance(statement, ast.FunctionDef):
        return False
    body = [part for part in statement.body if not _is_idle(part)]
    return not body or _raises_not_implemented(body[0])


def _is_idle(statement: ast.stmt) -> bool:
    """A docstring, `...`, `pass` or `super().__init__()`: what stands around a stub's one line."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) or ast.unparse(statement) == "super().__init__()"
    return isinstance(statement, ast.Pass)


def _raises_not_implemented(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and "NotImplementedError" in ast.unparse(statement)


# Short answers -----------------------------------------------------------------------------------


def unfinished_answers(settings: Settings, file: Path) -> tuple[str, ...]:
    """Sentences on the short answers that are missing or unfinished, at most one for each."""
    try:
        content = file.read_bytes()
    except OSError:
        content = b""
    questions = settings.answer_questions
    found = find_answers(content, settings.answers_template, questions).answers
    return tuple(
        f"{question.id}: {_said(question, answer, settings.answers)}"
        for question, answer in zip(questions, found, strict=True)
        if answer.state is not State.PRESENT
    )


def _unfinished_answers(settings: Settings, content: bytes) -> Iterator[str]:
    questions = settings.answer_questions
    found = find_answers(content, settings.answers_template, questions)
    if found.is_cut:
        yield f"{settings.answers} has {len(content):,} bytes; only the first {LARGEST_FILE:,} are read."
    for question, answer in zip(questions, found.answers, strict=True):
        if answer.state is not State.PRESENT:
            yield f"{question.id}: {_said(question, answer, settings.answers)}"


def _said(question: Question, answer: Answer, file: str) -> str:
    """What keeps an answer from being finished."""
    fewest, most = question.words or (0, 0)
    limits, words = f"({fewest} to {most} words)", f"{answer.count} {_word(answer.count)}"
    heading = f"the heading `## {question.id}: {question.title}` is not in {file}."
    return {
        State.TOO_SHORT: f"{words}, too short {limits}.",
        State.TOO_LONG: f"{words}, too long {limits}.",
        State.STRAY: f"{heading} Put it back above your answer.",
        State.BLANK: f"nothing is written yet {limits}.",
        State.UNCHANGED: f"nothing is written yet {limits}.",
        State.COPIED: f"only words of the prompt are written yet {limits}.",
        State.LOST: f"{heading} Put it back above your answer.",
    }[answer.state]


# Small things ------------------------------------------------------------------------------------


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _word(count: int) -> str:
    return "word" if count == 1 else "words"
