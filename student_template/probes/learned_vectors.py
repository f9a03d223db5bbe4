"""Probes of `learned_vectors`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import Probe, ids, numbers
from torch import nn


def two_tables() -> list[nn.Embedding]:
    return [nn.Embedding.from_pretrained(numbers(5, 3, start=s), freeze=False) for s in (1.0, 2.0)]


def pairs() -> torch.Tensor:
    return ids([2, 4], [0, 1], [2, 4], [3, 2], [1, 1])


def _trained(train_embeddings: Probe, **chosen: Any) -> Any:
    centre, context = two_tables()
    losses = train_embeddings(centre, context, pairs(), **{"steps": 3, "learning_rate": 0.7, **chosen})
    return losses, centre.weight, context.weight


def _old_parameters(train_embeddings: Probe) -> Any:
    """What becomes of the parameters that an optimizer may hold, and of `pairs`."""
    centre, context = two_tables()
    before, given = (centre.weight, context.weight), pairs()
    train_embeddings(centre, context, given, steps=1, learning_rate=0.7)
    kept = [now is then for now, then in zip((centre.weight, context.weight), before, strict=True)]
    return [*kept, centre.weight.requires_grad, context.weight.requires_grad, given]


def _after_old_gradients(train_embeddings: Probe) -> Any:
    centre, context = two_tables()
    (3.0 * centre.weight.sum() - 2.0 * context.weight.sum()).backward()
    train_embeddings(centre, context, pairs(), steps=1, learning_rate=0.7)
    return [centre.weight, context.weight]


PROBES: dict[str, dict[str, Probe]] = {
    "train_embeddings": {
        "losses": lambda f: _trained(f)[0],
        "first loss": lambda f: _trained(f, steps=1)[0],
        "first step": lambda f: _trained(f, steps=1)[1:],
        "tables": lambda f: _trained(f)[1:],
        "no steps": lambda f: _trained(f, steps=0),
        "a small rate": lambda f: _trained(f, steps=2, learning_rate=0.1)[1:],
        "old gradients": _after_old_gradients,
        "old parameters": _old_parameters,
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
