"""Neighbours unflattened into pairs, each turned; the scores query by query."""

import torch


def rotate_by_position(x, base=10000.0):
    if x.shape[-1] & 1:
        raise ValueError(f"odd number of columns: {x.shape[-1]}")
    wide = x.double().unflatten(-1, (-1, 2))
    pairs = torch.arange(wide.shape[-2], dtype=torch.float64)
    angles = torch.arange(x.shape[1])[:, None] * base ** (-2 * pairs / x.shape[-1])
    a, b = wide.unbind(-1)
    cosine, sine = angles.cos(), angles.sin()
    return torch.stack((cosine * a - sine * b, cosine * b + sine * a), -1).reshape(x.shape).to(x.dtype)


def rotary_scores(queries, keys, base=10000.0):
    rows = []
    keys = rotate_by_position(keys, base)
    for query in rotate_by_position(queries, base).unbind(1):
        rows.append((keys * query[:, None]).sum(-1))
    return torch.stack(rows, dim=1)
