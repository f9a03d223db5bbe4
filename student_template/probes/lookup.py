"""Probes of `lookup`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import (
    WORDS,
    Probe,
    bad_ids,
    draw,
    dtypes,
    gradient_of_lookup,
    ids,
    kind_of,
    left,
    numbers,
    refusal,
)
from check.testing.operation_counts import count_operations
from torch import nn


def _draws_alike(new_embedding_table: Probe) -> Any:
    """Which draws are alike: with equal seeds, one generator twice, and no generator around another's."""

    def seeded() -> torch.Generator:
        return torch.Generator().manual_seed(3)

    one = seeded()
    with_generator = [new_embedding_table(4, 3, generator=g).tolist() for g in (one, one, seeded())]
    without = [new_embedding_table(4, 3).tolist()]
    new_embedding_table(4, 3, generator=seeded())
    without.append(new_embedding_table(4, 3).tolist())
    first, second, again = with_generator
    return [first == again, first == second, without[0] == without[1], without[1] == first]


def _vocabulary(build_vocabulary: Probe) -> Any:
    """A vocabulary, or that it follows the order of a set, which for words differs from run to run.

    Numbers stand for words there: they are their own hashes, so that their order in a set is always the same one.
    """
    text = [40, 5, 98, 40, 33, 64]
    try:
        made = build_vocabulary(list(text))
        if sorted(made, key=made.get) == list(set(text)):
            return "the order of a set"
    except NotImplementedError:
        raise
    except Exception:  # it may rely on words
        pass
    return build_vocabulary(["the", "cat", "The", "saw", "the", "a", "saw"])


PROBES: dict[str, dict[str, Probe]] = {
    "build_vocabulary": {
        "a text": _vocabulary,
        "its input": lambda f: left(f, ["b", "a"]),
        "no text": lambda f: f([]),
    },
    "encode": {
        "a text": lambda f: f(["fig", "plum", "fig", "apple", "Apple"], dict(WORDS)),
        "unknown": lambda f: refusal(KeyError, lambda: f(["fig", "nut"], dict(WORDS)), "nut"),
        "no text": lambda f: kind_of(f([], dict(WORDS))),
        "dtype": lambda f: kind_of(f(["fig"], dict(WORDS))),
    },
    "new_embedding_table": {
        "a draw": lambda f: draw(f(300, 40), 0.02),
        "another std": lambda f: draw(f(300, 40, std=0.1), 0.1),
        "what it is": lambda f: [
            (table := f(5, 3)).requires_grad,
            isinstance(table, nn.Parameter),
            str(table.dtype),
        ],
        "generators": _draws_alike,
    },
    "embedding_lookup": {
        "a batch": lambda f: f(numbers(5, 3), ids([3, 0, 3], [1, 4, 2])),
        "one id": lambda f: f(numbers(5, 3), torch.tensor(3)),
        "one text of one id": lambda f: f(numbers(5, 3), ids([2])[None]),
        "no id": lambda f: f(numbers(5, 3), torch.zeros(2, 0, dtype=torch.int64)),
        "dtypes": lambda f: dtypes(lambda table: f(table, ids(1, 0))),
        "gradient": gradient_of_lookup,
        "its inputs": lambda f: left(f, numbers(5, 3), ids(3, 0, 3)),
        "bad ids": lambda f: bad_ids(5, lambda ids: f(numbers(5, 3), ids)),
        "work": lambda f: [
            (work := count_operations(f, numbers(5, 3), ids(3, 0, 3))).matrix_multiply_adds > 0,
            work.elementwise_multiplications > 0,
        ],
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
