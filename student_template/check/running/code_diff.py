"""Tells which functions of a student's file behave as before after a change, by reading both versions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from ..loading.defaults import UNSEEN
from ..loading.reading import parse

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Change:
    """What is different in a new version of a file.

    Attributes:
        affected: the functions and classes that changed, came or went, and those that use them; None
            when everything may be affected.
        moved: those that stand in another line.
    """

    affected: frozenset[str] | None
    moved: frozenset[str]

    def touches(self, names: Iterable[str]) -> bool:
        """Whether functions of these names may behave otherwise."""
        return self.affected is None or not self.affected.isdisjoint(names)

    def has_moved(self, names: Iterable[str]) -> bool:
        return not self.moved.isdisjoint(names)


def change(old: bytes, new: bytes) -> Change:
    """Compare two versions of a file. What cannot be read of either counts as not being there."""
    try:
        before, after = _outline(old), _outline(new)
        everything = before.rest != after.rest
    except UNSEEN:
        return Change(None, frozenset())
    names = before.texts.keys() | after.texts.keys()
    moved = frozenset(name for name in names if before.lines.get(name) != after.lines.get(name))
    if everything:
        return Change(None, moved)
    affected = {name for name in names if before.texts.get(name) != after.texts.get(name)}
    while more := {name for name in names if affected & (before.uses(name) | after.uses(name))} - affected:
        affected |= more
    return Change(frozenset(affected), moved)


@lru_cache(maxsize=2)
def _outline(content: bytes) -> _Outline:
    return _Outline(content)


class _Outline:
    """A file's top level: functions and classes by name, and the rest, which may affect everything."""

    def __init__(self, content: bytes) -> None:
        statements, _ = parse(content, "")
        definitions = [node for node in statements if isinstance(node, _Definition)]
        others = [node for node in statements if not isinstance(node, _Definition)]
        self.texts: dict[str, str] = {}
        self.lines: dict[str, tuple[int, ...]] = {}
        self._names: dict[str, set[str]] = {}
        for node in definitions:  # one name may be defined twice
            self.texts[node.name] = self.texts.get(node.name, "") + ast.dump(node)
            self.lines[node.name] = (*self.lines.get(node.name, ()), node.lineno)
            self._names.setdefault(node.name, set()).update(_names_in(node))
        self.rest = [ast.dump(node) for node in others]
        self._variables = {
            name.id
            for node in others
            for name in ast.walk(node)
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
        }

    def uses(self, name: str) -> frozenset[str]:
        """The functions and classes that this one names, and those that share a variable with it."""
        names = self._names.get(name, set())
        shared = names & self._variables
        sharers = {other for other, its in self._names.items() if shared & its}
        return frozenset((names & self.texts.keys()) | sharers) - {name}


def _names_in(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
