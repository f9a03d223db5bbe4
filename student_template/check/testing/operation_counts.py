"""Counts what a call does, so that efficiency is judged without a clock.

A count is the same on every machine and under every load. Torch's dispatch shows each tensor
operation with its operands; Python's own trace events show how many lines ran.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten
_MULTIPLICATIONS = {aten.mul, aten.mul_, aten.div, aten.div_}


@dataclass(frozen=True)
class Operations:
    """What one call did.

    Attributes:
        calls: tensor operations dispatched, element-wise ones included.
        matrix_multiply_adds: multiply-adds in matrix products (mm, bmm, mv, dot and their kin).
        elementwise_multiplications: numbers produced by element-wise multiplying or dividing
            floating-point tensors.
        lines: lines of Python run in the student's own file, loops and comprehensions included.
        handed_to_numpy: tensors that NumPy was given to work on, where nothing of this can be counted.
    """

    calls: int
    matrix_multiply_adds: int
    elementwise_multiplications: int
    lines: int
    handed_to_numpy: int

    def to_dict(self) -> dict[str, int]:
        return asdict(self)


def count_operations(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Operations:
    """Call `function` and count what it does; its result is thrown away.

    A function that lives behind the grader's wall counts for itself, there.
    """
    if hasattr(function, "count_operations"):
        return function.count_operations(*args, **kwargs)
    return counted(function, *args, **kwargs)[1]


def counted(function: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[Any, Operations]:
    """Call `function` in this process; give its result and what it did."""
    tally = _Tally()
    lines, handed = _Lines(_student_file(function)), _HandedToNumpy()
    with tally, handed:
        before = sys.gettrace()
        sys.settrace(lines.global_trace)
        try:
            result = function(*args, **kwargs)
        finally:
            sys.settrace(before)
    return result, Operations(tally.calls, tally.multiply_adds, tally.multiplications, lines.count, handed.count)


class _Tally(TorchDispatchMode):
    """Adds up the operations that pass torch's dispatcher below it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.multiply_adds = 0
        self.multiplications = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: torch would import its compiler, for a second and 70 MB, only to keep it away from this class."""
        return False

    def __torch_dispatch__(self, func: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        self.calls += 1
        packet = func.overloadpacket
        if packet in _PRODUCTS:
            self.multiply_adds += _PRODUCTS[packet](args)
        elif packet in _MULTIPLICATIONS:
            outputs = [t for t in tree_leaves(result) if isinstance(t, torch.Tensor)]
            self.multiplications += sum(t.numel() for t in outputs if t.is_floating_point())
        return result


class _HandedToNumpy(TorchFunctionMode):
    """Counts calls of `Tensor.numpy`, by which NumPy gets at a tensor in whatever way."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        self.count += func is torch.Tensor.numpy
        return func(*args, **(kwargs or {}))


def _product(left: int) -> Callable[[tuple], int]:
    """Multiply-adds of a product whose operands stand at `left` and `left + 1` of the arguments."""

    def count(args: tuple) -> int:
        a, b = args[left], args[left + 1]
        return a.numel() * (b.shape[-1] if b.dim() > 1 else 1)

    return count


_PRODUCTS = {
    aten.mm: _product(0),
    aten.bmm: _product(0),
    aten.mv: _product(0),
    aten.dot: _product(0),
    aten.vdot: _product(0),
    aten.addmm: _product(1),
    aten.addmv: _product(1),
    aten.baddbmm: _product(1),
    aten.addbmm: _product(1),
}


class _Lines:
    """Counts the lines run in one file by way of Python's trace events."""

    def __init__(self, filename: str | None) -> None:
        self.filename = filename
        self.count = 0

    def global_trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self.local_trace if frame.f_code.co_filename == self.filename else None

    def local_trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            self.count += 1
        return self.local_trace


def _student_file(function: Callable[..., Any]) -> str | None:
    """The file whose lines count: that of the function, or of the module's `forward`."""
    target = getattr(function, "forward", function)
    target = getattr(target, "__func__", target)
    target = getattr(target, "__wrapped__", target)
    code = getattr(target, "__code__", None)
    return code.co_filename if code else None
