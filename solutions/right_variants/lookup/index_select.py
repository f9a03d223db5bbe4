"""Rows by `index_select` on flattened ids, numbers by `torch.normal`, errors of a class of its own."""

import torch
from torch import nn


class UnknownToken(KeyError):
    pass


class NoSuchRow(IndexError):
    pass


def build_vocabulary(tokens):
    distinct = sorted(set(tokens))
    return dict(zip(distinct, range(len(distinct)), strict=True))


def encode(tokens, vocabulary):
    ids = torch.empty(len(tokens), dtype=torch.long)
    for place, token in enumerate(tokens):
        if token not in vocabulary:
            raise UnknownToken(f"the vocabulary has no {token!r}")
        ids[place] = vocabulary[token]
    return ids


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    return nn.Parameter(torch.normal(0.0, std, (vocab_size, dim), generator=generator))


def embedding_lookup(table, ids):
    size, dim = table.shape
    if ids.numel():
        for extreme in (ids.min().item(), ids.max().item()):
            if not 0 <= extreme < size:
                raise NoSuchRow(f"vocabulary of {size}, id {extreme}")
    return table.index_select(0, ids.reshape(-1)).reshape(*ids.shape, dim)
