"""Pairs as complex numbers, turned by a multiplication; scores by einsum."""

import torch


def rotate_by_position(x, base=10000.0):
    texts, length, dim = x.shape
    if dim % 2:
        raise ValueError(f"{dim} columns do not pair up")
    frequencies = base ** (torch.arange(0, dim, 2).double() / -dim)
    angles = torch.outer(torch.arange(length).double(), frequencies)
    points = torch.complex(x[..., 0::2].double(), x[..., 1::2].double())
    points = points * torch.exp(1j * angles)
    return torch.view_as_real(points).reshape(texts, length, dim).to(x.dtype)


def rotary_scores(queries, keys, base=10000.0):
    return torch.einsum("btd,bsd->bts", rotate_by_position(queries, base), rotate_by_position(keys, base))
