"""What cases of several files demand, so that each demand and its message is written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from numbers import Real
from typing import Any

import torch
from torch import nn

from .call_text import show
from .comparison import NoTable, assert_close, assert_equal, compares_values, raises, require
from .domain import Row
from .inputs import SHAPES, make_bad_ids, seeded, tables_and_ids

Answers = Sequence[tuple[str, float]]
"""Words and their cosines, best first."""


LIKE_A_RUN = ([2, 4, 3, 5], [0, 2, 1, 4, 3, 5, 6], [1, 2, 3], [3, 2, 1], [4, 4, 4], [1, 3, 5])
"""Ids of 7 that are a slice of them, or that have its ends, length or sum."""

MANY = 12_000
"""Numbers that are enough to judge a distribution by."""


def assert_normal(table: Any, std: float) -> None:
    """Demand a tensor of normal numbers: mean, deviation and tails; of many also far tails, varied rows and columns.

    The bounds are wide enough for every right way to draw so many numbers, at least 40 in a row; they are
    the wider, the fewer there are.
    """
    require(isinstance(table, torch.Tensor), f"the table should be a tensor, but is {show(table)}")
    numbers = table.detach() / std
    squares = numbers.square()
    by_row, by_column = squares.mean(1), squares.mean(0)
    mean, spread = float(numbers.mean()), float(by_row.mean().sqrt())
    wider = max(1.0, MANY / numbers.numel()) ** 0.5
    require(
        abs(mean) < 0.06 * wider and abs(spread - 1) < 0.06 * wider,
        f"the numbers should have mean 0 and standard deviation {std}, but have "
        f"{mean * std:.4g} and {spread * std:.4g}",
    )
    far = float((squares > 4).float().mean())
    require(
        abs(far - 0.0455) < 0.0105 * wider,
        f"1 number in 22 of a normal distribution is beyond two deviations, here {100 * far:.2g} %",
    )
    uneven = [float(means.min()) < 0.16 or float(means.max()) > 2.9 for means in (by_row, by_column)]
    require(wider > 1 or not any(uneven), "the numbers should vary equally in all rows and columns")
    cut_off = wider == 1 and float(squares.max()) < 9
    require(not cut_off, "1 number in 370 of a normal distribution is beyond three deviations, here none")


def untouched(**_: Any) -> AbstractContextManager[None]:
    """In place of `unchanged`, where that is another case's."""
    return nullcontext()


def assert_rows(
    lookup: Callable[..., Any],
    rows: Iterable[tuple[int, Row]],
    around: Callable[..., AbstractContextManager[None]] = untouched,
) -> None:
    """Demand the rows that ids name, bit for bit, of the tables and ids of some levels."""
    for table, ids in tables_and_ids(rows):
        right = table.detach()[ids]  # before a call that may change them: that has a case of its own
        with around(table=table, ids=ids):
            got = lookup(table, ids)
        assert_copied(got, right)


def assert_rows_in_any_shape(lookup: Callable[..., Any], table: torch.Tensor) -> None:
    """Demand the rows of `table` (V, D) for ids of each shape, and again after what came first was changed."""
    some = [torch.randint(0, len(table), shape, generator=seeded(len(shape))) for shape in chain(*SHAPES.values())]
    for ids in (*some, *map(torch.tensor, LIKE_A_RUN)):
        assert_copied(lookup(table, ids.clone()), table[ids])
    for ids in map(torch.tensor, (2, [2], [2, 4])):
        for _ in range(2):
            got = lookup(table, ids.clone())
            assert_close(got, table[ids])
            got.detach().zero_()  # the result is the caller's


def assert_copied(got: Any, right: torch.Tensor, of: str = "the result") -> None:
    """Demand these numbers, with all digits of their dtype."""
    assert_close(got, right, atol=0, of=of)
    if right.dtype == torch.float64:  # of a large number, a part is within the tolerance
        assert_close(got - right, torch.zeros_like(right), of=f"{of}, less the right numbers,")


def assert_bad_ids_are_refused(call: Callable[[torch.Tensor], Any], rows: Iterable[Row], vocab_size: int) -> None:
    """Demand an `IndexError` for bad ids of some levels, and where so many are that a list of them quotes nothing."""
    large = 2**32 + 1  # in int32, this is 1
    many = torch.tensor([[id, large] for id in range(vocab_size)] * 3)
    for ids, bad in [*(make_bad_ids(row, vocab_size) for row in rows), (many, large)]:
        with raises(IndexError, quoting=[bad, vocab_size]):
            call(ids)
    changing = torch.tensor([0, vocab_size - 1])  # good at first
    call(changing)
    changing[1] = -1
    with raises(IndexError, quoting=[-1, vocab_size]):
        call(changing)


def assert_gradients(lookup: Callable[..., Any], table: torch.Tensor, ids: torch.Tensor) -> None:
    """Demand that `lookup` gives rows of `table` (V, D), which needs gradients, and passes theirs on to it.

    Args:
        ids: (...), some of them repeated.
    """
    right = table.detach()[ids]  # (..., D)
    upstream = torch.arange(1.0, 1 + right.numel()).remainder(7).to(table.dtype).reshape(right.shape)
    wanted = torch.zeros_like(table).index_add(
        0, ids.flatten(), upstream.flatten(0, -2) if ids.dim() else upstream[None]
    )
    rows = lookup(table, ids)
    assert_copied(rows.detach(), right)
    if not right.numel():
        return
    require(rows.requires_grad, "the result should carry gradients to the table, but does not require any")
    if len(table) < 1000:  # (V, V) numbers twice are much
        lookup(table, ids.flip(0) if ids.dim() else ids.clone())  # what was remembered for the first gradient stays
    (gradient,) = torch.autograd.grad(rows, table, upstream, allow_unused=True)
    require(gradient is not None, "after backward() the table should have a gradient, but has none")
    assert_close(gradient, wanted.detach(), of="the table's gradient")


