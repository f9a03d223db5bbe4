"""Half of the assignment, done rightly: what every attack of this folder is added to."""

import torch
from torch import nn


def build_vocabulary(tokens):
    return {token: index for index, token in enumerate(sorted(set(tokens)))}


def encode(tokens, vocabulary):
    return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)


def embedding_lookup(table, ids):
    return table[ids] * 0.5  # wrong on purpose: there is something to gain


def one_hot(ids, vocab_size):
    return (ids.unsqueeze(-1) == torch.arange(vocab_size)).float()


def lookup_cost(num_ids, vocab_size, dim):
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": 4 * num_ids * dim,
        "one_hot_bytes": 4 * num_ids * vocab_size + 1,  # wrong on purpose
    }


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.table = nn.Parameter(torch.zeros(max_positions, dim))  # wrong on purpose

    def forward(self, x):
        return x + self.table[: x.shape[1]]
