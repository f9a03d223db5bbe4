"""A registered parameter, `cat` for the longer table, diagonals read by strides over a padded matrix."""

import torch
import torch.nn.functional as F
from torch import nn

STD = 0.02


class TooLong(ValueError):
    pass


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.register_parameter("wpe", nn.Parameter(torch.normal(0.0, STD, (max_positions, dim))))

    def forward(self, x):
        if x.shape[1] > len(self.wpe):
            raise TooLong(f"T={x.shape[1]} > max_positions={len(self.wpe)}")
        return x + self.wpe.narrow(0, 0, x.shape[1]).unsqueeze(0)


def extend_positions(learned, max_positions):
    old = learned.wpe.detach()
    extra = max_positions - old.shape[0]
    if extra < 0:
        raise TooLong(f"asked for {max_positions} rows, there are {old.shape[0]} already")
    longer = LearnedPositions(1, old.shape[1])
    fresh = (torch.randn(extra, old.shape[1]) * STD).to(old.dtype)
    longer.wpe = nn.Parameter(torch.cat([old, fresh]))
    return longer


def similarity_by_offset(table):
    rows = table.double()
    rows = rows / rows.norm(dim=1, keepdim=True)
    P = rows.shape[0]
    wide = F.pad(rows @ rows.T, (0, P)).contiguous()  # (P, 2P)
    diagonals = wide.as_strided((P, P), (2 * P + 1, 1))  # row p begins at column p
    return (diagonals.sum(0) / torch.arange(P, 0, -1)).to(table.dtype)
