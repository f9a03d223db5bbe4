"""The numbers by which both sides know the objects that have crossed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import torch
from torch import nn

from ...check.testing.stand_in import KeyedVectors
from ..wire import TooLarge, WireError
from .checks import MAX_OBJECTS

VALUE, LEARNED, KEPT = 0, 1, 2
"""The role in which an object first crosses: a value, a module's parameter or child, its buffer."""

_ROLES = 3


def role_of(number: int) -> int:
    """The role in which the object of this number first crossed."""
    return (abs(number) - 1) % _ROLES


class Registry:
    """One side's tables of what has crossed in a case: objects by number, numbers by object.

    Args:
        sign: +1 on the grader's side, -1 on the student's: the sign of the numbers it gives.

    Attributes:
        references: how an object is written, such as `["tensor", 3]`, by its `id()`.
    """

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.tensors: dict[int, torch.Tensor] = {}
        self.modules: dict[int, nn.Module] = {}
        self.generators: dict[int, torch.Generator] = {}
        self.containers: dict[int, Any] = {}
        self.vectors: dict[int, KeyedVectors] = {}
        self.tables: dict[str, dict[int, Any]] = {
            "tensor": self.tensors, "module": self.modules, "generator": self.generators,
            "container": self.containers, "vectors": self.vectors,
        }  # fmt: skip
        self.references: dict[int, list] = {}
        self._counts: Counter[tuple[str, int]] = Counter()  # by kind and role
        self._undo: dict[tuple[str, int], Callable[[], Any]] = {}

    def new_number(self, kind: str, role: int = VALUE) -> int:
        """The next number. Each kind and role is counted by itself.

        So a student's module may hold one buffer more than the reference's, and whatever else
        crosses has the same number with both: what a case says of it is the same, too.
        """
        number = _ROLES * self._counts[kind, role] + role + 1
        if number > MAX_OBJECTS:
            raise TooLarge("too many objects have crossed")
        self._counts[kind, role] += 1
        return self.sign * number

    def refer(self, kind: str, value: Any, role: int = VALUE) -> list:
        """How to write an object; it is numbered if it is new."""
        return self.references.get(id(value)) or self.enter(kind, self.new_number(kind, role), value)

    def enter(self, kind: str, number: int, value: Any) -> list:
        self.tables[kind][number] = value  # held, so that id() stays its own
        reference = self.references[id(value)] = [kind, number]
        return reference

    def is_new(self, table: dict[int, Any], number: Any) -> bool:
        """Whether a number is unknown so far; only the other side's numbers may be."""
        if type(number) is not int or number == 0:
            raise WireError("a number is none")
        if number in table:
            return False
        if number * self.sign > 0 or abs(number) > MAX_OBJECTS:
            raise WireError(f"{number} is not the other side's to give")
        return True

    def keeps(self, kind: str, number: int) -> bool:
        """Whether a coming change is to be undone later: the first one to one of the grader's objects."""
        return number > 0 and self.sign > 0 and (kind, number) not in self._undo

    def keep(self, kind: str, number: int, put_back: Callable[[], Any]) -> None:
        self._undo[kind, number] = put_back

    def undo(self) -> None:
        """Give the grader's own objects back what the student's side has changed of them, the last first.

        Gradients come at the end: torch refuses one that does not fit its tensor as that now is.
        """
        for _, put_back in sorted(reversed(self._undo.items()), key=lambda item: item[0][0] == "gradient"):
            put_back()
        self._undo.clear()


def growing(table: dict[int, Any]) -> Iterator[tuple[int, Any]]:
    """The items of a table, those too that are entered meanwhile: describing one object may number others."""
    done = 0
    while done < len(table):
        fresh = list(islice(table.items(), done, None))
        done += len(fresh)
        yield from fresh


def refill(container: Any, items: Any) -> None:
    """Put other items in a list or dict."""
    container.clear()
    (container.update if isinstance(container, dict) else container.extend)(items)
