import math

import torch
from torch import nn


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    if dim % 2 != 0:
        raise ValueError(f"dim must be even, not {dim}")
    position = torch.arange(num_positions, dtype=torch.float32).unsqueeze(1)
    frequencies = torch.exp(torch.arange(0, dim, 2) * (-math.log(base) / dim))
    encoding = torch.zeros(num_positions, dim)
    encoding[:, 0::2] = torch.sin(position * frequencies)
    encoding[:, 1::2] = torch.cos(position * frequencies)
    return encoding


def shift_matrix(offset, dim, base=10000.0):
    if dim % 2 != 0:
        raise ValueError(f"dim must be even, not {dim}")
    angles = offset * base ** (-torch.arange(0, dim, 2).float() / dim)
    blocks = [torch.stack([torch.stack([a.cos(), a.sin()]), torch.stack([-a.sin(), a.cos()])]) for a in angles]
    return torch.block_diag(*blocks)


class SinusoidalPositions(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        if dim % 2 != 0:
            raise ValueError(f"dim must be even, not {dim}")
        self.dim = dim
        self.base = base

    def forward(self, x):
        return x + sinusoidal_encoding(x.shape[1], self.dim, self.base).to(x.dtype)
