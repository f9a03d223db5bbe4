import torch
from torch import nn


class LearnedPositions(nn.Module):
    def __init__(self, max_positions, dim):
        super().__init__()
        self.max_positions = max_positions
        self.dim = dim
        self.position_table = new_embedding_table(max_positions, dim)

    def forward(self, x):
        batch, length, dim = x.shape
        if length > self.max_positions:
            raise ValueError("got " + str(length) + " positions, have " + str(self.max_positions))
        result = x.clone()
        for t in range(length):
            row = embedding_lookup(self.position_table, torch.tensor(t))
            result[:, t] += row
        return result


def extend_positions(learned, max_positions):
    if max_positions < learned.max_positions:
        raise ValueError("a table of positions can only grow")
    bigger = LearnedPositions(max_positions, learned.dim)
    bigger.to(learned.position_table.dtype)
    for p in range(learned.max_positions):
        bigger.position_table.data[p] = learned.position_table.data[p]
    return bigger


def similarity_by_offset(table):
    work = table if table.dtype == torch.float64 else table.float()
    unit = nn.functional.normalize(work, dim=1)
    cosines = unit @ unit.T
    p, q = torch.triu_indices(len(unit), len(unit))
    sums = torch.zeros(len(unit), dtype=work.dtype).index_add(0, q - p, cosines[p, q])
    pairs = torch.bincount(q - p, minlength=len(unit))
    return (sums / pairs).to(table.dtype)
