"""`gather` along the rows, NumPy for the ids, in-place drawing."""

import numpy as np
import torch


def build_vocabulary(tokens):
    vocabulary = {}
    for token in sorted(tokens):
        if token not in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary


def encode(tokens, vocabulary):
    missing = [token for token in tokens if token not in vocabulary]
    if missing:
        raise KeyError(missing[0])
    return torch.from_numpy(np.fromiter((vocabulary[t] for t in tokens), dtype=np.int64, count=len(tokens)))


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    return torch.nn.Parameter(torch.empty((vocab_size, dim)).normal_(mean=0, std=std, generator=generator))


def embedding_lookup(table, ids):
    rows, dim = table.size()
    for number in ids.flatten().tolist():
        if number < 0 or number >= rows:
            raise IndexError("id {} but only {} rows".format(number, rows))  # noqa: UP032
    index = ids.flatten().unsqueeze(1).expand(-1, dim)
    return torch.gather(table, 0, index).view(*ids.size(), dim)
