"""Lists and dicts: what they hold, by identity."""

from __future__ import annotations

import operator
from functools import partial

from ..wire import TooLarge, WireError
from .checks import MAX_ITEMS
from .message import Message
from .registry import Registry, growing, refill
from .sizes import Sizes, items_of
from .values import Values, checked_key


class Containers:
    """Tells and hears of lists and dicts."""

    def __init__(self, registry: Registry, values: Values, sizes: Sizes) -> None:
        self._registry = registry
        self._values = values
        self._sizes = sizes
        self._held: dict[int, list] = {}  # what the other side knows each of them to hold

    def collect(self, message: Message) -> None:
        """What has changed, compared by identity: 1, 1.0 and True are equal."""
        told = []
        for number, container in growing(self._registry.containers):
            if len(container) > MAX_ITEMS:
                raise TooLarge("this is too large to be handed over")
            now, before = items_of(container), self._held.get(number)
            if before is not None and len(before) == len(now) and all(map(operator.is_, before, now)):
                continue
            self._held[number] = now
            told.append([number, self._encode(container)])
        message.add("containers", told)

    def _encode(self, container: list | dict) -> list:
        encode = self._values.encode
        if isinstance(container, dict):
            keys = [self._values.encode_key(key) for key in container]
            return ["dict", keys + [encode(item, 1) for item in container.values()]]
        return ["list", [encode(item, 1) for item in container]]

    def apply(self, entries: list) -> None:
        for number, (kind, _) in entries:  # first all of them, since they may hold one another
            if self._registry.is_new(self._registry.containers, number):
                self._registry.enter("container", number, {} if kind == "dict" else [])
        for number, (kind, encoded) in entries:
            container = self._registry.containers[number]
            if isinstance(container, dict) != (kind == "dict"):
                raise WireError("a list turned into a dict")
            items = [self._values.decode_part(item) for item in encoded]
            if self._registry.keeps("container", number):
                self._registry.keep("container", number, partial(refill, container, container.copy()))
            if isinstance(container, dict):
                half = len(items) // 2
                refill(container, dict(zip(map(checked_key, items[:half]), items[half:], strict=True)))
            else:
                refill(container, items)
            self._held[number] = items_of(container)
        if entries:
            self._sizes.measure(self._registry.containers.values())
