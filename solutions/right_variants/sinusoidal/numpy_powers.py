"""NumPy powers in float64; the module computes everything afresh."""

import numpy as np
import torch


class OddDimension(ValueError):
    pass


def _angles(positions, dim, base):
    if dim & 1:
        raise OddDimension(f"{dim} columns cannot be paired")
    return np.outer(positions, np.power(float(base), -2.0 * np.arange(dim // 2) / dim))


def sinusoidal_encoding(num_positions, dim, base=10000.0):
    angles = _angles(np.arange(num_positions), dim, base)
    table = np.empty((num_positions, dim), dtype=np.float32)
    table[:, ::2], table[:, 1::2] = np.sin(angles), np.cos(angles)
    return torch.from_numpy(table)


def shift_matrix(offset, dim, base=10000.0):
    angles = _angles([offset], dim, base)[0]
    matrix = np.zeros((dim, dim))
    for i, angle in enumerate(angles):
        s, c = np.sin(angle), np.cos(angle)
        matrix[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = [[c, s], [-s, c]]
    return torch.tensor(matrix, dtype=torch.float32)


class SinusoidalPositions(torch.nn.Module):
    def __init__(self, dim, base=10000.0):
        super().__init__()
        if dim % 2:
            raise OddDimension(f"{dim} columns cannot be paired")
        self.make = lambda length: sinusoidal_encoding(length, dim, base)

    def forward(self, x):
        _, T, _ = x.shape
        return x + self.make(T).to(device=x.device, dtype=x.dtype)
