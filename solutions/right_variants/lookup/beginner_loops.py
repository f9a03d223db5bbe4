import torch
import torch.nn as nn


def build_vocabulary(tokens):
    seen = []
    for token in tokens:
        if token not in seen:
            seen.append(token)
    vocabulary = {}
    for token in sorted(seen):
        vocabulary[token] = len(vocabulary)
    return vocabulary


def encode(tokens, vocabulary):
    ids = torch.zeros(len(tokens), dtype=torch.long)
    for place, token in enumerate(tokens):
        if token not in vocabulary:
            raise KeyError("unknown token: " + token)
        ids[place] = vocabulary[token]
    return ids


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    table = torch.zeros(vocab_size, dim)
    for row in range(vocab_size):
        table[row] = torch.randn(dim, generator=generator) * std
    return nn.Parameter(table)


def embedding_lookup(table, ids):
    rows = [table[:0]]  # so that no ids at all work too
    for i in ids.flatten().tolist():
        if i < 0 or i >= table.shape[0]:
            raise IndexError("bad id " + str(i) + ", the vocabulary has " + str(table.shape[0]) + " tokens")
        rows.append(table[i : i + 1])
    return torch.cat(rows).reshape(*ids.shape, table.shape[1])
