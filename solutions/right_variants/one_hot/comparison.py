"""Compares ids with all numbers, multiplies in two dimensions, loads the layer by its state."""

import torch
from torch import nn


class BadId(IndexError):
    def __init__(self, number, size):
        super().__init__(f"id {number} is not below {size} or is negative")


def one_hot(ids, vocab_size):
    for number in ids.reshape(-1).tolist():
        if not 0 <= number < vocab_size:
            raise BadId(number, vocab_size)
    return (ids.unsqueeze(-1) == torch.arange(vocab_size)).float()


def one_hot_lookup(table, ids):
    V, D = table.shape
    flat = one_hot(ids, V).reshape(-1, V).to(table.dtype)
    return flat.mm(table).reshape(*ids.shape, D)


def linear_from_table(table):
    linear = nn.Linear(*table.shape, bias=False, dtype=table.dtype)
    linear.load_state_dict({"weight": table.detach().T})
    return linear


def lookup_cost(num_ids, vocab_size, dim):
    keys = ("lookup_multiply_adds", "one_hot_multiply_adds", "lookup_bytes", "one_hot_bytes")
    values = (0, num_ids * vocab_size * dim, num_ids * dim * 4, num_ids * vocab_size * 4)
    return dict(zip(keys, values, strict=True))
