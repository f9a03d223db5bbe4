"""Tensors: what each views of which memory, and the gradients that they collect."""

from __future__ import annotations

import math
import operator
from functools import partial
from typing import Any

import torch
from torch import nn

from ..wire import TooLarge, WireError
from . import checks
from .buffers import Memory
from .checks import DTYPE_NAMES, DTYPES, MAX_RANK
from .message import Message
from .registry import VALUE, Registry, growing, role_of

LEAF, COMPUTED, PARAMETER = 1, 2, 4
"""A tensor's flags: it collects gradients, it was computed from what does, it is a Parameter."""

MAX_SIDE, MAX_NUMBERS = 2**16, 2**20
"""The longest side of a tensor that a function gives, and its size. Right ones have 20,000 and 40,000."""

_LONGEST = 2**40
"""No size, stride or start is as large: what is computed of them stays cheap."""


class Tensors:
    """Tells and hears of tensors."""

    def __init__(self, registry: Registry, memory: Memory) -> None:
        self._registry = registry
        self._memory = memory
        self._looks: dict[int, tuple] = {}  # when the other side was last told, by number
        self._gradients: dict[int, Any] = {}  # as the other side knows them

    # ------------------------------------------------------------------ telling the other side

    def refer(self, tensor: torch.Tensor, role: int = VALUE) -> list | None:
        """How to write a tensor; None for one that cannot cross."""
        if tensor.layout is not torch.strided or not tensor.is_cpu or tensor.is_quantized or tensor.is_nested:
            return None
        if tensor.dtype not in DTYPE_NAMES:
            return None
        if tensor.is_conj() or tensor.is_neg():
            tensor = tensor.resolve_conj().resolve_neg()
        return self._registry.refer("tensor", tensor, role)

    def collect(self, message: Message) -> None:
        changes, gradients = [], []
        for number, tensor in growing(self._registry.tensors):
            look = _snapshot(tensor)
            if self._looks.get(number) != look:
                _expect_small(number, tensor.shape)
                self._looks[number] = look
                changes.append([number, self.describe(tensor, role_of(number))])
            if look[-1] == LEAF and (tensor.grad is not None or number in self._gradients):
                gradient = self._refer_to_gradient(tensor.grad)
                if self._gradients.get(number) != gradient:
                    self._gradients[number] = gradient
                    gradients.append([number, gradient])
        message.add("tensors", changes)
        message.add("gradients", gradients)

    def mark_synced(self, numbers: list[int]) -> None:
        """What has just changed of these tensors here, the other side knows."""
        for number in numbers:
            self._looks[number] = _snapshot(self._registry.tensors[number])

    def _refer_to_gradient(self, gradient: torch.Tensor | None) -> Any:
        if gradient is None:
            return "none"
        reference = self.refer(gradient.to_dense() if gradient.is_sparse else gradient)
        if reference is None:
            raise WireError(f"a gradient of {gradient.dtype} cannot cross")
        return reference

    def describe(self, tensor: torch.Tensor, role: int = VALUE) -> list:
        """The storage it lies in, dtype, shape, stride, first byte and flags."""
        storage = self._memory.number_of(tensor.untyped_storage(), role)
        flags = _collects(tensor)
        if type(tensor) is not torch.Tensor and isinstance(tensor, nn.Parameter):
            flags |= PARAMETER
        start = tensor.data_ptr() - self._memory.storages[storage].address if tensor.numel() else 0
        return [storage, DTYPE_NAMES[tensor.dtype], list(tensor.shape), list(tensor.stride()), start, flags]

    # ---------------------------------------------------------------- hearing from the other side

    def view(self, state: Any) -> torch.Tensor:
        """A tensor on a known storage, after checking that it lies within it."""
        number, dtype_name, shape, stride, start, _ = state
        dtype, storage = DTYPES[dtype_name], self._memory.storages[number]
        if not len(shape) == len(stride) <= MAX_RANK:
            raise WireError("a tensor's shape and stride do not fit")
        lengths = (*shape, *stride, start)
        if set(map(type, lengths)) != {int} or min(lengths) < 0 or max(lengths) >= _LONGEST:
            raise WireError("a tensor's shape is out of bounds")
        if math.prod(filter(None, shape)) * dtype.itemsize > checks.MAX_MEMORY:
            raise WireError("a tensor is too large")  # strides of 0 make huge ones of a few bytes
        # The last item lies at the sum of (size - 1) * step.
        items = 0 if 0 in shape else 1 + sum(map(operator.mul, shape, stride)) - sum(stride)
        if start % dtype.itemsize or start + items * dtype.itemsize > storage.size:
            raise WireError("a tensor reaches beyond its storage")
        if storage.resized:
            raise WireError("a storage changed its size")
        view: torch.Tensor = torch.empty(0, dtype=dtype)
        return view.set_(storage.owner, start // dtype.itemsize, shape, stride)

    def apply(self, number: int, state: Any) -> bool:
        """Build or change a tensor; say whether it was computed from what needs gradients."""
        flags = state[5]
        if type(flags) is not int:
            raise WireError("a tensor's flags are none")
        view = self.view(state)
        _expect_small(number, view.shape)
        if self._registry.is_new(self._registry.tensors, number):
            tensor = view
            if flags & PARAMETER:
                tensor = nn.Parameter(view, requires_grad=bool(flags & LEAF))
            elif flags & LEAF:
                tensor.requires_grad_()
            elif flags & COMPUTED and self._registry.sign < 0:
                _History.apply(torch.zeros(0, requires_grad=True), tensor)
            self._registry.enter("tensor", number, tensor)
        else:
            tensor = self._registry.tensors[number]
            if self._registry.keeps("tensor", number):
                before = partial(_put_back, tensor, tensor.data, tensor.is_leaf, tensor.requires_grad)
                self._registry.keep("tensor", number, before)
            tensor.data = view
            if tensor.is_leaf and bool(flags & LEAF) != tensor.requires_grad:
                tensor.requires_grad_(bool(flags & LEAF))
        self._looks[number] = _snapshot(tensor)
        return bool(flags & COMPUTED)

    def hear_gradient(self, number: int, gradient: Any) -> None:
        tensor = self._registry.tensors[number]
        if self._registry.keeps("gradient", number):
            self._registry.keep("gradient", number, partial(setattr, tensor, "grad", tensor.grad))
        if gradient == "none":
            tensor.grad = None
        else:
            kind, its_number = gradient
            tensor.grad = self._registry.tables[kind][its_number]  # torch itself refuses what does not fit
        self._gradients[number] = gradient


class _History(torch.autograd.Function):
    """Gives a tensor of the tests' own a history, so that it is no leaf in the student's process either."""

    @staticmethod
    def forward(ctx: Any, anchor: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
        ctx.mark_dirty(tensor)
        return tensor

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[None, None]:
        return None, None  # it goes on in the tests' process


def _expect_small(number: int, shape: torch.Size) -> None:
    """A result may be wrong in its shape, too; a test that takes it apart row by row must not drown in it.

    What a module holds may be larger, since tests look at it as a whole.
    """
    if role_of(number) == VALUE and (max(shape, default=0) > MAX_SIDE or shape.numel() > MAX_NUMBERS):
        raise TooLarge(f"this is too large to be handed over: a tensor of shape {tuple(shape)}")


def _collects(tensor: torch.Tensor) -> int:
    """Its flags but for `PARAMETER`."""
    if not tensor.requires_grad:
        return 0
    return LEAF if tensor.is_leaf else COMPUTED


def _snapshot(tensor: torch.Tensor) -> tuple:
    """What a description is made of, at a tenth of its cost."""
    return tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride(), _collects(tensor)


def _put_back(tensor: torch.Tensor, data: torch.Tensor, was_leaf: bool, requires_grad: bool) -> None:
    """Give a tensor the memory that it had. What torch refuses on the way is taken off before."""
    if was_leaf and not tensor.is_leaf:
        tensor.detach_()  # it was told to be computed from something
    gradient, tensor.grad = tensor.grad, None  # memory must fit the gradient ...
    if tensor.is_leaf:
        tensor.requires_grad_(False)  # ... and what collects gradients must hold floating numbers
    tensor.data = data
    if tensor.is_leaf:
        tensor.requires_grad_(requires_grad)
    if gradient is not None and (gradient.shape, gradient.dtype) == (data.shape, data.dtype):
        tensor.grad = gradient
