"""Every column is a sine, the odd ones a quarter turn ahead; the shift as Kronecker products."""

import math

import torch
from torch import nn


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    if dim != 2 * (dim // 2):
        raise ValueError(f"cannot split {dim} columns into sines and cosines")
    columns = torch.arange(dim)
    frequencies = 1.0 / base ** ((columns - columns % 2).double() / dim)
    phases = (columns % 2) * (math.pi / 2)
    places = torch.arange(num_positions, dtype=torch.double).reshape(-1, 1)
    return torch.sin(places * frequencies + phases.double()).to(torch.float32)


def shift_matrix(offset, dim, base=10000.0):
    if dim % 2:
        raise ValueError(f"cannot split {dim} columns into sines and cosines")
    angles = torch.tensor([offset * base ** (-2 * i / dim) for i in range(dim // 2)], dtype=torch.double)
    stay = torch.eye(2, dtype=torch.double)
    turn = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.double)
    matrix = torch.kron(angles.cos().diag(), stay) + torch.kron(angles.sin().diag(), turn)
    return matrix.to(torch.float32)


class SinusoidalPositions(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        if dim % 2:
            raise ValueError(f"SinusoidalPositions needs an even dim, not {dim}")
        self.settings = (dim, base)

    def forward(self, tokens):
        batch, length, _ = tokens.shape
        rows = sinusoidal_encoding(length, *self.settings).to(tokens.device)
        return (tokens + rows.expand(batch, -1, -1)).to(tokens.dtype)
