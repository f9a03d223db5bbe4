"""Adds up the upper triangle by its offsets; looks rows up with `F.embedding`."""

import torch
import torch.nn.functional as F
from torch import nn


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.max_positions = max_positions
        self.weight = nn.Parameter(0.02 * torch.randn(max_positions, dim))

    def forward(self, x):
        batch, length, _ = x.shape
        if length > self.max_positions:
            raise ValueError(
                f"position {length - 1} of {length} has no row: the table holds {self.max_positions}"
            )
        ids = torch.arange(length, device=x.device).expand(batch, length)
        return x + F.embedding(ids, self.weight)


def extend_positions(learned, max_positions):
    if max_positions < learned.max_positions:
        raise ValueError(f"{learned.max_positions} rows do not fit into {max_positions}")
    old = learned.state_dict()["weight"]
    new = LearnedPositions(max_positions, old.shape[1]).to(dtype=old.dtype)
    state = new.state_dict()
    state["weight"] = torch.cat((old, state["weight"][old.shape[0] :]))
    new.load_state_dict(state)
    return new


def similarity_by_offset(table):
    precise = table.to(torch.float64)
    P = precise.shape[0]
    first, second = torch.triu_indices(P, P)
    unit = precise / precise.square().sum(1, keepdim=True).sqrt()
    cosines = (unit @ unit.T)[first, second]
    sums = torch.zeros(P, dtype=torch.float64).index_add(0, second - first, cosines)
    return (sums / torch.bincount(second - first)).to(table.dtype)
