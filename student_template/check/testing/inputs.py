"""Tables, ids and texts of every kind that functions are promised to take: levels by which to tell them, and makers.

What is made follows from its levels and a seed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import nn

from .domain import Domain, Inputs, Levels, Row

Drawn = TypeVar("Drawn")

TABLE: dict[str, Levels] = {
    "the table is": {
        "of more than 64 rows": lambda c: len(c.table) > 64,
        "square": lambda c: len(c.table) == c.table.shape[1],
        "of another shape": lambda c: True,
    },
    "the dtype is": {
        "float32": lambda c: c.table.dtype == torch.float32,
        "float64": lambda c: c.table.dtype == torch.float64,
        "of 16 bits": lambda c: c.table.dtype.itemsize == 2,
    },
    "the table lies": {
        "in memory row by row": lambda c: c.table.is_contiguous(),
        "in memory in another way": lambda c: True,
    },
    "the table": {
        "needs no gradient": lambda c: not c.table.requires_grad,
        "needs a gradient": lambda c: True,
    },
}
"""Of an argument `table` (V, D)."""

SIZES = {
    "of more than 64 rows": ((70, 2), (520, 1), (4100, 1)),
    "square": ((4, 4), (3, 3)),
    "of another shape": ((7, 3), (3, 5), (1, 4), (5, 1)),
}

DTYPES = {
    "float32": (torch.float32,),
    "float64": (torch.float64,),
    "of 16 bits": (torch.bfloat16, torch.float16),
}

IDS: dict[str, Levels] = {
    "the ids are": {
        "none": lambda c: not c.ids.numel(),
        "one number": lambda c: c.ids.dim() == 0,
        "a list": lambda c: c.ids.dim() == 1,
        "of several dimensions": lambda c: True,
    },
    "the ids": {
        "hold the largest id": lambda c: not c.ids.numel() or int(c.ids.max()) == vocab_size(c) - 1,
        "leave out the largest id": lambda c: True,
    },
    "the ids lie": {
        "in memory one after the other": lambda c: c.ids.is_contiguous(),
        "in memory in another way": lambda c: True,
    },
}
"""Of an argument `ids` (...), beside a `table` or a `vocab_size`."""

SHAPES = {
    "none": ((0,), (2, 0)),
    "one number": ((),),
    "a list": ((5,), (2,), (1,)),
    "of several dimensions": ((3, 3), (2, 1, 3), (1, 4)),
}

NEVER_OF_IDS = (
    {"the ids are": ("none", "one number"), "the ids lie": ("in memory in another way",)},
    {"the ids are": ("none",), "the ids": ("leave out the largest id",)},
)

BAD_IDS: dict[str, Levels] = {
    "the bad id is": {
        "-1": lambda c: -1 in c.ids,
        "below -1": lambda c: int(c.ids.min()) < -1,
        "the size of the vocabulary": lambda c: vocab_size(c) in c.ids,
        "larger than the vocabulary": lambda c: True,
    },
    "the ids are": {
        "one number": lambda c: c.ids.dim() == 0,
        "a list": lambda c: c.ids.dim() == 1,
        "a batch": lambda c: True,
    },
    "the bad id stands": {
        "first": lambda c: not 0 <= c.ids.flatten()[0] < vocab_size(c),
        "last": lambda c: not 0 <= c.ids.flatten()[-1] < vocab_size(c),
        "among others": lambda c: True,
    },
}
"""Of `ids` one of which is bad."""

NEVER_OF_BAD_IDS = ({"the ids are": ("one number",), "the bad id stands": ("last", "among others")},)


def vocab_size(inputs: Inputs) -> int:
    """V, of a call that takes a `table` or a `vocab_size`."""
    return inputs.vocab_size if inputs.table is None else len(inputs.table)


TEXT: dict[str, Levels] = {
    "the text has": {
        "more than 64 tokens": lambda c: c.x.shape[1] > 64,
        "as many tokens as there are texts": lambda c: c.x.shape[0] == c.x.shape[1],
        "another number of tokens": lambda c: True,
    },
    "the dtype is": {
        "float32": lambda c: c.x.dtype == torch.float32,
        "float64": lambda c: c.x.dtype == torch.float64,
        "of 16 bits": lambda c: True,
    },
    "the text lies": {
        "in memory text by text": lambda c: c.x.is_contiguous(),
        "in memory in another way": lambda c: True,
    },
    "the input": {
        "needs no gradient": lambda c: not c.x.requires_grad,
        "needs a gradient": lambda c: True,
    },
    "the module is": {
        "in training mode": lambda c: c.module.training,
        "in evaluation mode": lambda c: True,
    },
    "the text": {
        "is the first": lambda c: not earlier(c),
        "follows another one": lambda c: True,
    },
}
"""Of an argument `x` (B, T, D) of a `module`."""

TEXTS = {
    "more than 64 tokens": ((1, 70, 2),),
    "as many tokens as there are texts": ((3, 3, 4),),
    "another number of tokens": ((2, 5, 8), (2, 1, 4), (3, 6, 6)),
}


def earlier(inputs: Inputs) -> list[Inputs]:
    """The calls of the same module before."""
    return [before for before in inputs.before if before.module is inputs.module]


def lookups(
    function: str,
    takes: Sequence[str],
    factors: Mapping[str, Levels],
    never: Sequence[Mapping[str, Sequence[str]]] = (),
) -> tuple[Domain, Domain]:
    """The domains of a function that takes ids: of good ones, and of ids one of which is bad."""
    good = Domain(function, takes, {**factors, **IDS}, (*NEVER_OF_IDS, *never), where=_has_good_ids)
    bad = Domain(function, takes, BAD_IDS, NEVER_OF_BAD_IDS, where=lambda inputs: not _has_good_ids(inputs))
    return good, bad


def _has_good_ids(inputs: Inputs) -> bool:
    return all(0 <= id < vocab_size(inputs) for id in inputs.ids.flatten().tolist())


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def laid_otherwise(numbers: torch.Tensor) -> torch.Tensor:
    """The same numbers (...), not one after the other in memory: transposed or, where that is no change, with gaps."""
    turned = numbers.transpose(0, -1).contiguous().transpose(0, -1)
    return numbers.repeat_interleave(2, dim=-1)[..., ::2] if turned.is_contiguous() else turned


def make_table(row: Row, seed: int, largest: int = 10_000) -> torch.Tensor:
    """A table (V, D) of the levels of `TABLE` that stand in the row, of no more rows than `largest`."""
    sizes = tuple(size for size in SIZES[row["the table is"]] if size[0] <= largest)
    if row.get("the ids") == "leave out the largest id":
        sizes = tuple(size for size in sizes if size[0] > 1)
    rows, columns = _one_of(sizes, seed)
    dtype = _one_of(DTYPES[row["the dtype is"]], seed)
    numbers = torch.randn(rows, columns, generator=seeded(seed), dtype=torch.float64)
    if dtype == torch.float64:
        numbers *= 1e7  # more digits than float32 has
    numbers = numbers.to(dtype)
    if row["the table lies"] == "in memory in another way":
        numbers = laid_otherwise(numbers)
    if row["the table"] == "needs no gradient":
        return numbers
    return nn.Parameter(numbers) if seed % 3 == 1 else with_gradient(numbers, seed)


def with_gradient(numbers: torch.Tensor, seed: int) -> torch.Tensor:
    """The same numbers as a leaf that needs a gradient or as what was computed from one."""
    leaf = numbers.requires_grad_()
    return leaf.view_as(leaf) if seed % 3 else leaf


def three_draws(draw: Callable[[], Drawn]) -> tuple[Drawn, Drawn, Drawn]:
    """Two draws, each after the same `torch.manual_seed`, and one that goes on from there."""
    drawn = []
    for seed in (13, 13, None):
        if seed:
            torch.default_generator.manual_seed(seed)  # as torch.manual_seed does, in a hundredth of the time
        drawn.append(draw())
    repeated, first, second = drawn
    return repeated, first, second


def make_ids(row: Row, vocab_size: int, seed: int) -> torch.Tensor:
    """Ids of the levels of `IDS` that stand in the row. They are unsorted and repeat; equal rows have equal ones."""
    shape = _one_of(SHAPES[row["the ids are"]], seed)
    ids = torch.randint(0, max(1, vocab_size - 1), shape, generator=seeded(len(shape)))
    if ids.numel() and row["the ids"] == "hold the largest id":
        ids.flatten()[-1] = vocab_size - 1
    if row["the ids lie"] == "in memory in another way":
        return laid_otherwise(ids)
    return ids


def by_dtype(row: Row) -> str:
    """Under which sentence a row with a table of some dtype is tried."""
    return "values" if row["the dtype is"] == "float32" else "dtype"


def needs_gradient(row: Row) -> bool:
    return row["the table"] == "needs a gradient"


def tables_and_ids(rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """A table and ids for each row, which comes with its seed."""
    for seed, row in rows:
        table = make_table(row, seed)
        yield table, make_ids(row, len(table), seed)


def make_text(row: Row, seed: int) -> list[torch.Tensor]:
    """Texts (B, T, D) of the levels of `TEXT` that stand in the row, the last one; before it any that it follows."""
    texts, length, columns = _one_of(TEXTS[row["the text has"]], seed)
    dtype = _one_of(DTYPES[row["the dtype is"]], seed)
    x = torch.randn(texts, length, columns, generator=seeded(seed)).to(dtype)
    if row["the text lies"] == "in memory in another way":
        x = laid_otherwise(x)
    if row["the input"] == "needs a gradient":
        x = with_gradient(x, seed)
    if row["the text"] == "is the first":
        return [x]
    its_length = _one_of((length + 1, max(1, length - 2)), seed)
    return [torch.ones(1, its_length, columns, dtype=dtype), x]


def set_up(module: nn.Module, row: Row, dtype: torch.dtype = torch.float32) -> nn.Module:
    """The module in the mode that stands in the row, and in a dtype."""
    if row["the module is"] == "in evaluation mode":
        module.eval()
    return module if dtype == torch.float32 else module.to(dtype)


def _one_of(some: Sequence[Any], seed: int) -> Any:
    """One of several that are of the same level."""
    return some[seed // 2 % len(some)]


def make_bad_ids(row: Row, vocab_size: int) -> tuple[torch.Tensor, int]:
    """Ids of the levels of `BAD_IDS` that stand in the row, and the one that is bad."""
    bad = {"-1": -1, "below -1": -vocab_size - 2, "the size of the vocabulary": vocab_size}
    one = bad.get(row["the bad id is"], 10 * vocab_size + 3)
    if row["the ids are"] == "one number":
        return torch.tensor(one), one
    numbers = [0, vocab_size - 1, 0, 1]
    numbers[{"first": 0, "last": -1, "among others": 2}[row["the bad id stands"]]] = one
    return torch.tensor(numbers).reshape((2, 2) if row["the ids are"] == "a batch" else (4,)), one
