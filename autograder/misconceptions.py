"""Known mistakes, as small edits to the reference, each with what a student should read."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .assignment import find_root, import_file
from .errors import GraderError


@dataclass(frozen=True)
class Misconception:
    """One known mistake.

    Attributes:
        id: a short name, such as "L7".
        where: the top-level function or class of the reference that the edit is in.
        title: the mistake in a few words, for instructors.
        hint: two or three sentences to the student: what the output shows, the idea behind it
            and where to look. It teaches and never hands over the line to type.
        edits: pairs of a text that stands exactly once in `where`, and what takes its place.
        same_as: the id of a mistake that computes the same and shares its hint.
        sentence: how the sentence of the conventions begins that its values violate, where that is not
            the first that speaks of them: this is what the mistake costs.
        gives_nothing: why nothing that the function gives could be used, where the mistake costs more
            than six tenths of its question.
    """

    id: str
    where: str
    title: str
    hint: str
    edits: tuple[tuple[str, str], ...]
    same_as: str = ""
    sentence: str = ""
    gives_nothing: str = ""


def misconceptions(question_id: str, root: Path | None = None) -> tuple[Misconception, ...]:
    """The known mistakes of one question, from solutions/misconceptions/<question>.py if there is one."""
    path = (root or find_root()) / "solutions" / "misconceptions" / f"{question_id}.py"
    return import_file(path).MISCONCEPTIONS if path.is_file() else ()


def apply(source: str, mistakes: Iterable[Misconception]) -> str:
    """Put mistakes into the reference's source.

    Raises:
        GraderError: if a mistake's text does not stand exactly once in its function.
    """
    for mistake in mistakes:
        for old, new in mistake.edits:
            source = _replace(source, mistake, old, new)
    return source


def _replace(source: str, mistake: Misconception, old: str, new: str) -> str:
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if getattr(node, "name", None) == mistake.where and node.end_lineno:
            before = "".join(lines[: node.lineno - 1])
            body = "".join(lines[node.lineno - 1 : node.end_lineno])
            after = "".join(lines[node.end_lineno :])
            if body.count(old) == 1:
                return before + body.replace(old, new) + after
            raise GraderError(f"{mistake.id}: {old!r} stands {body.count(old)} times in {mistake.where}")
    raise GraderError(f"{mistake.id}: the reference has no {mistake.where}")
