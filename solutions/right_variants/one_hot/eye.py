"""Rows of the identity matrix, the product by `F.linear`."""

import torch
import torch.nn.functional as F

BYTES = torch.finfo(torch.float32).bits // 8


def one_hot(ids, vocab_size):
    wrong = (ids < 0) | (ids > vocab_size - 1)
    if wrong.any():
        raise IndexError(f"no row for id {ids[wrong][0].item()}: there are {vocab_size} ids")
    return torch.eye(vocab_size)[ids]


def one_hot_lookup(table, ids):
    V, _ = table.shape
    return F.linear(one_hot(ids, V).to(dtype=table.dtype), table.t())


def linear_from_table(table):
    V, D = table.shape
    linear = torch.nn.utils.skip_init(torch.nn.Linear, V, D, bias=False, dtype=table.dtype)
    linear.weight.data = table.detach().clone().t().contiguous()
    return linear


def lookup_cost(num_ids, vocab_size, dim):
    one_hot_numbers = num_ids * vocab_size
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": one_hot_numbers * dim,
        "lookup_bytes": num_ids * dim * BYTES,
        "one_hot_bytes": one_hot_numbers * BYTES,
    }
