"""Probes of `one_hot`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import Probe, bad_ids, dtypes, gradient_of_lookup, ids, kind_of, numbers, tables_of
from check.testing.operation_counts import count_operations
from torch import nn


def _aliases_of_linear(linear_from_table: Probe) -> Any:
    table = numbers(5, 3)
    linear = linear_from_table(table)
    table[1] = 7.0
    with torch.no_grad():
        linear.weight[0] = 9.0
    return [linear.weight, table]


PROBES: dict[str, dict[str, Probe]] = {
    "one_hot": {
        "a batch": lambda f: f(ids([2, 0, 1], [1, 0, 2]), 5),
        "one id": lambda f: f(torch.tensor(3), 4),
        "no id": lambda f: f(torch.zeros(0, dtype=torch.int64), 4),
        "dtype": lambda f: kind_of(f(ids(1, 0), 2)),
        "bad ids": lambda f: bad_ids(5, lambda ids: f(ids, 5)),
    },
    "one_hot_lookup": {
        "a batch": lambda f: f(numbers(5, 3), ids([3, 0, 3], [1, 4, 2])),
        "one id": lambda f: f(numbers(5, 3), torch.tensor(3)),
        "no id": lambda f: f(numbers(5, 3), torch.zeros(0, dtype=torch.int64)),
        "a square table": lambda f: f(numbers(3, 3), ids(2, 0)),
        "a table of integers": lambda f: f(torch.arange(15).view(5, 3), ids(3, 0)),
        "dtypes": lambda f: dtypes(lambda table: f(table, ids(1, 0))),
        "gradient": gradient_of_lookup,
        "bad ids": lambda f: bad_ids(5, lambda ids: f(numbers(5, 3), ids)),
        "work": lambda f: count_operations(f, numbers(5, 3), ids(3, 0)).matrix_multiply_adds >= 2 * 5 * 3,
    },
    "linear_from_table": {
        "what it is": lambda f: [isinstance(linear := f(numbers(5, 3)), nn.Linear), tables_of(linear)],
        "rows": lambda f: f(numbers(5, 3))(torch.eye(5)),
        "a square table": lambda f: f(numbers(3, 3))(torch.eye(3)),
        "float64": lambda f: tables_of(f(numbers(5, 3).double())),
        "aliases": _aliases_of_linear,
    },
    "lookup_cost": {"a cost": lambda f: f(3, 7, 5)},
}
"""For each function its probes by name; each takes the function first, others by their names."""
