"""An error carried forward costs once: what fails is tried again on right earlier functions.

What a student's earlier function gives proves nothing about a later one: it can tell lies in that very
moment. So the cases of the later one run once more, in a process of their own, where the earlier
functions that do not pass are replaced by right ones. The better result counts.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from ..assignment import Assignment
from ..check.testing.cases import Case
from ..sandbox.substitutes import MENDED
from .used_names import used_by


@dataclass(frozen=True)
class Substitutes:
    """Right functions for a student's process.

    Attributes:
        names: which functions of the student's file they replace.
        source: what defines them, and nothing that they do not need: the student's code can find it.
    """

    names: tuple[str, ...] = ()
    source: bytes = b""


NONE = Substitutes()


class Retries:
    """Which cases are to run once more, and on what.

    Args:
        assignment: says what builds on what, and has the substitutes, if there are any.
        cases: all of its cases.
    """

    def __init__(self, assignment: Assignment, cases: Iterable[Case]) -> None:
        self._source = _source(assignment)
        self._cases = tuple(cases)
        self._earlier = replaceable(assignment)

    def after(self, failed: Collection[Case]) -> dict[Substitutes, list[Case]]:
        """The failed cases of functions that build on others which do not pass, by what these are.

        A case is one of the first function that it takes.
        """
        wrong = {case.needs[0] for case in failed if case.needs}
        found: dict[Substitutes, list[Case]] = {}
        for case in sorted(self._cases, key=lambda case: case.hidden):  # none learns from a hidden one
            earlier = self._earlier.get(case.needs[0], ()) if case.needs else ()
            names = tuple(name for name in earlier if name in wrong)
            if case in failed and names:
                found.setdefault(Substitutes(names, needed_for(names, self._source)), []).append(case)
        return found


def replaceable(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """For each function that builds on earlier ones, those of them of which there are right versions."""
    there = {node.name for node in ast.parse(_source(assignment)).body if hasattr(node, "name")}
    found = {}
    for question in assignment.code_questions:
        for function in question.functions:
            names = tuple(name for name in assignment.earlier(question.id, function) if name in there)
            if names:
                found[function] = names
    return found


@cache  # asked for each case that fails, of each submission
def needed_for(names: tuple[str, ...], source: bytes) -> bytes:
    """Of a file only what these functions and classes name, directly or not, and its imports."""
    tree = ast.parse(source)
    needed = used_by([given for name in names for given in (name, MENDED + name)], tree)
    return "\n\n".join(
        ast.unparse(node)
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) or getattr(node, "name", None) in needed
    ).encode()


def _source(assignment: Assignment) -> bytes:
    return assignment.substitutes.read_bytes() if assignment.substitutes.is_file() else b""
