"""Writes submission.zip with exactly what is handed in, and says what is missing or unfinished.

Nothing of the student's is run: a function that is still the stub is seen by its text.
"""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import source
from .settings import Question, Settings

NAME = "submission.zip"
PLACEHOLDER = "Write your answer here."


@dataclass(frozen=True)
class Packed:
    """The zip as written.

    Attributes:
        names: the files in it.
        unfinished: sentences on what is missing or unfinished.
    """

    path: Path
    names: tuple[str, ...]
    unfinished: tuple[str, ...]


def pack(settings: Settings, folder: Path) -> Packed:
    """Write `folder`/submission.zip anew and read it back.

    Raises:
        OSError: if it cannot be written, or reads back as something else.
    """
    path = folder / NAME
    wanted = (settings.code, settings.answers)
    contents = {name: (folder / name).read_bytes() for name in wanted if (folder / name).is_file()}
    if not contents:
        return Packed(path, (), ())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    with zipfile.ZipFile(path) as archive:
        back = {name: archive.read(name) for name in archive.namelist()}
    if back != contents:
        raise OSError("what was read back is not what was written; is the disk full?")
    return Packed(path, tuple(back), tuple(_unfinished(settings, back)))


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


def _unfinished_answers(settings: Settings, content: bytes) -> Iterator[str]:
    answers = _answers(_text(content), settings)
    handed_out = {_words(line) for line in settings.answers_template.split("\n")}
    for question in settings.answer_questions:
        if question.id not in answers:
            heading = f"## {question.id}: {question.title}"
            yield f"{question.id}: the heading `{heading}` is not in {settings.answers}."
            continue
        own = [line for line in answers[question.id] if _words(line) not in handed_out]
        count = _word_count(" ".join(own))
        fewest, most = question.words or (0, 0)
        if count == 0:
            yield f"{question.id}: nothing is written yet ({fewest} to {most} words)."
        elif not fewest <= count <= most:
            kind = "short" if count < fewest else "long"
            yield f"{question.id}: {count} {_word(count)}, too {kind} ({fewest} to {most} words)."


def _answers(text: str, settings: Settings) -> dict[str, list[str]]:
    """The lines under each question's heading, by the question's id."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.split("\n"):
        question = _heading(line, settings.answer_questions)
        if question:
            current = found.setdefault(question, [])
        else:
            current.append(line.replace(PLACEHOLDER, ""))
    return found


def _heading(line: str, questions: tuple[Question, ...]) -> str | None:
    if not line.lstrip().startswith("#"):
        return None
    names = {_words(line), _words(line.partition(":")[0])}
    return next((q.id for q in questions if names & {_words(q.id), _words(q.title)}), None)


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[^\W_]+", text.casefold()))


def _word_count(text: str) -> int:
    """The number of words; a dash or a table's rule is none."""
    return sum(any(character.isalnum() for character in part) for part in text.split())


# Small things ------------------------------------------------------------------------------------


def _listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


def _is(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _word(count: int) -> str:
    return "word" if count == 1 else "words"
