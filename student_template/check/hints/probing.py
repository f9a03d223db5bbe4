"""Reads a question's probes, and has what several questions' probes are written with.

A probe is a small call of a function that students write. It gives whatever tells one mistake from another:
results, errors, gradients, what a call left behind. What the conventions leave free must not be in it, so
that all right programs give the same. Each question's probes lie in `probes/`, under its id.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..import_name import importable_as_check
from ..testing.comparison import quotes
from .signatures import kind as kind_of_error
from .signatures import raised, signature

Probe = Callable[..., Any]

Probes = dict[str, dict[str, Probe]]
"""For each function its probes by name; each takes the function first, others by their names."""

FOLDER = "probes"
"""Beside `check/` in the handed-out folder."""


def read_probes(folder: Path) -> Probes:
    """The probes of all functions; none if there is no such folder. Raises whatever a file raises."""
    importable_as_check()
    found: Probes = {}
    for path in sorted(folder.glob("*.py")):
        content: dict[str, Any] = {"__name__": f"probes.{path.stem}"}
        exec(compile(path.read_bytes(), str(path), "exec"), content)
        found |= content["PROBES"]
    return found


def numbers(*shape: int, start: float = 1.0) -> torch.Tensor:
    """Irregular numbers between -1.5 and 1.5, the same on every machine."""
    return _irregular(math.prod(shape), start).clone().reshape(shape)


@cache
def _irregular(count: int, start: float) -> torch.Tensor:
    return (1.5 * (start + 2.4 * torch.arange(count, dtype=torch.float64)).sin()).to(torch.float32)


def ids(*rows: Any) -> torch.Tensor:
    return torch.tensor(rows, dtype=torch.int64)


def filled(module: nn.Module) -> nn.Module:
    """The module, its parameters overwritten with numbers that depend on their shapes alone."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(numbers(*parameter.shape, start=len(parameter) if parameter.dim() else 1))
    return module


WORDS = {"fig": 2, "Apple": 5, "pear": 0, "apple": 3, "plum": 6, "kiwi": 1, "date": 4}
"""Seven words, in another order than their rows."""


ROWS = [[2, 1, 0.5], [0.1, 0.3, -0.2], [-3, 2, 1], [1, 1.5, -1], [0.5, -2, 0.4], [4, 0.6, 3], [-1, -1, 2.5]]
"""Vectors of very different lengths, none of them near any other."""


def fruit(dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.tensor(ROWS, dtype=dtype)


def refusal(expected: type[Exception], call: Callable[[], Any], *quoted: Any) -> Any:
    """What a call gives that should be refused, or how: as expected, and quoting which of the values."""
    try:
        return ["accepted", call()]
    except NotImplementedError:
        raise
    except expected as error:
        return ["refused", *(quotes(str(error), value) for value in quoted)]
    except Exception as error:
        return ["refused", kind_of_error(error)]


def bad_ids(vocab_size: int, call: Probe) -> Any:
    """What becomes of an id below 0, of one that is too large, and of one in the first place."""

    def told(bad: int, *given: int) -> Any:
        return refusal(IndexError, lambda: call(ids(*given)), bad, vocab_size)

    return told(-2, 1, -2), told(8, 1, 8), told(8, 8, 1)


ERRORS = {
    form.record: name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
    for form in (raised(name), signature(["refused", name]), signature((["refused", name],) * 3))
}
"""For the record of every outcome that is nothing but an error of one kind: which."""


def gradients(result: torch.Tensor, *leaves: torch.Tensor) -> Any:
    """The gradients of some leaves for uneven weights: None where none arrives."""
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    if not result.requires_grad or not wanted:
        return "no gradient"
    return torch.autograd.grad(result, wanted, numbers(*result.shape, start=5).to(result), allow_unused=True)


def kind_of(tensor: Any) -> Any:
    """Shape and dtype, where rounding makes the numbers themselves uncertain."""
    return [list(tensor.shape), str(tensor.dtype)] if isinstance(tensor, torch.Tensor) else "no tensor"


def dtypes(call: Probe) -> Any:
    """What comes of tables of several dtypes."""
    return [kind_of(call(numbers(5, 3).to(kind))) for kind in (torch.float32, torch.float64, torch.bfloat16)]


def draw(table: torch.Tensor, std: float) -> Any:
    """How numbers were drawn, in coarse classes: powers of two of the wanted spread, tails, mean."""
    scaled = table.detach().double() / std
    spread = float(scaled.std(correction=0))
    if not spread:
        return "all alike"
    tails = float((scaled.abs() > 2 * spread).double().mean())  # 0.046 of normal draws, none of even ones
    return [list(table.shape), round(math.log2(spread)), tails > 0.02, abs(float(scaled.mean())) > spread / 4]


def tables_of(module: Any) -> Any:
    """Shape, dtype and whether it learns, of each parameter of a module."""
    if not isinstance(module, nn.Module):
        return "no module"
    return sorted(f"{kind_of(p)} {p.requires_grad}" for p in module.parameters())


def only(module: nn.Module) -> torch.Tensor:
    """A module's one parameter."""
    (table,) = module.parameters()
    return table


def left(function: Probe, *inputs: Any) -> Any:
    """What becomes of a call's inputs."""
    function(*inputs)
    return inputs


def gradient_of_lookup(lookup: Probe) -> Any:
    table = numbers(5, 3).requires_grad_()
    return gradients(lookup(table, ids(3, 0, 3)), table)
