"""Right versions of the functions that later questions build on, written otherwise than the reference.

Where such a function of a student's does not pass, what fails and builds on it is tried again on the one
here: an error carried forward costs once. The grader hands such functions to a process of its own, in which
nothing else is asked, and of this file only what they name: what else it defines may be just what is asked there.

What is called `mended_` and the name of a function takes the student's own, gives it with what is wrong in it made
right, and raises whatever it likes where it cannot.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def new_embedding_table(
    vocab_size: int, dim: int, *, std: float = 0.02, generator: torch.Generator | None = None
) -> nn.Parameter:
    return nn.Parameter(torch.empty(vocab_size, dim).normal_(0.0, std, generator=generator))  # (V, D)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    flat = ids.reshape(-1)
    for number in flat.tolist():
        if not 0 <= number < len(table):
            raise IndexError(f"no row {number} in a table of {len(table)} rows")
    return table.index_select(0, flat).reshape(*ids.shape, *table.shape[1:])  # (..., D)


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    if dim % 2:
        raise ValueError(f"dim should be even, but is {dim}")
    exponents = torch.arange(0, dim, 2, dtype=torch.float64) / dim
    angles = torch.outer(torch.arange(num_positions, dtype=torch.float64), torch.pow(base, -exponents))
    encoding = torch.empty(num_positions, dim)  # (P, D)
    encoding[:, 0::2] = angles.sin()
    encoding[:, 1::2] = angles.cos()
    return encoding


class SinusoidalPositions(nn.Module):
    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        sinusoidal_encoding(0, dim, base)  # refuses an odd dim
        self.dim, self.base = dim, base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.add(x, sinusoidal_encoding(x.shape[1], self.dim, self.base)).to(x.dtype)


class LearnedPositions(nn.Module):
    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.table = new_embedding_table(max_positions, dim)  # (P, D)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return _with_rows_added(self, x)


def _with_rows_added(module: nn.Module, x: torch.Tensor) -> torch.Tensor:
    (table,) = module.parameters()
    if x.shape[1] > len(table):
        raise ValueError(f"{x.shape[1]} positions are more than the {len(table)} rows")
    return x + table.narrow(0, 0, x.shape[1])


def rotate_by_position(x: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    if x.shape[2] % 2:
        raise ValueError(f"{x.shape[2]} columns are no pairs")
    exponents = torch.arange(0, x.shape[2], 2, dtype=torch.float64) / x.shape[2]
    angles = torch.outer(torch.arange(x.shape[1], dtype=torch.float64), torch.pow(base, -exponents))
    turns = torch.polar(torch.ones_like(angles), angles)  # (T, D/2), complex
    pairs = torch.view_as_complex(x.double().unflatten(-1, (-1, 2)).contiguous())  # (B, T, D/2)
    return torch.view_as_real(pairs * turns).flatten(-2).to(x.dtype)


def mended_LearnedPositions(own: Any) -> Any:
    """A student's `LearnedPositions` with right rows and a right sum.

    Their `extend_positions` reads the table under the name that they gave it.

    Raises:
        Exception: whatever it raises, or a ValueError if it has not the one table that is asked for.
    """
    (table,) = own(5, 3).parameters()
    if table.shape != (5, 3):
        raise ValueError("a table of another shape")
    build = own.__init__

    def init(self: nn.Module, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        (table,) = self.parameters()
        with torch.no_grad():
            table.requires_grad_().normal_(0.0, 0.02)

    own.__init__, own.forward = init, _with_rows_added
    return own
