"""Values as JSON: plain ones as they are, those with an identity by their number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch import nn

from ...check.testing.stand_in import KeyedVectors
from ..wire import WireError
from .checks import DTYPE_NAMES, DTYPES, MAX_DEPTH, MAX_TEXT, checked_text, valid_text
from .registry import VALUE, Registry
from .sizes import Sizes
from .tensors import Tensors


class Opaque:
    """A value of the student's that no test has use for, such as a generator or a lambda."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<a value of type {self.kind}>"


def opaque(kind: str) -> Opaque:
    """A value of a class of this name, so that what Python says of its use is what it says at the student's desk."""
    name = kind if kind.isidentifier() else "object"
    stand_in: type[Opaque] = type(name, (Opaque,), {})
    return stand_in(kind)


class Values:
    """Writes values and reads them.

    Args:
        plain_modules: the modules that may be handed over, by their exact types.
    """

    def __init__(self, registry: Registry, tensors: Tensors, sizes: Sizes, plain_modules: tuple[type, ...]) -> None:
        self._registry = registry
        self._tensors = tensors
        self._sizes = sizes
        self._plain_modules = plain_modules

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Write a value as JSON, numbering whatever has an identity.

        Raises:
            WireError: on the grader's side, for a value that cannot cross: the test is at fault.
                What a student's code returns always crosses, if need be as an `Opaque`.
        """
        kind = type(value)  # first the common ones, by their exact types
        if (
            value is None
            or kind is bool
            or (kind is int and -(2**63) < value < 2**63)
            or (kind is float and math.isfinite(value))
            or (kind is str and value.isascii() and len(value) <= MAX_TEXT)
        ):
            return value
        if depth > MAX_DEPTH:
            return ["opaque", "deeply nested"]
        return self._registry.references.get(id(value)) or self._encode_new(value, depth)

    def _encode_new(self, value: Any, depth: int) -> Any:
        if isinstance(value, torch.Tensor):
            return self.encode_tensor(value)
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return int(value) if abs(int(value)) < 2**63 else self._opaque("int beyond 64 bits")
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else ["float", repr(float(value))]
        if isinstance(value, str):
            return valid_text(value)
        if isinstance(value, np.ndarray):
            return self.encode_array(value)
        if isinstance(value, nn.Module):
            return self.encode_module(value)
        if isinstance(value, torch.Generator):
            return self._registry.refer("generator", value)
        if isinstance(value, KeyedVectors):
            return self._registry.refer("vectors", value)
        if isinstance(value, torch.dtype) and value in DTYPE_NAMES:
            return ["dtype", DTYPE_NAMES[value]]
        if isinstance(value, tuple):
            return ["tuple", [self.encode(item, depth + 1) for item in value]]
        if isinstance(value, list | dict):
            return self._registry.refer("container", value)
        if isinstance(value, set | frozenset):
            return ["set", [self.encode_key(item) for item in sorted(value, key=repr)]]
        if isinstance(value, Opaque):
            return ["opaque", valid_text(value.kind)[:200]]
        return self._opaque(type(value).__qualname__)

    def encode_key(self, key: Any) -> Any:
        return self._opaque(type(key).__name__) if isinstance(key, tuple | frozenset) else self.encode(key, 1)

    def encode_tensor(self, tensor: torch.Tensor | None, role: int = VALUE) -> list | None:
        """Write a tensor, or that a module has none by some name."""
        if tensor is None:
            return None
        known = self._tensors.refer(tensor, role)
        return known or self._opaque(f"{tensor.layout} tensor of {tensor.dtype} on {tensor.device}")

    def encode_module(self, module: nn.Module, role: int = VALUE) -> list:
        new = id(module) not in self._registry.references
        if new and self._registry.sign > 0 and type(module) not in self._plain_modules:
            raise WireError(f"a module of type {type(module).__name__} cannot cross")
        return self._registry.refer("module", module, role)

    def encode_array(self, array: np.ndarray) -> list:
        base = array
        while isinstance(base.base, np.ndarray):
            base = base.base
        try:
            self._tensors.describe(torch.from_numpy(base))  # first, so that all its views lie within it
            tensor = torch.from_numpy(array)
        except (TypeError, ValueError):  # no such dtype, or negative strides
            return self._opaque(f"numpy.ndarray of {array.dtype}")
        return ["array", self._tensors.describe(tensor)]

    def _opaque(self, kind: str) -> list:
        if self._registry.sign > 0:
            raise WireError(f"a value of type {kind} cannot cross")
        return ["opaque", valid_text(kind)[:200]]

    def decode(self, data: Any) -> Any:
        """Read a value that `encode` wrote on the other side.

        Raises:
            WireError, or what `as_wire_error` turns into it: for anything else.
        """
        value = self.decode_part(data)
        self._sizes.check(value)
        return value

    def decode_part(self, data: Any, depth: int = 0) -> Any:
        """Read what a larger value holds, whose size is checked as a whole."""
        kind = type(data)  # JSON has no others
        if kind is str:
            return checked_text(data)
        if data is None or kind is bool or kind is float:
            return data
        if kind is int:
            if abs(data) >= 2**63:
                raise WireError("an int is too large")
            return data
        if kind is not list or len(data) != 2 or depth > MAX_DEPTH + 1:
            raise WireError("a value is not in the protocol's form")
        tag, content = data
        if tag in self._registry.tables:
            return self._registry.tables[tag][content]
        if tag in ("tuple", "set"):
            if not isinstance(content, list):
                raise WireError("a tuple is none")
            items = [self.decode_part(item, depth + 1) for item in content]
            return tuple(items) if tag == "tuple" else {checked_key(item) for item in items}
        if tag == "float":
            if content not in ("nan", "inf", "-inf"):
                raise WireError("a float is none")
            return float(content)
        if tag == "dtype":
            return DTYPES[content]
        if tag == "array":
            return self._tensors.view(content).numpy()
        if tag == "opaque":
            return opaque(checked_text(content))
        raise WireError("a value of an unknown kind")


def checked_key(value: Any) -> Any:
    """A dict's key or a set's item: no tuple, since thousands of those can share one hash."""
    if isinstance(value, tuple):
        raise WireError("a tuple is not a key")
    return value
