"""Writes the ones by indexing, contracts with `tensordot`, gives a layer class of its own."""

import torch


class TableLayer(torch.nn.Linear):
    """A linear layer that starts as a copy of a table."""

    def __init__(self, table):
        super().__init__(table.size(0), table.size(1), bias=False)
        self.weight = torch.nn.Parameter(torch.empty_like(table.detach().T).copy_(table.detach().T))


def one_hot(ids, vocab_size):
    flat = ids.flatten()
    bad = flat[torch.logical_not((flat >= 0) & (flat < vocab_size))]
    if len(bad) > 0:
        raise IndexError(f"{bad[0].item()} cannot be an id with a vocab_size of {vocab_size}")
    rows = torch.zeros(len(flat), vocab_size)
    rows[torch.arange(len(flat)), flat] = 1
    return rows.view(*ids.shape, vocab_size)


def one_hot_lookup(table, ids):
    return torch.tensordot(one_hot(ids, table.size(0)).to(table), table, dims=1)


def linear_from_table(table):
    return TableLayer(table)


def lookup_cost(num_ids, vocab_size, dim):
    def matrix_bytes(rows, columns):
        return rows * columns * torch.float32.itemsize

    cost = {"lookup_multiply_adds": 0, "lookup_bytes": matrix_bytes(num_ids, dim)}
    cost["one_hot_multiply_adds"] = num_ids * vocab_size * dim
    cost["one_hot_bytes"] = matrix_bytes(num_ids, vocab_size)
    return cost
