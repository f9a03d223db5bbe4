import numpy as np
import torch
from torch import nn


class OddDimension(ValueError):
    def __init__(self, dim):
        super().__init__(f"{dim} columns cannot be cut into pairs")


def hand_speeds(dim, base):
    if dim % 2:
        raise OddDimension(dim)
    return np.float64(base) ** (-2.0 * np.arange(dim // 2) / dim)


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    angles = np.outer(np.arange(num_positions), hand_speeds(dim, base))
    table = np.stack([np.sin(angles), np.cos(angles)], axis=-1).reshape(num_positions, dim)
    return torch.from_numpy(table.astype(np.float32))


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    angles = offset * hand_speeds(dim, base)
    even = np.arange(0, dim, 2)
    matrix = np.zeros((dim, dim), dtype=np.float32)
    matrix[even, even] = matrix[even + 1, even + 1] = np.cos(angles)
    matrix[even, even + 1] = np.sin(angles)
    matrix[even + 1, even] = -np.sin(angles)
    return torch.from_numpy(matrix)


class SinusoidalPositions(nn.Module):
    """Keeps a float32 table that doubles whenever a text is longer than it."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim, self.base = dim, base
        self._known = sinusoidal_encoding(16, dim, base)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        length = x.shape[-2]
        if length > len(self._known):
            self._known = sinusoidal_encoding(max(length, 2 * len(self._known)), self.dim, self.base)
        wide = torch.promote_types(x.dtype, torch.float32)
        return (x.to(wide) + self._known[:length]).to(x.dtype)
