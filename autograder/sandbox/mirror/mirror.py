"""One side's mirror: puts together what the other files do for each kind of object."""

from __future__ import annotations

from typing import Any

from torch import nn

from . import modules
from .buffers import Memory
from .checks import as_wire_error
from .containers import Containers
from .keyed_vectors import WordVectors
from .message import Message
from .modules import PLAIN_MODULES, ModuleMaker, Modules, ModuleState
from .randomness import Randomness
from .registry import Registry
from .sizes import Sizes
from .tensors import Tensors
from .values import Values


class Mirror:
    """One side's table of everything that has crossed.

    Args:
        sign: +1 on the grader's side, -1 on the student's: the sign of the numbers it gives.
        make_module: builds a module for a state that came in, or a proxy for it.
        exported: the classes of the student's file by name, for `ModuleState.exported`.

    Attributes:
        tensors, modules, containers, storages: what has crossed, by number.
    """

    def __init__(self, sign: int, make_module: ModuleMaker, exported: dict[str, type] | None = None) -> None:
        self.sign = sign
        self.make_module = make_module
        self.exported = exported or {}
        self._registry = Registry(sign)
        self.reset()

    def reset(self) -> None:
        """Forget everything: a new case begins, with torch's global generator seeded with `SEED`.

        What the student's side has changed of the grader's becomes again what it was: a test may
        have handed over what later cases, and other students' submissions, go on with.
        """
        self._registry.undo()
        self._registry = registry = Registry(self.sign)
        self._memory = Memory(registry)
        self._tensors = Tensors(registry, self._memory)
        sizes = Sizes()
        self._values = Values(registry, self._tensors, sizes, tuple(PLAIN_MODULES.values()))
        self._containers = Containers(registry, self._values, sizes)
        self._vectors = WordVectors(registry, self._values)
        self._modules = Modules(registry, self._values, self.describe, self.make_module)
        self._randomness = Randomness(registry)
        self.tensors, self.modules, self.containers = registry.tensors, registry.modules, registry.containers
        self.storages = self._memory.storages

    def describe(self, module: nn.Module) -> ModuleState:
        """Read off a module what the other side must know of it."""
        return modules.describe(module, self.exported)

    def encode(self, value: Any) -> Any:
        """Write a value as JSON, numbering whatever has an identity.

        Raises:
            WireError: on the grader's side, for a value that cannot cross: the test is at fault.
                What a student's code returns always crosses, if need be as an `Opaque`.
        """
        return self._values.encode(value)

    def outgoing(self) -> Message:
        """Everything that is new or has changed since the last message, either way."""
        message = Message()
        # In this order, since describing one thing numbers others of the kinds that follow.
        self._containers.collect(message)
        self._vectors.collect(message)
        self._modules.collect(message)
        self._tensors.collect(message)
        self._memory.collect(message)
        self._randomness.collect(message)
        return message

    @as_wire_error
    def incoming(self, sections: dict[str, Any], blobs: list[memoryview]) -> list[int]:
        """Take in what the other side tells.

        Returns:
            the numbers of tensors that the other side computed from ones that need gradients.

        Raises:
            WireError: for anything that no mirror would have sent.
        """
        # In this order, since each may refer to those before it.
        for number, size, blob in sections.get("storages", ()):
            self._memory.apply(number, size, blobs[blob])
        computed = [number for number, state in sections.get("tensors", ()) if self._tensors.apply(number, state)]
        for number, gradient in sections.get("gradients", ()):
            self._tensors.hear_gradient(number, gradient)
        for number, blob in sections.get("generators", ()):
            self._randomness.apply(number, blobs[blob])
        if "random" in sections:
            self._randomness.hear_global(blobs[sections["random"]])
        self._modules.apply(sections.get("modules", []))
        for number, (words, rows) in sections.get("vectors", ()):
            self._vectors.apply(number, words, rows)
        self._containers.apply(sections.get("containers", []))
        return list(dict.fromkeys(computed))

    def mark_synced(self, tensors: list[int]) -> None:
        """Tell the other side nothing of how these tensors have changed: it knows."""
        self._tensors.mark_synced(tensors)

    @as_wire_error
    def decode(self, data: Any) -> Any:
        """Read a value that `encode` wrote on the other side.

        Raises:
            WireError: for anything else.
        """
        return self._values.decode(data)
