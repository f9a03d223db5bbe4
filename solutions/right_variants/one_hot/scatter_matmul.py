import torch
from torch import nn


def one_hot(ids, vocab_size):
    wrong = ids[(ids < 0) | (ids >= vocab_size)]
    if wrong.numel():
        raise IndexError(f"id {int(wrong[0])} is not among the {vocab_size} ids of the vocabulary")
    return torch.zeros(*ids.shape, vocab_size).scatter_(-1, ids.unsqueeze(-1), 1.0)


def one_hot_lookup(table, ids):
    return one_hot(ids, table.shape[0]).to(table.dtype) @ table


def linear_from_table(table):
    vocab_size, dim = table.shape
    linear = nn.Linear(vocab_size, dim, bias=False, dtype=table.dtype)
    with torch.no_grad():
        linear.weight.copy_(table.T)
    return linear


def lookup_cost(num_ids, vocab_size, dim):
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": 4 * num_ids * dim,
        "one_hot_bytes": 4 * num_ids * vocab_size,
    }
