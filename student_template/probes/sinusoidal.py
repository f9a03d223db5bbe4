"""Probes of `sinusoidal`: small calls that tell one known mistake from another."""

from typing import Any

from check.hints.probing import Probe, gradients, kind_of, left, numbers, refusal, tables_of
from check.testing.operation_counts import count_operations


def _lines_grow(sinusoidal_encoding: Probe) -> bool:
    few, many = (count_operations(sinusoidal_encoding, rows, 8) for rows in (50, 400))
    return many.calls + many.lines - few.calls - few.lines > 100


def _sinusoids_in_16_bits(SinusoidalPositions: Any) -> Any:
    """Dtypes, and whether 16 bits of the input are taken for the angles, too."""
    x = numbers(1, 300, 4) / 10
    exact = SinusoidalPositions(4)(x.clone())
    short = SinusoidalPositions(4).bfloat16()(x.bfloat16())
    double = SinusoidalPositions(4).double()(x.double())
    return [
        kind_of(exact),
        kind_of(short),
        kind_of(double),
        float((short.float() - exact).detach().abs().max()) > 0.05,
    ]


def _sinusoid_twice(SinusoidalPositions: Any) -> Any:
    """Whether a short text, then a long one, then the short one again work out; what calls leave."""
    module = SinusoidalPositions(4)
    before = sorted(module.state_dict())
    shapes = {name: list(value.shape) for name, value in module.state_dict().items()}
    short, long, again = (module(numbers(1, length, 4)) for length in (2, 7, 2))
    left = {name: list(value.shape) for name, value in module.state_dict().items()}
    return [before == sorted(left), shapes == left, short, long[0, 6], again]


def _gradients_of_sinusoids(SinusoidalPositions: Any) -> Any:
    x = numbers(1, 2, 4).requires_grad_()
    return gradients(SinusoidalPositions(4)(x), x)


PROBES: dict[str, dict[str, Probe]] = {
    "sinusoidal_encoding": {
        "rows": lambda f: f(5, 8),
        "another base": lambda f: f(4, 6, 100.0),
        "two columns": lambda f: f(3, 2),
        "no rows": lambda f: f(0, 4),
        "dtype": lambda f: kind_of(f(3, 4)),
        "late rows": lambda f: f(1203, 4)[[600, 1201]],
        "odd": lambda f: refusal(ValueError, lambda: f(3, 7), 7),
        "a loop": _lines_grow,
    },
    "shift_matrix": {
        "on": lambda f: f(1, 6),
        "back": lambda f: f(-3, 4),
        "another base": lambda f: f(2, 4, 50.0),
        "dtype": lambda f: kind_of(f(1, 4)),
        "odd": lambda f: refusal(ValueError, lambda: f(2, 7), 7),
    },
    "SinusoidalPositions": {
        "a batch": lambda f: f(6)(numbers(2, 4, 6)),
        "another base": lambda f: f(4, 50.0)(numbers(3, 2, 4)),
        "parameters": lambda f: tables_of(f(4)),
        "odd": lambda f: refusal(ValueError, lambda: f(7).training, 7),
        "a long text": lambda f: f(2)(numbers(1, 5300, 2))[0, 5200:5202],
        "16 bits": _sinusoids_in_16_bits,
        "several calls": _sinusoid_twice,
        "gradient": _gradients_of_sinusoids,
        "its input": lambda f: left(f(4), numbers(1, 3, 4)),
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
