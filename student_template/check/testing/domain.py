"""What the conventions let vary from one call to the next: factors and their levels, and calls that cover them.

A phrase is a factor and one of its levels: "the table is" and "square". Each level is a question that is
asked of a call; of several that hold, the first counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

Levels = Mapping[str, Callable[["Inputs"], Any]]
Row = Mapping[str, str]
"""A level for each factor."""

Phrases = frozenset[tuple[str, str]]
"""Some factors, each with its level."""


@dataclass(frozen=True)
class Inputs:
    """One call of a function or of a module: its arguments, by name, as attributes.

    Attributes:
        arguments: those that were given; for a module also those that it was built with, and itself.
        before: the calls of the same function, or of the same class, before it in the same case.
    """

    arguments: Mapping[str, Any]
    before: tuple[Inputs, ...] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.arguments.get(name)


@dataclass(frozen=True, eq=False)
class Domain:
    """What calls of one function may be like.

    Attributes:
        function: the name of the function or class.
        takes: the names of its arguments, in order; of a module's class those of a call of the module.
        factors: for each factor its levels.
        never: levels that do not meet, by factor: they exclude each other, or nothing is promised of both.
        where: which calls it speaks of.
        strength: how many levels are to meet: two, or one where a second makes no difference.
        built_of: of a module's class the names of what a module is built with; beside these, `module` is
            the module that is called, and missing while one is built.
        outside: of ways to go wrong that no case looks at, the sentence of the conventions that says so.
    """

    function: str
    takes: Sequence[str]
    factors: Mapping[str, Levels]
    never: Sequence[Mapping[str, Sequence[str]]] = ()
    where: Callable[[Inputs], Any] = field(default=lambda inputs: True)
    strength: int = 2
    built_of: Sequence[str] = ()
    outside: Mapping[str, str] = field(default_factory=dict)

    def bind(self, args: Sequence[Any], named: Mapping[str, Any], before: Iterable[Inputs] = ()) -> Inputs:
        return Inputs({**dict(zip(self.takes, args, strict=False)), **named}, tuple(before))

    def bind_built(self, args: Sequence[Any], named: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a module was built with, by name."""
        return {**dict(zip(self.built_of, args, strict=False)), **named}

    def row_of(self, inputs: Inputs) -> Row | None:
        """The levels of a call; None if it is of another domain or no level fits."""
        row = {}
        try:
            if not self.where(inputs):
                return None
            for factor, levels in self.factors.items():
                row[factor] = next(level for level, holds in levels.items() if holds(inputs))
        except Exception:  # a call may be made with anything
            return None
        return row


def phrases_in(row: Row, most: int = 2) -> set[Phrases]:
    """Each level of a row, and each two that meet in it."""
    return {frozenset(some) for count in range(1, most + 1) for some in combinations(row.items(), count)}


def spread(rows: Iterable[Row], rather_not: Sequence[Row] = ()) -> list[Row]:
    """Some of the rows, in which each level of theirs is still there: enough where levels need not meet.

    Args:
        rather_not: rows that are picked only for a level that no other has.
    """
    left, picked = list(rows), []
    missing = {level for row in left for level in row.items()}
    while missing:
        useful = [row for row in left if missing & set(row.items())]
        best = max(useful, key=lambda row: (row not in rather_not, len(missing & set(row.items()))))
        picked.append(best)
        missing -= set(best.items())
    return picked
