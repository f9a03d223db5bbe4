"""A matrix for every position, block by block, and the sum formulas for cosine and sine."""

import torch


def rotate_by_position(x, base=10000.0):
    length, dim = x.shape[1], x.shape[2]
    if dim % 2 != 0:
        raise ValueError(f"D is {dim}, which is odd")
    angles = torch.arange(length, dtype=torch.float64)[:, None] / base ** (torch.arange(0, dim, 2).double() / dim)
    matrices = torch.zeros(length, dim, dim, dtype=torch.float64)
    even = torch.arange(0, dim, 2)
    matrices[:, even, even] = matrices[:, even + 1, even + 1] = angles.cos()
    matrices[:, even, even + 1] = -angles.sin()
    matrices[:, even + 1, even] = angles.sin()
    return torch.einsum("tde,bte->btd", matrices, x.double()).to(x.dtype)


def rotary_scores(queries, keys, base=10000.0):
    turned = rotate_by_position(queries, base)[:, :, None] * rotate_by_position(keys, base)[:, None]
    return turned.sum(dim=-1)
