"""Probes of `rotary`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import Probe, gradients, kind_of, left, numbers, refusal
from check.testing.operation_counts import count_operations


def _lines_grow(rotate_by_position: Probe) -> bool:
    few, many = (count_operations(rotate_by_position, numbers(1, length, 4)) for length in (50, 400))
    return many.calls + many.lines - few.calls - few.lines > 100


def _turns_in_16_bits(rotate_by_position: Probe) -> Any:
    """Dtypes, and whether 16 bits of the input are taken for the angles, too."""
    x = numbers(1, 300, 4)
    exact, short, double = (rotate_by_position(x.to(kind)) for kind in (torch.float32, torch.bfloat16, torch.float64))
    return [kind_of(exact), kind_of(short), kind_of(double), float((short.float() - exact).abs().max()) > 0.2]


def _gradients_of_turns(rotate_by_position: Probe) -> Any:
    x = numbers(1, 3, 4).requires_grad_()
    return gradients(rotate_by_position(x), x)


def _gradients_of_scores(rotary_scores: Probe) -> Any:
    queries, keys = numbers(1, 3, 4).requires_grad_(), numbers(1, 2, 4, start=3).requires_grad_()
    return gradients(rotary_scores(queries, keys), queries, keys)


PROBES: dict[str, dict[str, Probe]] = {
    "rotate_by_position": {
        "a batch": lambda f: f(numbers(2, 4, 6)),
        "another base": lambda f: f(numbers(1, 3, 4), 50.0),
        "two columns": lambda f: f(numbers(3, 2, 2)),
        "late rows": lambda f: f(numbers(1, 1203, 4))[0, [600, 1201]],
        "odd": lambda f: refusal(ValueError, lambda: f(numbers(1, 2, 7)), 7),
        "16 bits": _turns_in_16_bits,
        "a loop": _lines_grow,
        "gradient": _gradients_of_turns,
        "its input": lambda f: left(f, numbers(1, 3, 4)),
    },
    "rotary_scores": {
        "scores": lambda f: f(numbers(2, 4, 6), numbers(2, 3, 6, start=3)),
        "scores of another base": lambda f: f(numbers(1, 3, 4), numbers(1, 3, 4, start=3), 50.0),
        "as many": lambda f: f(numbers(2, 3, 4), numbers(2, 3, 4, start=7)),
        "gradient of scores": _gradients_of_scores,
        "its inputs": lambda f: left(f, numbers(1, 3, 4), numbers(1, 2, 4, start=3)),
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
