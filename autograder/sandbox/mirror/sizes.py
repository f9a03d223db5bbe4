"""How many items a value has when it is written out, so that no test drowns in one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from typing import Any

from ..wire import WireError
from .checks import MAX_ITEMS

_NESTING = (list, dict, tuple, set)


class Sizes:
    """The sizes of the lists and dicts that have crossed, measured whenever one of them was heard."""

    def __init__(self) -> None:
        self._of: dict[int, int] = {}  # id() of a container -> its items when written out

    def check(self, value: Any) -> None:
        """Refuse a value of too many items for a test to look at or to show.

        Raises:
            WireError: if it has.
        """
        if isinstance(value, _NESTING) and id(value) not in self._of:
            self._add_up(items_of(value))

    def _add_up(self, items: list) -> int:
        size = 1 + len(items)
        if _is_nested(items):
            size = 1 + sum(self._of.get(id(leaf), 1) for leaf in _leaves(items))
        if size > MAX_ITEMS:
            raise WireError("a value is too large when written out")
        return size

    def measure(self, containers: Iterable[Any]) -> None:
        """Measure all containers anew; none may hold itself.

        Raises:
            WireError, or a CycleError: if one does, or is too large.
        """
        flat = {id(container): items_of(container) for container in containers}
        holds = {key: flat.keys() & map(id, _leaves(items)) for key, items in flat.items() if _is_nested(items)}
        inside_out = TopologicalSorter(holds).static_order() if holds else ()
        self._of = {key: self._add_up(items) for key, items in flat.items() if key not in holds}
        for key in inside_out:
            self._of[key] = self._add_up(flat[key])


def items_of(container: Any) -> list:
    return [*container.keys(), *container.values()] if isinstance(container, dict) else list(container)


def _is_nested(items: list) -> bool:
    """Whether one of the items holds others; looks at each type once, since most lists hold few."""
    return any(issubclass(kind, _NESTING) for kind in set(map(type, items)))


def _leaves(items: Iterable[Any]) -> Iterator[Any]:
    """The items, those of tuples and sets among them in their place."""
    for item in items:
        if isinstance(item, tuple | set):
            yield from _leaves(item)
        else:
            yield item
