"""Every mutant that is recorded as equivalent does what the reference does on 1,000 random inputs.

Values are compared to the last digit, errors with their messages, unless the conventions leave them free.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn

import solutions.embeddings as reference
from autograder.assignment import load_assignment
from autograder.authoring.audit.case_trials import namespace, quiet
from autograder.authoring.audit.equivalent_mutants import equivalents
from autograder.authoring.audit.mutants import mutants

ASSIGNMENT = load_assignment()
RECORDED = equivalents(ASSIGNMENT)
TIMES = 1000

DTYPES = (torch.float32, torch.float64, torch.bfloat16, torch.float16)
ROUNDING = {torch.float32: 1e-5, torch.float64: 1e-5, torch.float16: 4e-3, torch.bfloat16: 3e-2}
"""How far `similarity_by_offset` may be off: it may compute in the dtype of its table all the way."""


class Dice:
    """Random sizes, numbers and choices, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def size(self, low: int, high: int) -> int:
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def choice(self, choices: Any) -> Any:
        return choices[self.size(0, len(choices) - 1)]

    def normal(self, *shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=self.generator)

    def ids(self, low: int, high: int, *shape: int) -> torch.Tensor:
        return torch.randint(low, high, shape, generator=self.generator)

    def shuffled(self, count: int) -> list[int]:
        return torch.randperm(count, generator=self.generator).tolist()


def refuse_bad_ids(functions: SimpleNamespace, dice: Dice) -> Any:
    size = dice.size(1, 9)
    ids = dice.ids(-1, size + 2, *(dice.size(0, 3) for _ in range(dice.size(0, 2))))
    try:
        return functions._refuse_bad_ids(ids, size)
    except IndexError as error:
        quoted, vocabulary = map(int, re.findall(r"-?\d+", str(error)))
        return IndexError, quoted in ids.flatten().tolist(), vocabulary


def linear_from_table(functions: SimpleNamespace, dice: Dice) -> Any:
    table = dice.normal(dice.size(1, 6), dice.size(1, 6)).to(dice.choice(DTYPES))
    linear = functions.linear_from_table(dice.choice((table, nn.Parameter(table))))
    weight = linear.weight
    given, shares = linear(torch.eye(len(table), dtype=table.dtype)), weight.data_ptr() == table.data_ptr()
    kind = weight.requires_grad, weight.is_leaf, len(list(linear.parameters())), shares
    return given.detach(), weight.detach(), kind


def analogy(functions: SimpleNamespace, dice: Dice) -> Any:
    count = dice.size(3, 12)
    table = dice.normal(count, dice.size(2, 6)).to(dice.choice(DTYPES[:2]))
    words = [chr(ord("a") + number) for number in dice.shuffled(count)]
    vocabulary = {word: row for row, word in enumerate(words)}
    query = [words[number] for number in dice.shuffled(count)[: dice.size(1, 3)]]
    query += dice.choice(([], [], ["unknown"]))
    split, wanted = dice.size(0, len(query)), dice.choice(((), (dice.size(0, 9),)))
    table = dice.choice((table, nn.Parameter(table)))
    return functions.analogy(table, vocabulary, query[:split], query[split:], *wanted)


def train_embeddings(functions: SimpleNamespace, dice: Dice) -> Any:
    rows, dim, dtype = dice.size(2, 6), dice.size(1, 4), dice.choice(DTYPES[:2])
    tables = [nn.Embedding.from_pretrained(dice.normal(rows, dim).to(dtype), freeze=False) for _ in range(2)]
    pairs = dice.ids(0, rows, dice.size(1, 7), 2)
    steps, rate = dice.size(0, 4), dice.size(1, 9) / 5
    losses = functions.train_embeddings(*tables, pairs, steps=steps, learning_rate=rate)
    return losses, *(table.weight.detach() for table in tables)


