import torch
import torch.nn.functional as F
from torch import nn


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(max_positions, dim))

    def forward(self, x):
        T = x.shape[1]
        if T > self.table.shape[0]:
            raise ValueError(f"{T} positions, but the table has only {self.table.shape[0]} rows")
        return x + self.table[:T]


def extend_positions(learned, max_positions):
    old = learned.table.detach()
    more = max_positions - old.shape[0]
    if more < 0:
        raise ValueError(f"cannot shrink from {old.shape[0]} to {max_positions} positions")
    longer = LearnedPositions(0, old.shape[1])
    fresh = 0.02 * torch.randn(more, old.shape[1])
    longer.table = nn.Parameter(torch.cat([old, fresh.to(old.dtype)]))
    return longer


def similarity_by_offset(table):
    P = table.shape[0]
    wide = table.to(torch.promote_types(table.dtype, torch.float32))
    means = torch.zeros(P, dtype=wide.dtype)
    for k in range(P):
        means[k] = F.cosine_similarity(wide[: P - k], wide[k:], dim=1).mean()
    return means.to(table.dtype)