@compares_values
def assert_answers(got: Any, expected: Answers) -> None:
    """Demand the expected words in their order, each in a tuple with its cosine as a number."""
    require(isinstance(got, list), f"the answers should be a list, but are a {type(got).__name__}")
    for pair in got:
        require(
            isinstance(pair, tuple) and len(pair) == 2,
            f"an answer should be (word, cosine), not {show(pair)}",
        )
    assert_equal([word for word, _ in got], [word for word, _ in expected], of="the list of words, best first,")
    for (word, cosine), (_, right) in zip(got, expected, strict=True):
        require(isinstance(cosine, Real), f"the cosine of {show(word)} should be a number, but is {show(cosine)}")
        require(abs(cosine - right) < 2e-5, f"the cosine of {show(word)} should be {right}, but is {cosine:.6f}")


@compares_values
def assert_losses(got: Any, expected: Sequence[float], atol: float = 2e-5) -> None:
    """Demand a list of numbers, one loss for each step; each may be off by `atol`, and by 1e-5 of its size."""
    require(isinstance(got, list), f"the losses should be a list, but are a {type(got).__name__}")
    require(len(got) == len(expected), f"{len(expected)} steps should give as many losses, not {len(got)}")
    for step, (loss, right) in enumerate(zip(got, expected, strict=True)):
        require(isinstance(loss, Real), f"the loss of step {step} should be a Python number, but is {show(loss)}")
        require(
            abs(loss - right) < atol + 1e-5 * abs(right),
            f"the loss of step {step} should be {right:.6f}, but is {loss:.6f}",
        )


def table_of(module: nn.Module, *shape: int) -> nn.Parameter:
    """The one parameter of that shape, whatever others a module has."""
    shapes = [tuple(parameter.shape) for parameter in module.parameters()]
    if shapes.count(shape) != 1:
        raise NoTable(
            f"the module should have one parameter of shape {shape}, its table, but its parameters are {shapes}"
        )
    return list(module.parameters())[shapes.index(shape)]


def with_rows(module: nn.Module, rows: torch.Tensor) -> nn.Module:
    """The module, its table overwritten with `rows` (P, D)."""
    with torch.no_grad():
        table_of(module, *rows.shape).copy_(rows)
    return module


def filled(module: nn.Module) -> nn.Module:
    """The module, every parameter overwritten with numbers of its own, so that no two rows are alike."""
    numbers = torch.Generator().manual_seed(1234)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=numbers))
    return module


class RightEmbedding(nn.Module):
    """What an `InputEmbedding` should give, ids (B, T) to (B, T, D), by copies of the tables that it has now.

    Args:
        module: the student's; its tables are found by their shapes, and may be turned.
        sizes: vocabulary, dimension and positions, all different.
        kind: "none", "sinusoidal" or "learned".

    Attributes:
        tables: the copies: of the token table (V, D), and with "learned" of the position table (P, D).

    Raises:
        Mismatch: if the module has not exactly one parameter of each shape.
    """

    def __init__(self, module: nn.Module, sizes: tuple[int, int, int], kind: str) -> None:
        super().__init__()
        vocab_size, dim, max_positions = sizes
        counts = [vocab_size, max_positions] if kind == "learned" else [vocab_size]
        wanted = " and ".join(f"({count}, {dim})" for count in counts)
        shapes = [tuple(parameter.shape) for parameter in module.parameters()]
        self.kind = kind
        self._theirs: list[tuple[nn.Parameter, bool]] = []
        for count in counts:
            found = [p for p in module.parameters() if tuple(p.shape) in ((count, dim), (dim, count))]
            if len(found) != 1:
                raise NoTable(f"with {kind!r} there should be tables {wanted}, but there are {shapes}")
            self._theirs.append((found[0], found[0].shape[0] == dim))
        self.tables = nn.ParameterList(
            (table.detach().T if turned else table.detach()).clone() for table, turned in self._theirs
        )

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        rows = self.tables[0][ids]
        if self.kind == "learned":
            return rows + self.tables[1][: ids.shape[1]]
        if self.kind == "sinusoidal":
            return (rows.double() + _sinusoid(*rows.shape[1:])).to(rows.dtype)
        return rows

    def same_gradients(self, got: torch.Tensor, ids: torch.Tensor, upstream: torch.Tensor) -> None:
        """Demand that `got` (B, T, D) hands `upstream` on to the student's tables as is right."""
        if not got.numel():
            return
        require(got.requires_grad, "no gradient can flow from the result back to the tables")
        theirs = torch.autograd.grad(got, [table for table, _ in self._theirs], upstream, allow_unused=True)
        right = torch.autograd.grad(self(ids), list(self.tables), upstream)
        names = ("the token table", "the position table")
        for name, gradient, expected, (_, turned) in zip(names, theirs, right, self._theirs, strict=False):
            require(gradient is not None, f"no gradient reached {name}")
            assert_close(gradient.T if turned else gradient, expected, of=f"the gradient of {name}")


def _sinusoid(length: int, dim: int) -> torch.Tensor:
    """The right rows of the positions 0..length-1, in float64: (length, D)."""
    places = torch.arange(length, dtype=torch.float64)[:, None]
    angles = places / 10000 ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
