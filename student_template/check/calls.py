"""Shows calls and values as a student would type them, short enough to read in a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

SMALL = 40
"""Tensors of up to this many numbers are shown whole, larger ones by shape, dtype and first numbers."""

FIRST = 4

LONG = 120
"""Characters after which any other value is cut."""

_last_call = ""
_calls_by_result: dict[int, tuple[Any, str]] = {}  # id of a result -> the result, held, and its call
_is_noting = True


def note_call(name: str, args: tuple, kwargs: dict[str, Any]) -> str:
    """Remember a call of the student's code, so that a failing case can quote it; give it as text."""
    global _last_call
    if not _is_noting:
        return ""
    shown = [show(value) for value in args] + [f"{key}={show(value)}" for key, value in kwargs.items()]
    _last_call = f"{name}({', '.join(shown)})"
    return _last_call


def note_result(result: Any, call: str) -> None:
    """Remember which call gave a result."""
    if _is_noting and not isinstance(result, bool | int | float | str | None):
        _calls_by_result[id(result)] = (result, call)


def last_call() -> str:
    """The latest call noted, or an empty string."""
    return _last_call


def call_of(result: Any) -> str:
    """The call that gave this very object, else the latest call noted."""
    return _calls_by_result.get(id(result), (None, _last_call))[1]


def forget_calls() -> None:
    """Start a case afresh, so that it cannot quote the one before it."""
    global _last_call
    _last_call = ""
    forget_results()


def forget_results() -> None:
    """Let go of a case's results; its last call can still be quoted."""
    _calls_by_result.clear()


@contextmanager
def unnoted() -> Iterator[None]:
    """Calls in the block are the case's own, for comparison, and nothing to quote to the student."""
    global _is_noting
    was, _is_noting = _is_noting, False
    try:
        yield
    finally:
        _is_noting = was


def show(value: Any) -> str:
    """Show a value in one short line: small tensors whole, others by shape and dtype."""
    if isinstance(value, torch.Tensor):
        return _show_tensor(value.detach())
    if isinstance(value, np.ndarray):
        return f"<numpy {value.dtype} array {_shape(value.shape)}>"
    if isinstance(value, torch.nn.Module):
        tables = ", ".join(f"{name} {show(p)}" for name, p in value.named_parameters())
        return f"<{type(value).__name__}{' with ' + tables if tables else ''}>"
    if isinstance(value, torch.Generator):
        return "<torch.Generator>"
    if type(value).__name__ == "KeyedVectors":
        return f"<KeyedVectors of {len(value)} words>"
    if isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor) for item in value):
        left, right = "[]" if isinstance(value, list) else "()"
        return _cut(left + ", ".join(show(item) for item in value) + right)
    if isinstance(value, float):
        return f"{value:.6g}"
    return _cut(repr(value))


def _show_tensor(tensor: torch.Tensor) -> str:
    kind = str(tensor.dtype).removeprefix("torch.")
    if tensor.numel() > SMALL:
        first = ", ".join(_show_numbers(number) for number in tensor.flatten()[:FIRST].tolist())
        return f"<{kind} tensor {_shape(tensor.shape)}: {first}, ...>"
    if tensor.numel() == 0:
        return f"<empty {kind} tensor {_shape(tensor.shape)}>"
    numbers = tensor.cpu().tolist()
    suffix = "" if tensor.dtype in (torch.float32, torch.int64, torch.bool) else f", {kind}"
    return f"tensor({_show_numbers(numbers)}{suffix})"


def _show_numbers(numbers: Any) -> str:
    if isinstance(numbers, list):
        return "[" + ", ".join(_show_numbers(number) for number in numbers) + "]"
    return f"{numbers:.4g}" if isinstance(numbers, float) else str(numbers)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(str(size) for size in shape) if len(shape) else "scalar"


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
