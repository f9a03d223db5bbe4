"""Picks the rows one by one from the unbound table; slow, and right."""

import torch


def _check(number, size):
    if number not in range(size):
        raise IndexError(f"{number} is not one of the {size} ids 0 to {size - 1}")
    return number


def build_vocabulary(tokens):
    return {t: i for i, t in enumerate(sorted(dict.fromkeys(tokens)))}


def encode(tokens, vocabulary):
    ids = []
    for token in tokens:
        try:
            ids.append(vocabulary[token])
        except KeyError:
            raise KeyError(f"unknown token: {token}") from None
    return torch.tensor(ids).long()


def new_embedding_table(vocab_size, dim, *, std=0.02, generator=None):
    means = torch.zeros(vocab_size, dim)
    return torch.nn.Parameter(torch.normal(means, std, generator=generator), requires_grad=True)


def embedding_lookup(table, ids):
    if ids.numel() == 0:
        return table[:0].reshape(*ids.shape, table.shape[1])
    rows = table.unbind(0)
    picked = torch.stack([rows[_check(number, len(rows))] for number in ids.reshape(-1).tolist()])
    return picked.unflatten(0, ids.shape) if ids.dim() else picked[0]
