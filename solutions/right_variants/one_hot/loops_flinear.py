import copy

import torch
import torch.nn.functional as F
from torch import nn


def one_hot(ids, vocab_size):
    numbers = ids.reshape(-1).tolist()
    rows = torch.zeros(len(numbers), vocab_size)
    for r in range(len(numbers)):
        if numbers[r] < 0 or numbers[r] >= vocab_size:
            raise IndexError("id %d, but only %d words" % (numbers[r], vocab_size))
        rows[r, numbers[r]] = 1
    return rows.reshape(list(ids.shape) + [vocab_size])


def one_hot_lookup(table, ids):
    V, D = table.shape
    flat = one_hot(ids.flatten(), V).to(table.dtype)
    return F.linear(flat, table.transpose(0, 1)).reshape(list(ids.shape) + [D])


def linear_from_table(table):
    V, D = table.shape
    linear = nn.Linear(V, D, bias=False).to(table.dtype)
    weight = copy.deepcopy(table.detach().contiguous()).T
    linear.load_state_dict({"weight": weight})
    return linear


def lookup_cost(num_ids, vocab_size, dim):
    cost = {}
    cost["lookup_multiply_adds"] = 0
    cost["one_hot_multiply_adds"] = num_ids * vocab_size * dim
    cost["lookup_bytes"] = num_ids * dim * 4
    cost["one_hot_bytes"] = num_ids * vocab_size * 4
    return cost
