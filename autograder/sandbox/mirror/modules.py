"""Modules: their parameters, buffers, children and plain attributes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from graphlib import TopologicalSorter
from typing import Any

import torch
from torch import nn

from ..wire import WireError
from .checks import checked_text
from .message import Message
from .registry import KEPT, LEARNED, Registry, growing, refill
from .values import Values

PLAIN_MODULES: dict[str, type[nn.Module]] = {"Embedding": nn.Embedding, "Linear": nn.Linear}
"""The modules that tests may build themselves and hand to the student's code."""

_END = object()


@dataclass
class ModuleState:
    """What is known of a module: enough to rebuild it or to stand in for it.

    Attributes:
        kind: the nearest class of torch.nn in its ancestry.
        exported: the nearest class in its ancestry that the student's file defines by a name the
            assignment asks for, or an empty string.
        config: its plain attributes, such as `num_embeddings`.
    """

    kind: str
    exported: str
    training: bool
    config: dict[str, Any]
    parameters: dict[str, torch.Tensor | None]
    buffers: dict[str, torch.Tensor | None]
    children: dict[str, nn.Module]


ModuleMaker = Callable[[ModuleState, int], nn.Module]


def describe(module: nn.Module, exported: dict[str, type]) -> ModuleState:
    """Read off a module what the other side must know of it; `exported` as in `Mirror`."""
    ancestry = type(module).__mro__
    kind = _torch_class(type(module))
    named = {cls: name for name, cls in exported.items()}
    plain = vars(module)
    return ModuleState(
        kind=kind.__name__,
        exported=next((named[cls] for cls in ancestry if cls in named), ""),
        training=module.training,
        config={
            name: plain[name]
            for name in getattr(kind, "__constants__", [])
            if isinstance(plain.get(name, ...), int | float | bool | str | None)
        },
        parameters=dict(module._parameters),
        buffers=dict(module._buffers),
        children={name: child for name, child in module._modules.items() if child is not None},
    )


class Modules:
    """Tells and hears of modules.

    Args:
        describe: gives a module's state.
        make: builds a module for a state that came in, or a proxy for it.
    """

    def __init__(
        self, registry: Registry, values: Values, describe: Callable[[nn.Module], ModuleState], make: ModuleMaker
    ) -> None:
        self._registry = registry
        self._values = values
        self._describe = describe
        self._make = make
        self._looks: dict[int, list] = {}  # when the other side was last told, by number
        self._constants: dict[type, tuple[str, ...]] = {}  # names of a class's plain attributes

    def collect(self, message: Message) -> None:
        told = []
        for number, module in growing(self._registry.modules):
            now, before = self._snapshot(module), self._looks.get(number)
            if before is not None and len(before) == len(now) and all(map(operator.is_, before, now)):
                continue
            self._looks[number] = now
            told.append([number, self._encode(self._describe(module))])
        message.add("modules", told)

    def _snapshot(self, module: nn.Module) -> list:
        """The objects that a description is made of: while they are the same, so is it."""
        cls, plain = type(module), vars(module)
        if cls not in self._constants:
            self._constants[cls] = tuple(getattr(_torch_class(cls), "__constants__", ()))
        look = [cls, module.training, *map(plain.get, self._constants[cls])]
        for table in _tables(module):
            look += [_END, *table.keys(), *table.values()]
        return look

    def _encode(self, state: ModuleState) -> list:
        values = self._values
        return [
            state.kind,
            state.exported,
            state.training,
            {name: values.encode(value) for name, value in state.config.items()},
            {name: values.encode_tensor(tensor, LEARNED) for name, tensor in state.parameters.items()},
            {name: values.encode_tensor(tensor, KEPT) for name, tensor in state.buffers.items()},
            {name: values.encode_module(child, LEARNED)[1] for name, child in state.children.items()},
        ]

    def apply(self, entries: list) -> None:
        if not entries:
            return
        registry, decode = self._registry, self._values.decode
        for number, state in entries:  # first all of them, since they hold one another
            if registry.is_new(registry.modules, number):
                kind, exported, training, config, *_ = state
                plain = {name: decode(value) for name, value in config.items()}
                shell = ModuleState(checked_text(kind), checked_text(exported), training, plain, {}, {}, {})
                registry.enter("module", number, self._make(shell, number))
        for number, (_, _, training, _, parameters, buffers, children) in entries:
            module = registry.modules[number]
            if registry.keeps("module", number):
                held = [dict(table) for table in _tables(module)]
                registry.keep("module", number, partial(_put_back, module, module.training, held))
            module.training = bool(training)
            _fill(module._parameters, nn.Parameter, {name: decode(v) for name, v in parameters.items()})
            _fill(module._buffers, torch.Tensor, {name: decode(v) for name, v in buffers.items()})
            _fill(module._modules, nn.Module, {name: registry.modules[c] for name, c in children.items()})
            self._looks[number] = self._snapshot(module)
        _refuse_cycles(registry.modules)


def _torch_class(cls: type) -> type:
    """The nearest class of torch's own in a module class's ancestry."""
    return next(base for base in cls.__mro__ if base.__module__.split(".")[0] == "torch")


def _tables(module: nn.Module) -> tuple[dict[str, Any], ...]:
    return module._parameters, module._buffers, module._modules


def _put_back(module: nn.Module, training: bool, held: list[dict[str, Any]]) -> None:
    """Give a module what it held."""
    module.training = training
    for table, items in zip(_tables(module), held, strict=True):
        refill(table, items)


def _fill(table: dict[str, Any], kind: type, entries: dict[str, Any]) -> None:
    """Give a module's table of parameters, buffers or children the entries that were heard."""
    for name, value in entries.items():
        if not name or "." in name or not (value is None or isinstance(value, kind)):
            raise WireError(f"a module cannot hold {checked_text(name)[:40]!r}")
    table.clear()
    table.update(entries)


def _refuse_cycles(modules: dict[int, nn.Module]) -> None:
    """A CycleError where torch's own walks through a module's children would never end."""
    holds = {id(module): map(id, module._modules.values()) for module in modules.values() if module._modules}
    if holds:
        TopologicalSorter(holds).prepare()
