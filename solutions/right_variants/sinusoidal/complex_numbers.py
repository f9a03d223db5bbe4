"""Rotations as complex numbers; a dictionary remembers the tables made so far."""

import torch
from torch import nn


def _turns(positions, dim, base):
    """exp(i p w) for each position and frequency: complex128 (P, D/2)."""
    if dim % 2 == 1:
        raise ValueError(f"odd dim: {dim}")
    w = torch.pow(base, torch.arange(dim // 2, dtype=torch.float64) * (-2 / dim))
    return torch.exp(1j * torch.outer(positions.double(), w))


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    turns = _turns(torch.arange(num_positions), dim, base)
    return torch.view_as_real(turns).flip(-1).flatten(1).float()  # (sin, cos) pairs


def shift_matrix(offset, dim, base=10000.0):
    turn = _turns(torch.tensor([offset]), dim, base)[0]
    sines = torch.zeros(dim - 1, dtype=torch.float64)
    sines[::2] = turn.imag
    on_diagonal = torch.diag(turn.real.repeat_interleave(2))
    return (on_diagonal + torch.diag(sines, 1) - torch.diag(sines, -1)).float()


class SinusoidalPositions(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        sinusoidal_encoding(1, dim, base)
        self.dim = dim
        self.base = base
        self.made = {}

    def forward(self, x):
        length = x.shape[-2]
        if length not in self.made:
            self.made[length] = sinusoidal_encoding(length, self.dim, self.base)
        return x.add(self.made[length].to(x))
