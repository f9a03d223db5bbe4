"""Probes of `input_embeddings`: small calls that tell one known mistake from another."""

import math
from typing import Any

import torch
from check.hints.probing import Probe, bad_ids, draw, filled, gradients, ids, kind_of, left, refusal, tables_of


def _model(InputEmbedding: Any, kind: str, *shape: int) -> Any:
    model = filled(InputEmbedding(6, 8, 5, kind))
    return model(torch.arange(math.prod(shape)).mul(5).remainder(6).reshape(shape))


def _gradients_of_model(InputEmbedding: Any, kind: str) -> Any:
    model = filled(InputEmbedding(6, 8, 5, kind))
    tables = sorted(model.parameters(), key=len, reverse=True)
    return gradients(model(ids([3, 0, 3], [5, 1, 0])), *tables)


def _model_left(InputEmbedding: Any) -> Any:
    """The ids and the parameters after a call."""
    model, given = filled(InputEmbedding(6, 8, 5, "none")), ids([3, 0, 3], [5, 1, 0])
    return left(model, given), list(model.parameters())


PROBES: dict[str, dict[str, Probe]] = {
    "InputEmbedding": {
        "token rows": lambda f: _model(f, "none", 2, 3),
        "sinusoid": lambda f: _model(f, "sinusoidal", 3, 2),
        "learned": lambda f: _model(f, "learned", 2, 4),
        "parameters": lambda f: [tables_of(f(6, 8, 5, *chosen)) for chosen in ((), ("none",), ("sinusoidal",))],
        "a draw": lambda f: draw(next(f(300, 40, 3, "none").parameters()), 0.02),
        "unknown": lambda f: refusal(ValueError, lambda: tables_of(f(6, 8, 5, "rope"))),
        "long texts": lambda f: [kind_of(_model(f, kind, 2, 8)) for kind in ("none", "sinusoidal")],
        "too long": lambda f: refusal(ValueError, lambda: _model(f, "learned", 2, 6)),
        "bad ids": lambda f: bad_ids(6, lambda ids: filled(f(6, 8, 5, "none"))(ids[None])),
        "16 bits": lambda f: kind_of(f(6, 8, 5).bfloat16()(ids([1, 2]))),
        "gradients": lambda f: [_gradients_of_model(f, kind) for kind in ("none", "learned")],
        "what a call leaves": _model_left,
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
