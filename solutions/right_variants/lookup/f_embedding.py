"""`F.embedding` after a check, numbers by `nn.init.normal_`, an ordered dictionary."""

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


def build_vocabulary(tokens):
    vocabulary = OrderedDict()
    for token in sorted(tokens):
        vocabulary.setdefault(token, len(vocabulary))
    return vocabulary


def encode(tokens, vocabulary):
    return torch.LongTensor(list(map(vocabulary.__getitem__, tokens)))


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    table = nn.Parameter(torch.empty(vocab_size, dim))
    nn.init.normal_(table, mean=0.0, std=std, generator=generator)
    return table


def embedding_lookup(table, ids):
    V = len(table)
    outside = torch.logical_or(ids.lt(0), ids.ge(V))
    if bool(outside.any()):
        raise IndexError(f"token id {ids[outside].tolist()[-1]} does not fit a table of {V} rows")
    return F.embedding(ids, table)
