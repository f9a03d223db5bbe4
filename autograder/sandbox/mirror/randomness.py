"""Generators and torch's global random state."""

from __future__ import annotations

import ctypes
import struct
from functools import partial

import torch

from ..wire import WireError
from .message import Message
from .registry import Registry

SEED = 20240229
"""Torch's global generator at the start of a case, on either side: no case depends on those before it."""

_SEEDED = torch.Generator().manual_seed(SEED).get_state().numpy().tobytes()


class Randomness:
    """Tells and hears of the states of generators. It begins with the global one seeded with `SEED`."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._states: dict[int, bytes] = {}  # as the other side knows them
        self._global_state = _SEEDED  # the same of the global one
        # Not `torch.manual_seed`, which notes each call for GPUs, for good.
        torch.default_generator.manual_seed(SEED)

    def collect(self, message: Message) -> None:
        told = []
        for number, generator in self._registry.generators.items():
            state = _bytes(generator)
            if self._states.get(number) != state:
                self._states[number] = state
                told.append([number, message.attach(state)])
        message.add("generators", told)
        state = _bytes(torch.default_generator)
        if self._global_state != state:
            self._global_state = state
            message.sections["random"] = message.attach(state)

    def apply(self, number: int, data: memoryview) -> None:
        state = _checked_state(data)
        if self._registry.is_new(self._registry.generators, number):
            self._registry.enter("generator", number, torch.Generator())
        generator = self._registry.generators[number]
        if self._registry.keeps("generator", number):
            self._registry.keep("generator", number, partial(generator.set_state, generator.get_state()))
        generator.set_state(state)
        self._states[number] = bytes(data)

    def hear_global(self, data: memoryview) -> None:
        torch.default_generator.set_state(_checked_state(data))
        self._global_state = bytes(data)


def _bytes(generator: torch.Generator) -> bytes:
    state = generator.get_state()  # uint8
    return ctypes.string_at(state.data_ptr(), state.numel())


def _checked_state(data: memoryview) -> torch.Tensor:
    """The state of a generator, after checking what torch itself does not.

    With `left` numbers to go and `next` the index of the next one in a table of 624, a state in
    which the two do not agree would make torch read beyond the table.
    """
    state = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    _, left, _, following = struct.unpack_from("<QiiQ", data)
    if (left, following) != (1, 0) and left + following != 625:
        raise WireError("the state of a generator does not hold together")
    return state
