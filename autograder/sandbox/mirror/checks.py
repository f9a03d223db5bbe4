"""The bounds of what may cross, and the one error for whatever does not keep to them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import torch

from ..wire import WireError

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float32, torch.float64, torch.float16, torch.bfloat16,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
        torch.bool, torch.complex64, torch.complex128,
    )
}  # fmt: skip
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
MAX_RANK = 16
MAX_OBJECTS = 20_000
MAX_DEPTH = 40
MAX_TEXT = 100_000
MAX_MEMORY = 64 * 2**20
"""Bytes of all storages together, and of one tensor if it were written out without strides."""

MAX_ITEMS = 500_000
"""Items of a value when it is written out: a list that holds one list twice, which does, ... has billions."""

_NONSENSE = (
    ArithmeticError, AttributeError, BufferError, LookupError,
    MemoryError, RuntimeError, TypeError, ValueError, struct.error,
)  # fmt: skip

P = ParamSpec("P")
R = TypeVar("R")


def as_wire_error(hear: Callable[P, R]) -> Callable[P, R]:
    """Turn whatever a malformed message makes Python or torch raise into the one error type."""

    @wraps(hear)
    def refuse(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return hear(*args, **kwargs)
        except _NONSENSE as error:
            raise WireError(f"a message does not hold together: {error}") from None

    return refuse


def valid_text(text: str, most: int = MAX_TEXT) -> str:
    """Cut and made valid: a lone surrogate would break every reader after this one."""
    return str(text)[:most].encode("utf-8", "backslashreplace").decode("utf-8")


def checked_text(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 10 * MAX_TEXT:
        raise WireError("a text is none")
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError("a text holds a lone surrogate") from None
    return text
