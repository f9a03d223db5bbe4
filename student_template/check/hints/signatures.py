"""Writes down what a call gave so that two programs that compute the same leave the same digest.

Floating-point numbers differ in their last digits between two right programs. So a number is not
kept itself, but the cell of a grid that it lies in. There are two grids, shifted by half a cell, and
a recorded outcome says for each of its numbers which grid has it further from a cell's edge. Thus no
recorded number lies within a quarter of a cell of an edge, and no rounding error moves it over one.
"""

from __future__ import annotations

import builtins
import math
import numbers
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import torch

from ..testing.tolerances import CELL, UNIT

NUMBER = "#"

MOST = 2_000
"""Items of what is written down: no probe has a use for more, and wrong results may have millions."""

LONG = 1_000
"""Characters of a text that are."""


class _TooMuch(Exception):
    """A value has more than `MOST` items."""


@dataclass(frozen=True)
class Signature:
    """What a call gave, written down.

    Attributes:
        words: all that is exact: kinds, shapes, dtypes, whole numbers, texts; `NUMBER` stands for
            the next of the numbers.
        numbers: the floating-point numbers, (N,) float64, in units of a cell.
    """

    words: str
    numbers: np.ndarray

    @property
    def record(self) -> str:
        """The grid of each number, as bits in hexadecimal, and the digest on these grids."""
        first, _ = self._cells
        grids = np.packbits(np.abs(self.numbers - first) > 0.25).tobytes()
        return f"{grids.hex()}:{self._digest(grids)}"

    def agrees(self, record: str) -> bool:
        """Whether this could be the outcome that was recorded."""
        grids, _, digest = record.partition(":")
        return len(grids) == 2 * math.ceil(len(self.numbers) / 8) and (self._digest(bytes.fromhex(grids)) == digest)

    @cached_property
    def _cells(self) -> tuple[np.ndarray, np.ndarray]:
        """The cell of each number on either grid."""
        return np.floor(self.numbers + 0.5).astype("<i4"), np.floor(self.numbers).astype("<i4")

    def _digest(self, grids: bytes) -> str:
        second = np.unpackbits(np.frombuffer(grids, np.uint8), count=len(self.numbers)).view(bool)
        cells = np.where(second, self._cells[1], self._cells[0])
        return blake2b(cells.tobytes() + self.words.encode(), digest_size=6).hexdigest()


def signature(value: Any) -> Signature:
    """Write down a value: plain values and tensors, in lists, tuples and dicts of any depth."""
    words: list[str] = []
    found: list[float] = []
    try:
        _write(value, words, found)
    except _TooMuch:
        words, found = ["too much"], []
    return Signature(" ".join(words), np.arcsinh(np.array(found, np.float64) / UNIT) / CELL)


def kind(error: Exception) -> str:
    """The nearest built-in exception in an error's ancestry: all that crosses the grader's wall."""
    return next(cls.__name__ for cls in type(error).__mro__ if vars(builtins).get(cls.__name__) is cls)


def raised(error: str) -> Signature:
    """What a call gave that raised an error of this kind."""
    return signature(f"raised {error}")


def _write(value: Any, words: list[str], found: list[float]) -> None:
    if len(words) > MOST:
        raise _TooMuch
    if type(value) is float:
        words.append(NUMBER if math.isfinite(value) else str(value))
        if math.isfinite(value):
            found.append(value)
    elif isinstance(value, str):
        words.append(repr(value[:LONG]))
    elif value is None or isinstance(value, bool):
        words.append(repr(value))
    elif isinstance(value, torch.Tensor):
        if value.numel() > MOST:
            raise _TooMuch
        words.append(f"tensor {tuple(value.shape)}")  # a wrong dtype is a mistake of its own
        _write_all(value.detach().flatten().tolist(), words, found)
    elif isinstance(value, numbers.Integral):
        words.append(str(int(value)))
    elif isinstance(value, numbers.Real):
        _write(float(value), words, found)
    elif isinstance(value, dict):
        if len(value) > MOST:
            raise _TooMuch
        words.append(f"dict {len(value)}")
        for key in sorted(value, key=repr):
            _write_all([key, value[key]], words, found)
    elif isinstance(value, list | tuple):
        words.append(f"{'list' if isinstance(value, list) else 'tuple'} {len(value)}")
        _write_all(value, words, found)
    else:
        words.append("something else")


def _write_all(values: Any, words: list[str], found: list[float]) -> None:
    for value in values:
        _write(value, words, found)
