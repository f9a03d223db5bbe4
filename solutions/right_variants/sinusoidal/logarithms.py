"""The well-known float32 code with logarithms; a buffer that starts short and grows."""

import math

import torch
from torch import nn


def _divisors(dim, base):
    if dim % 2 != 0:
        raise ValueError(f"dim has to be even, got {dim}")
    return torch.exp(torch.arange(0, dim, 2).float() * (-math.log(base) / dim))


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    div_term = _divisors(dim, base)
    position = torch.arange(num_positions, dtype=torch.float).unsqueeze(1)
    pe = torch.zeros(num_positions, dim)
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe


def shift_matrix(offset, dim, base=10000.0):
    blocks = []
    for w in _divisors(dim, base):
        c, s = torch.cos(offset * w), torch.sin(offset * w)
        blocks.append(torch.stack([torch.stack([c, s]), torch.stack([-s, c])]))
    return torch.block_diag(*blocks)


class SinusoidalPositions(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        self.dim, self.base = dim, base
        self.register_buffer("pe", sinusoidal_encoding(16, dim, base), persistent=False)

    def forward(self, x):
        length = x.size(1)
        if length > self.pe.size(0):
            self.pe = sinusoidal_encoding(2 * length, self.dim, self.base).to(self.pe)
        return x + self.pe[:length]
