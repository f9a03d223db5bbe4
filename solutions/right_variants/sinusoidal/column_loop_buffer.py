import math

import torch
from torch import nn


def refuse_odd(dim):
    if dim % 2 == 1:
        raise ValueError("an odd dim has no pairs: " + str(dim))


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    refuse_odd(dim)
    p = torch.arange(num_positions, dtype=torch.float64)
    columns = torch.zeros(num_positions, dim, dtype=torch.float64)
    for i in range(dim // 2):
        w = math.pow(base, -2 * i / dim)
        columns[:, 2 * i] = torch.sin(p * w)
        columns[:, 2 * i + 1] = torch.cos(p * w)
    return columns.float()


def shift_matrix(offset, dim, base=10000.0):
    refuse_odd(dim)
    matrix = torch.zeros(dim, dim)
    for i in range(dim // 2):
        angle = offset * base ** (-2 * i / dim)
        s, c = 2 * i, 2 * i + 1
        matrix[s, s] = math.cos(angle)
        matrix[s, c] = math.sin(angle)
        matrix[c, s] = -math.sin(angle)
        matrix[c, c] = math.cos(angle)
    return matrix


class SinusoidalPositions(nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        refuse_odd(dim)
        self.dim = dim
        self.base = base
        self.register_buffer("encoding", sinusoidal_encoding(512, dim, base), persistent=False)

    def _apply(self, fn, *args, **kwargs):
        # .half() and then .float() must not leave a rounded table behind
        module = super()._apply(fn, *args, **kwargs)
        self.encoding = self._table(len(self.encoding), self.encoding)
        return module

    def _table(self, rows, like):
        return sinusoidal_encoding(rows, self.dim, self.base).to(like)

    def forward(self, x):
        B, T, D = x.shape
        if T > len(self.encoding):
            self.encoding = self._table(T, self.encoding)
        return x + self.encoding[:T]
