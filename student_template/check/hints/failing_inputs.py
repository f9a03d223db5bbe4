"""Says what the inputs on which a function is wrong have in common, where no known mistake explains it.

The table holds examples: calls as a student would type them, the levels of the factors that the conventions let
vary, and what is right. None of them is an input of a hidden case. Where a function is wrong on some and right on
others, the fewest levels that tell these from those are a diagnosis that is true of every example, whatever the
mistake may be.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from types import CodeType
from typing import Any
from zlib import crc32

import numpy as np
import torch
from torch import nn

from ..testing.call_text import unnoted
from ..testing.domain import Row
from .signatures import kind

FILE = "examples.json"
"""Derived by `autograder release`."""

MOST_LEVELS = 2
"""Levels that are named together; the examples try every three, so that two are told from any others."""

MOST_NUMBERS = 8
"""Numbers of a tensor, or items of anything else, that are looked at: the first, the last and some between."""

OFF, OFF_IN_16_BITS = (5e-4, 1e-5), (0.08, 0.05)
"""How far a number may be off, whatever its size, and by how much for each unit of it."""

BY_CHANCE = "by chance"
"""Stands for a number that is right whatever it is."""

Levels = tuple[tuple[str, str], ...]
"""Some factors, each with its level."""


@dataclass(frozen=True)
class Example:
    """One call, or a few, the last of which is looked at.

    Attributes:
        code: statements in one line, the last an expression.
        row: the levels of that last call.
        right: what `outcome` gives of a right function.
    """

    code: str
    row: Row
    right: Any


Examples = Mapping[str, Sequence[Sequence[Example]]]
"""For each function the examples of each of its domains."""


def read_examples(path: Path) -> Examples:
    """Read what `to_json` wrote; nothing where there is no such file.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: if the file is not as it was written.
    """
    if not path.is_file():
        return {}
    return {
        name: [
            [
                Example(code, {factor: levels[at] for (factor, levels), at in zip(factors, row, strict=True)}, right)
                for row, code, right in domain["examples"]
            ]
            for domain in domains
            if (factors := list(domain["factors"].items()))
        ]
        for name, domains in json.loads(path.read_text(encoding="utf-8"))["functions"].items()
    }


def in_common(function: str, environment: Mapping[str, Any], examples: Examples) -> str:
    """What the failing inputs of a function have in common, a line for each domain where some do.

    Args:
        environment: a student's functions by name, or proxies for them.

    Raises:
        NotImplementedError: if it is not written yet.
    """
    lines = []
    for domain in examples.get(function, ()):
        is_right = [agrees(outcome(example.code, environment), example) for example in domain]
        lines.append(sentence(function, domain, is_right))
    return "\n".join(filter(None, lines))


def sentence(function: str, domain: Sequence[Example], is_right: Sequence[bool]) -> str:
    """Which levels tell the examples on which a function is wrong from the others; empty if none do."""
    wrong, right = parted(domain, is_right)
    if not right or not wrong:
        return ""
    of_wrong, of_right = tells_apart([e.row for e in wrong], [e.row for e in right])
    if not of_wrong and not of_right:
        return ""
    counts = (
        f"wrong for all {len(wrong)} in which {in_words(of_wrong)}, and right for the other {len(right)}"
        if of_wrong
        else f"right for all {len(right)} in which {in_words(of_right)}, and wrong for the other {len(wrong)}"
    )
    smallest = min(wrong, key=lambda example: len(example.code))
    tried = f"Of {len(right) + len(wrong)} inputs that were tried, `{function}` is {counts}."
    return f"{tried} Try this one: `{smallest.code}`"


def parted(examples: Sequence[Example], is_right: Sequence[bool]) -> tuple[list[Example], list[Example]]:
    """The examples on which a function is wrong, and those that show it right."""
    wrong = [example for example, passes in zip(examples, is_right, strict=True) if not passes]
    right = [example for example, passes in zip(examples, is_right, strict=True) if passes and not _is_empty(example)]
    return wrong, right


def _is_empty(example: Example) -> bool:
    """Whether what is right is a tensor without numbers: it may be right however wrong the function is."""
    value = example.right[0] if isinstance(example.right, list) else None
    return isinstance(value, list) and len(value) == 2 and isinstance(value[1], bool)


def tells_apart(wrong: Sequence[Row], right: Sequence[Row]) -> tuple[Levels, Levels]:
    """The fewest levels that all wrong rows share and no right one has, or those that all right ones share."""
    by_wrong, by_right = shared_alone(wrong, right), shared_alone(right, wrong)
    if by_wrong and by_right:
        return (by_wrong, ()) if len(by_wrong) <= len(by_right) else ((), by_right)
    return by_wrong, by_right


def shared_alone(rows: Sequence[Row], others: Sequence[Row]) -> Levels:
    """The fewest levels that all rows share and that no other has together; empty if there are none."""
    shared = [level for level in rows[0].items() if all(level in row.items() for row in rows)]
    for count in range(1, MOST_LEVELS + 1):
        for some in combinations(shared, count):
            if not any(set(some) <= set(other.items()) for other in others):
                return some
    return ()


def in_words(levels: Iterable[tuple[str, str]]) -> str:
    return " and ".join(f"{factor} {level}" for factor, level in levels)


# What comes of an example ----------------------------------------------------------------------------------


def outcome(code: str, environment: Mapping[str, Any], seed: int = 0) -> Any:
    """What an example gives: its value, the gradients that it hands on, and what becomes of its variables.

    It is made of plain values alone. Of an error it says the kind.

    Args:
        environment: the functions that the code calls.
        seed: of torch's global random state.
    """
    statements, last = _compiled(code)
    names: dict[str, Any] = {**_brought(code), **environment}
    brought = set(names)
    with torch.random.fork_rng(devices=[]), unnoted():
        torch.default_generator.manual_seed(seed)
        try:
            for statement, is_dropped in statements:
                with suppress(*[Exception] * is_dropped):  # an earlier call, which is an example of its own
                    exec(statement, names)
            value = eval(last, names)
            own = {name: names[name] for name in sorted(names.keys() - brought - {"__builtins__"})}
            gradients = _gradients(value, own.values())
            return [plain(value), gradients, [plain(variable) for variable in own.values()]]
        except NotImplementedError:
            raise
        except Exception as error:
            return f"raises {kind(error)}"


def agrees(got: Any, example: Example) -> bool:
    """Whether an outcome is the right one, but for rounding."""
    return _is_near(got, example.right, OFF_IN_16_BITS if "float16" in example.code else OFF)


def plain(value: Any) -> Any:
    """Write a value down in numbers, texts and lists: of a large one some of its numbers."""
    match value:
        case torch.Tensor():
            numbers = value.detach().flatten()
            some = [number.item() for number in _some(numbers)]  # all of a large one take a hundred times its memory
            gradient = value.requires_grad and value.numel() > 0
            return [_kind_of(value), gradient, *some, *_of_all(numbers.double())]
        case nn.Module():
            return sorted((plain(table) for table in value.parameters()), key=lambda table: str(table[:2]))
        case dict():
            return [len(value), *_some([[key, plain(item)] for key, item in sorted(value.items())])]
        case list() | tuple():
            exact = [x for item in value for x in (item if isinstance(item, tuple) else ()) if isinstance(x, str)]
            return [type(value).__name__, len(value), *map(plain, _some(value)), crc32(" ".join(exact).encode())]
        case str() | bool() | int() | float() | None:
            return value
    return "something else"


def _kind_of(tensor: torch.Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"


def _of_all(numbers: torch.Tensor) -> list[float | int | None]:
    """Of many numbers, a weighted sum that any of them changes, and the power of two next to their deviation.

    A draw has the deviation in common with another. The sum is as large as one number, as its rounding is.
    """
    if len(numbers) <= MOST_NUMBERS:
        return []
    spread = float(numbers.std())
    weighted = float((numbers * torch.arange(1.0, 1 + len(numbers), dtype=numbers.dtype).sin()).sum())
    return [weighted / math.sqrt(len(numbers)), round(math.log2(spread)) if 0 < spread < math.inf else None]


def _some(items: Sequence[Any] | torch.Tensor) -> list[Any]:
    if len(items) <= MOST_NUMBERS:
        return list(items)
    return [items[round(at * (len(items) - 1) / (MOST_NUMBERS - 1))] for at in range(MOST_NUMBERS)]


def _gradients(value: Any, variables: Iterable[Any]) -> list[Any]:
    """What the result hands back to the variables that it can come from."""
    if not isinstance(value, torch.Tensor) or not value.requires_grad or value.is_leaf or not value.numel():
        return []
    tensors = [tensor for one in variables for tensor in (one.parameters() if isinstance(one, nn.Module) else [one])]
    leaves = [x for x in tensors if isinstance(x, torch.Tensor) and x.requires_grad and x.is_leaf]
    weights = torch.arange(1.0, 1 + value.numel()).remainder(5).reshape(value.shape).to(value.dtype)
    found = torch.autograd.grad(value, leaves, weights, allow_unused=True) if leaves else ()
    return sorted((plain(gradient) for gradient in found), key=lambda gradient: str(gradient and gradient[:2]))


def _is_near(got: Any, right: Any, off: tuple[float, float]) -> bool:
    if right == BY_CHANCE:
        return isinstance(got, float)
    if isinstance(right, float) or isinstance(got, float):
        is_number = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (got, right))
        return is_number and (got == right or abs(got - right) <= off[0] + off[1] * abs(right))
    if isinstance(right, list):
        return (
            isinstance(got, list)
            and len(got) == len(right)
            and all(_is_near(*both, off) for both in zip(got, right, strict=True))
        )
    return type(got) is type(right) and bool(got == right)


@cache
def _compiled(code: str) -> tuple[list[tuple[CodeType, bool]], CodeType]:
    """The statements before the last, each with whether its value is dropped, and the last, an expression."""
    *before, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    statements = [
        (compile(ast.Module([statement], []), "<example>", "exec"), isinstance(statement, ast.Expr))
        for statement in before
    ]
    return statements, compile(ast.Expression(last.value), "<example>", "eval")


def _brought(code: str) -> dict[str, Any]:
    """What an example uses beside functions; gensim is not imported for those that do not need it."""
    names: dict[str, Any] = {"torch": torch, "nn": nn, "np": np}
    if "KeyedVectors" in code:
        from ..testing.stand_in import KeyedVectors

        names["KeyedVectors"] = KeyedVectors
    return names
