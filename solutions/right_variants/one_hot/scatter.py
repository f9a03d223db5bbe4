"""One-hot rows by `scatter_`, the product by `einsum`."""

import torch
from torch import nn


def one_hot(ids, vocab_size):
    if ids.numel() > 0:
        low, high = int(ids.min()), int(ids.max())
        if low < 0:
            raise IndexError(f"negative id {low}, vocabulary size {vocab_size}")
        if high >= vocab_size:
            raise IndexError(f"id {high} too large, vocabulary size {vocab_size}")
    rows = torch.zeros(*ids.shape, vocab_size)
    return rows.scatter_(-1, ids.unsqueeze(-1), 1.0)


def one_hot_lookup(table, ids):
    rows = one_hot(ids, table.shape[0]).type_as(table)
    return torch.einsum("...v,vd->...d", rows, table)


def linear_from_table(table):
    layer = nn.Linear(table.shape[0], table.shape[1], bias=False).to(table.dtype)
    with torch.no_grad():
        layer.weight.copy_(table.T)
    return layer


def lookup_cost(num_ids, vocab_size, dim):
    return dict(
        one_hot_bytes=4 * num_ids * vocab_size,
        one_hot_multiply_adds=num_ids * vocab_size * dim,
        lookup_bytes=4 * num_ids * dim,
        lookup_multiply_adds=0,
    )
