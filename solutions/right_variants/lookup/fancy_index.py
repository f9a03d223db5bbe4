import torch
from torch import nn


def build_vocabulary(tokens):
    return {token: number for number, token in enumerate(sorted(set(tokens)))}


def encode(tokens, vocabulary):
    return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    return nn.Parameter(torch.normal(0.0, std, (vocab_size, dim), generator=generator, dtype=torch.float32))


def embedding_lookup(table, ids):
    size = len(table)
    bad = (ids < 0) | (ids >= size)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} does not exist in a vocabulary of {size}")
    return table[ids]
