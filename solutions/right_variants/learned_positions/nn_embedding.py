"""The table as an `nn.Embedding`, one cosine per pair of slices."""

import torch
import torch.nn.functional as F
from torch import nn


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.rows = nn.Embedding(max_positions, dim)
        nn.init.normal_(self.rows.weight, std=0.02)

    def forward(self, x):
        length = x.size(1)
        if length > self.rows.num_embeddings:
            raise ValueError(f"text of {length} tokens, but only {self.rows.num_embeddings} positions")
        return x + self.rows(torch.arange(length, device=x.device))


def extend_positions(learned, max_positions):
    old = learned.rows.weight
    if max_positions < old.shape[0]:
        raise ValueError(f"{max_positions} is fewer than {old.shape[0]}")
    new = LearnedPositions(max_positions, old.shape[1]).to(old.dtype)
    new.rows.weight.data[: old.shape[0]] = old.data
    return new


def similarity_by_offset(table):
    work = table.float() if table.dtype.itemsize < 4 else table
    P = table.shape[0]
    means = []
    for k in range(P):
        means.append(F.cosine_similarity(work[: P - k], work[k:], dim=1).mean())
    return torch.stack(means).to(table.dtype)
