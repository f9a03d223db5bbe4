"""Probes of `learned_positions`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import (
    Probe,
    draw,
    dtypes,
    filled,
    fruit,
    gradients,
    kind_of,
    left,
    numbers,
    only,
    refusal,
    tables_of,
)


def _learned(LearnedPositions: Any, shape: tuple[int, ...], rows: int = 7) -> Any:
    return filled(LearnedPositions(rows, 5))(numbers(*shape))


def _gradients_of_learned(LearnedPositions: Any) -> Any:
    module, x = filled(LearnedPositions(4, 3)), numbers(2, 3, 3).requires_grad_()
    return gradients(module(x), x, *module.parameters())


def _two_modules_alike(LearnedPositions: Any) -> bool:
    one, other = (list(LearnedPositions(3, 2).parameters()) for _ in range(2))
    return bool(one) and all(torch.equal(p, q) for p, q in zip(one, other, strict=True))


def _extended(extend_positions: Probe, LearnedPositions: Any, rows: int = 6, to: int = 9) -> Any:
    return extend_positions(filled(LearnedPositions(rows, 4)), to)


def _new_rows(extend_positions: Probe, LearnedPositions: Any) -> Any:
    table = only(_extended(extend_positions, LearnedPositions, 6, 2006)).detach()
    return [draw(table[6:], 0.02), bool((table[6:] == table[5]).all())]


def _old_module(extend_positions: Probe, LearnedPositions: Any, to: int) -> Any:
    """Whether training the new module leaves the old one, which was passed in, as it was."""
    old = filled(LearnedPositions(4, 3))
    new = extend_positions(old, to)
    with torch.no_grad():
        only(new).sub_(3.0)
    return [new is old, only(old)]


PROBES: dict[str, dict[str, Probe]] = {
    "LearnedPositions": {
        "a batch": lambda f: _learned(f, (2, 4, 5)),
        "many texts": lambda f: _learned(f, (9, 2, 5)),
        "full length": lambda f: _learned(f, (1, 7, 5)),
        "too long": lambda f: refusal(ValueError, lambda: _learned(f, (2, 8, 5)), 8, 7),
        "one row": lambda f: refusal(ValueError, lambda: _learned(f, (1, 3, 5), rows=1), 3, 1),
        "parameters": lambda f: tables_of(f(7, 5)),
        "a draw": lambda f: draw(next(f(300, 40).parameters()), 0.02),
        "two modules": _two_modules_alike,
        "gradients": _gradients_of_learned,
        "its input": lambda f: left(f(7, 4), numbers(1, 3, 4)),
        "16 bits": lambda f: kind_of(f(7, 4).bfloat16()(numbers(1, 3, 4).bfloat16())),
    },
    "extend_positions": {
        "rows": lambda f, LearnedPositions: only(_extended(f, LearnedPositions))[:6],
        "size": lambda f, LearnedPositions: tables_of(_extended(f, LearnedPositions)),
        "new rows": _new_rows,
        "same size": lambda f, LearnedPositions: only(_extended(f, LearnedPositions, to=6)),
        "the old module": lambda f, LearnedPositions: [_old_module(f, LearnedPositions, to) for to in (6, 4)],
        "shrinking": lambda f, LearnedPositions: refusal(
            ValueError, lambda: only(_extended(f, LearnedPositions, to=3))
        ),
        "float64": lambda f, LearnedPositions: tables_of(f(LearnedPositions(3, 2).double(), 5)),
    },
    "similarity_by_offset": {
        "rows": lambda f: f(numbers(5, 3) * fruit()[:5, :1] + 0.3),
        "wide": lambda f: f(numbers(3, 4, start=2)),
        "dtypes": dtypes,
        "its input": lambda f: left(f, numbers(4, 3)),
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
