"""Shows calls and values as a student would type them, short enough to read in a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
import torch

SMALL = 40
"""Tensors of up to this many numbers are shown whole, larger ones by shape, dtype and first numbers."""

FIRST = 4

LONG = 120
"""Characters after which any other value is cut."""

Shown = Callable[[], str]
"""Shows a value as it was when this was made."""

_PLAIN = (bool, int, float, str, type(None))

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    dict: ("{", "}"),
    set: ("{", "}"),
}

_last_call: Call | None = None
_has_ended = True  # the last call, by giving a result
_calls_by_result: dict[int, tuple[Any, Call | None]] = {}  # id of a result -> the result, held, and its call
_is_noting = True


@dataclass(frozen=True)
class Call:
    """A call as it was made, put into words only when a message quotes it.

    Attributes:
        name: a function's, or the call that built the module that was called.
        values: what shows each argument.
        named: the same for those given by name.
    """

    name: str | Call
    values: tuple[Shown, ...]
    named: tuple[tuple[str, Shown], ...]

    def __str__(self) -> str:
        shown = [value() for value in self.values] + [f"{key}={value()}" for key, value in self.named]
        line = f"{self.name}({', '.join(shown)})"
        return line if len(line) <= LONG or len(shown) < 2 else f"{self.name}(\n    " + ",\n    ".join(shown) + ")"


def note_call(name: str | Call, args: tuple, kwargs: dict[str, Any]) -> Call | None:
    """Remember a call of the student's code, so that a failing case can quote it."""
    global _last_call, _has_ended
    if not _is_noting:
        return None
    _has_ended = False
    named = tuple((key, shown(value)) for key, value in kwargs.items())
    _last_call = Call(name, tuple(map(shown, args)), named)
    return _last_call


def note_result(result: Any, call: Call | None) -> None:
    """Remember which call gave a result."""
    global _has_ended
    _has_ended = True
    if _is_noting and not isinstance(result, _PLAIN):
        _calls_by_result[id(result)] = (result, call)


def last_call() -> str:
    """The latest call noted, or an empty string."""
    return str(_last_call or "")


def has_result() -> bool:
    """Whether the latest call noted gave a result, rather than an error."""
    return _has_ended


def call_of(result: Any) -> str:
    """The call that gave this very object, else the latest call noted."""
    return str(_calls_by_result.get(id(result), (None, _last_call))[1] or "")


def forget_calls() -> None:
    """Start a case afresh, so that it cannot quote the one before it."""
    global _last_call, _has_ended
    _last_call, _has_ended = None, True
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
    return shown(value)()


def shown(value: Any) -> Shown:
    """What shows `value` as it is now, whenever it is called, whatever has become of the value by then.

    Nearly all calls are never quoted, so this takes no more than the numbers that may be shown.
    """
    if isinstance(value, torch.Tensor):
        numbers = value if value.numel() <= SMALL else value.detach().flatten()[:FIRST]
        return partial(_show_tensor, value.dtype, value.shape, numbers.tolist())
    if isinstance(value, _PLAIN):
        return partial(_show_plain, value)
    if isinstance(value, torch.nn.Module):
        tables = [(name, shown(one)) for name, one in islice(value.named_parameters(), FIRST)]
        return partial(_show_module, type(value).__name__, tables)
    if isinstance(value, list | tuple) and any(isinstance(item, torch.Tensor) for item in value):
        return partial(_show_items, isinstance(value, tuple), [shown(item) for item in value[:LONG]])
    return partial(str, _describe(value))


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"<numpy {value.dtype} array {_shape(value.shape)}>"
    if isinstance(value, torch.Generator):
        return "<torch.Generator>"
    if type(value).__name__ == "KeyedVectors":
        return f"<KeyedVectors of {len(value)} words>"
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > LONG:
            break
    return _cut(text)


def _pieces(value: Any) -> Iterator[str]:
    """What `repr` gives, piece by piece: whoever stops early has not paid for the rest.

    A few shared values within one another can be more than any memory holds when they are written out.
    """
    kind = type(value)
    if kind not in _BRACKETS:
        yield _show_one(value)
        return
    start, end = _BRACKETS[kind]
    if not value:
        yield "set()" if kind is set else start + end
        return
    for number, item in enumerate(value):
        yield start if number == 0 else ", "
        yield from _pieces(item)
        if kind is dict:
            yield ": "
            yield from _pieces(value[item])
    yield f",{end}" if kind is tuple and len(value) == 1 else end


def _show_one(value: Any) -> str:
    if isinstance(value, torch.nn.Module):
        return f"<{_cut(type(value).__name__)}>"
    return repr(value[: LONG + 1] if isinstance(value, str | bytes) else value)


def _show_plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else _cut(_show_one(value))


def _show_module(kind: str, tables: list[tuple[str, Shown]]) -> str:
    listed = ", ".join(f"{_cut(name)} {table()}" for name, table in tables)
    return f"<{_cut(kind)}{' with ' + listed if listed else ''}>"


def _show_items(in_tuple: bool, items: list[Shown]) -> str:
    listed = ", ".join(item() for item in items)
    return _cut(f"({listed})" if in_tuple else f"[{listed}]")


def _show_tensor(dtype: torch.dtype, shape: torch.Size, numbers: Any) -> str:
    """Show a tensor by its numbers, or by the first of them if it has many."""
    kind = str(dtype).removeprefix("torch.")
    if shape.numel() > SMALL:
        first = ", ".join(_show_numbers(number) for number in numbers)
        return f"<{kind} tensor {_shape(shape)}: {first}, ...>"
    if shape.numel() == 0:
        return f"<empty {kind} tensor {_shape(shape)}>"
    suffix = "" if dtype in (torch.float32, torch.int64, torch.bool) else f", {kind}"
    return f"tensor({_show_numbers(numbers)}{suffix})"


def _show_numbers(numbers: Any) -> str:
    if isinstance(numbers, list):
        return "[" + ", ".join(_show_numbers(number) for number in numbers) + "]"
    return f"{numbers:.4g}" if isinstance(numbers, float) else str(numbers)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(str(size) for size in shape) if len(shape) else "scalar"


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