def sinusoidal_positions(functions: SimpleNamespace, dice: Dice) -> Any:
    dim = dice.size(1, 9)
    module = functions.SinusoidalPositions(dim, *dice.choice(((), (50.0,))))
    if dim % 2:
        return "an odd dim is taken"
    return module(dice.normal(dice.size(1, 3), dice.size(0, 9), dim).to(dice.choice(DTYPES)))


def extend_positions(functions: SimpleNamespace, dice: Dice) -> Any:
    learned = functions.LearnedPositions(dice.size(1, 6), dice.size(1, 5)).to(dice.choice(DTYPES))
    return functions.extend_positions(learned, dice.size(1, 9)).table.detach()


def similarity_by_offset(functions: SimpleNamespace, dice: Dice) -> Any:
    return functions.similarity_by_offset(dice.normal(dice.size(1, 9), dice.size(2, 9)).to(dice.choice(DTYPES)))


def input_embedding(functions: SimpleNamespace, dice: Dice) -> Any:
    size, positions = dice.size(1, 9), dice.size(1, 6)
    kind = dice.choice(((), ("none",), ("sinusoidal",), ("learned",), ("Learned",), ("",)))
    model = functions.InputEmbedding(size, 2 * dice.size(1, 3), positions, *kind)
    return model(dice.ids(0, size, dice.size(1, 3), dice.size(0, 7))).detach()


INPUTS: dict[str, Callable[[SimpleNamespace, Dice], Any]] = {
    "_refuse_bad_ids": refuse_bad_ids,
    "linear_from_table": linear_from_table,
    "analogy": analogy,
    "train_embeddings": train_embeddings,
    "SinusoidalPositions": sinusoidal_positions,
    "extend_positions": extend_positions,
    "similarity_by_offset": similarity_by_offset,
    "InputEmbedding": input_embedding,
}

FREE_MESSAGES = {"extend_positions", "InputEmbedding"}
"""Where the conventions ask for an exception and leave its message free."""


def outcome(where: str, functions: dict[str, Any], seed: int) -> Any:
    torch.default_generator.manual_seed(seed)
    try:
        return INPUTS[where](SimpleNamespace(**functions), Dice(seed))
    except Exception as error:
        return type(error) if where in FREE_MESSAGES else (type(error), str(error))


@cache
def right(where: str) -> list[Any]:
    return [outcome(where, vars(reference), seed) for seed in range(TIMES)]


def agree(one: Any, other: Any, where: str) -> bool:
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        if one.dtype != other.dtype or one.shape != other.shape:
            return False
        if where == "similarity_by_offset":
            return bool(((one - other).abs() <= ROUNDING[one.dtype]).all())
        return torch.equal(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(agree(*pair, where) for pair in zip(one, other, strict=True))
    return bool(one == other)


@cache
def all_mutants() -> tuple[Any, ...]:
    return tuple(mutants(ASSIGNMENT.reference.read_text("utf-8")))


def first_unlike(where: str, source: str) -> int | None:
    """The first seed on which a changed reference does not do what the reference does."""
    changed = namespace(source)
    with quiet():
        for seed, expected in enumerate(right(where)):
            if not agree(outcome(where, changed, seed), expected, where):
                return seed
    return None


@pytest.mark.parametrize("entry", RECORDED, ids=[f"{at}-{entry.where}" for at, entry in enumerate(RECORDED)])
def test_a_recorded_mutant_does_what_the_reference_does(entry):
    (mutant,) = (mutant for mutant in all_mutants() if entry.is_of(mutant))
    assert first_unlike(entry.where, mutant.source) is None


@pytest.mark.parametrize("where", INPUTS)
def test_the_random_inputs_tell_the_other_mutants_from_the_reference(where):
    others = [mutant for mutant in all_mutants() if mutant.where == where]
    others = [mutant for mutant in others if not any(entry.is_of(mutant) for entry in RECORDED)]
    assert others
    assert [str(mutant) for mutant in others if first_unlike(where, mutant.source) is None] == []
