"""Says how a wrong tensor as a whole differs from the right one, where one short sentence explains it all."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from .tolerances import EXPLAINED

MOST = 1_000_000
"""Numbers that a result may have to be looked at: a wrong one may be of any size."""


def difference(got: torch.Tensor, expected: torch.Tensor, wrong: torch.Tensor | None = None) -> str:
    """A sentence about what differs in kind, or an empty string: a guess helps only if all agrees.

    Args:
        got, expected: tensors of any two shapes and dtypes that are not equal.
        wrong: which numbers do not pass, of their shape; by `EXPLAINED` where it is not said.
    """
    got, expected = got.detach(), expected.detach()
    if got.is_complex() or expected.is_complex() or not expected.numel() or got.numel() > MOST:
        return ""
    precise, right = got.double(), expected.double()
    if not precise.isfinite().all():
        return _not_finite(precise)
    if got.shape != expected.shape:
        return next(filter(None, (test(precise, right) for test in OF_SHAPES)), "")
    if _equal(precise, right) and got.dtype != expected.dtype:
        return "The numbers are right, only their dtype is not."
    if right.unique().numel() < 3:  # too little to tell a rule from chance
        return ""
    if wrong is None:
        wrong = (precise - right).abs() > EXPLAINED * float(right.abs().max())
    kind = next(filter(None, (test(precise, right) for test in OF_VALUES)), "")
    return kind or _partly(wrong) or _rounded(precise, right)


def _equal(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.shape != other.shape:
        return False
    scale = float(other.abs().max()) if other.numel() else 0.0
    return bool(((one - other).abs() <= EXPLAINED * scale).all())


def _not_finite(got: torch.Tensor) -> str:
    kinds = [name for name, found in (("NaN", got.isnan()), ("infinite", got.isinf())) if found.any()]
    return f"Some numbers are {' or '.join(kinds)}."


# Shapes -------------------------------------------------------------------------------------------


def _turned(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.dim() > 1 and _equal(got.transpose(-1, -2), expected):
        return "It is right but transposed: rows and columns have changed places."
    return ""


def _axes_moved(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.dim() == expected.dim() > 2 and (
        _equal(got.transpose(0, 1), expected) or _equal(got.movedim(0, -1), expected)
    ):
        return "The numbers are right, but the axes are in a different order."
    return ""


def _reshaped(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.numel() == expected.numel() and _equal(got.flatten(), expected.flatten()):
        return "The numbers are right and in the right order, only the shape is not."
    return ""


def _row_more_or_less(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.dim() != expected.dim() or not got.dim():
        return ""
    for axis, one in ((-1, "number"),) if got.dim() == 1 else ((-2, "row"), (-1, "column")):
        for short, long, what in ((got, expected, "is missing"), (expected, got, "is too many")):
            count = short.shape[axis]
            if count and count + 1 == long.shape[axis]:
                if _equal(short, long.narrow(axis, 0, count)):
                    return f"It is right except for the last {one}, which {what}."
                if _equal(short, long.narrow(axis, 1, count)):
                    return f"It is right except for the first {one}, which {what}."
    return ""


def _averaged(got: torch.Tensor, expected: torch.Tensor) -> str:
    for axis in range(expected.dim()):
        if expected.shape[axis] > 1:
            for what, reduced in (("mean", expected.mean(axis)), ("sum", expected.sum(axis))):
                if _equal(got.squeeze(), reduced.squeeze()):
                    return f"It is the {what} of what is expected over axis {axis}."
    return ""


# Values -------------------------------------------------------------------------------------------


def _factor(got: torch.Tensor, expected: torch.Tensor) -> str:
    factor = float((got * expected).sum() / expected.square().sum())
    if not factor or not _equal(got, factor * expected):
        return ""
    if abs(factor + 1) < EXPLAINED:
        return "Every number has the wrong sign."
    return f"Every number is {_named(factor, expected.shape)} times what is expected."


def _named(factor: float, shape: torch.Size) -> str:
    """A factor, and how it follows from one of the sizes, if it does."""
    for size in sorted({size for size in shape if size > 1}, reverse=True):
        names = {f"sqrt({size})": math.sqrt(size), f"1 / sqrt({size})": 1 / math.sqrt(size)}
        names |= {f"1 / {size}": 1 / size, f"{size}": float(size)}
        for name, value in names.items():
            if abs(factor - value) < EXPLAINED * value:
                return f"{factor:.3g} = {name}" if name != f"{factor:.3g}" else name
    return f"{factor:.3g}"


def _offset(got: torch.Tensor, expected: torch.Tensor) -> str:
    offset = float((got - expected).mean())
    if _equal(got, expected + offset):
        return f"Every number is {abs(offset):.3g} too {'large' if offset > 0 else 'small'}."
    return ""


def _absolute(got: torch.Tensor, expected: torch.Tensor) -> str:
    return "The sizes are right, but no number is negative." if _equal(got, expected.abs()) else ""


def _lengths(got: torch.Tensor, expected: torch.Tensor) -> str:
    """Rows that point in the right directions."""
    if got.dim() < 2 or got.shape[-1] < 3 or not (got.norm(dim=-1) > 0).all():
        return ""
    mine, right = (x / x.norm(dim=-1, keepdim=True).clamp(min=1e-30) for x in (got, expected))
    if not _equal(mine, right):
        return ""
    lengths = got.norm(dim=-1)
    if _equal(lengths, torch.ones_like(lengths)):
        return "Every row points in the right direction, but was divided by its length."
    return "Every row points in the right direction, but has a different length."


def _shifted(got: torch.Tensor, expected: torch.Tensor) -> str:
    axis = 0 if got.dim() == 1 else -2
    count = got.shape[axis] - 1
    one = "number" if got.dim() == 1 else "row"
    if count < 2:
        return ""
    for name, start in (("next", 1), ("previous", 0)):
        if _equal(got.narrow(axis, 1 - start, count), expected.narrow(axis, start, count)):
            return f"Every {one} is the one that belongs in the {name} place."
    return ""


def _permuted(got: torch.Tensor, expected: torch.Tensor) -> str:
    if got.dim() == 1:
        return _in_order(got[:, None], expected[:, None], "numbers")
    rows = _in_order(got.flatten(0, -2), expected.flatten(0, -2), "rows")
    return rows or _in_order(got.flatten(0, -2).T, expected.flatten(0, -2).T, "columns")


def _in_order(got: torch.Tensor, expected: torch.Tensor, things: str) -> str:
    """Compare the rows of two matrices, whatever their order."""
    if not 2 < len(got) <= 1000:
        return ""
    far = torch.cdist(got, expected, p=math.inf)
    nearest = far.argmin(1)
    if len(nearest.unique()) == len(nearest) and _equal(got, expected[nearest]):
        return f"All {things} are right, but in a different order."
    return ""


def _partly(wrong: torch.Tensor) -> str:
    """Where all that is wrong lies in one row, in one column, or in every other column."""
    if wrong.dim() == 1:
        return _places(wrong, "number")
    by_column = wrong.flatten(0, -2).any(0)
    by_row = wrong.any(-1).flatten(0, -2).any(0) if wrong.dim() > 2 else wrong.any(-1)
    return _places(by_row, "row") or _places(by_column, "column")


def _places(wrong: torch.Tensor, one: str) -> str:
    count, at = len(wrong), wrong.nonzero().flatten().tolist()
    if count < 3 or not at:
        return ""
    if len(at) == 1:
        name = {0: "first", count - 1: "last"}.get(at[0])
        return f"It is right except for the {name} {one}." if name else f"It is right except for {one} {at[0]}."
    if count > 3 and at == list(range(at[0] % 2, count, 2)):
        return f"It is right except for the {'odd' if at[0] % 2 else 'even'} {one}s, counted from 0."
    if count > 3 and at == list(range(at[0], count)) and at[0] > 1:
        return f"It is right up to {one} {at[0] - 1} and wrong from {one} {at[0]} on."
    if count > 3 and at == list(range(1, count)):
        return f"Only the first {one} is right."
    return ""


def _rounded(got: torch.Tensor, expected: torch.Tensor) -> str:
    worst = float((got - expected).abs().max() / expected.abs().max())
    return f"All numbers are nearly right, off by at most {100 * worst:.2g} %." if worst < 0.01 else ""


Test = Callable[[torch.Tensor, torch.Tensor], str]

OF_SHAPES: tuple[Test, ...] = (_turned, _axes_moved, _reshaped, _row_more_or_less, _averaged)
OF_VALUES: tuple[Test, ...] = (
    _factor, _offset, _turned, _absolute, _lengths, _shifted, _permuted, _axes_moved,
)  # fmt: skip
"""In the order in which they explain most: what is simpler comes first."""
