"""Stands alone: an `nn.Embedding` for tokens, a plain parameter or a growing buffer for positions."""

import torch
from torch import nn


class InputEmbedding(nn.Module):
    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        if positions not in ("none", "sinusoidal", "learned"):
            raise ValueError(f"unknown kind of positions: {positions!r}")
        if positions == "sinusoidal" and dim % 2:
            raise ValueError(f"sinusoidal positions need an even dim, not {dim}")
        self.kind = positions
        self.token_embedding = nn.Embedding(vocab_size, dim)
        nn.init.normal_(self.token_embedding.weight, mean=0.0, std=0.02)
        if positions == "learned":
            self.position_table = nn.Parameter(torch.randn(max_positions, dim).mul_(0.02))
        self.register_buffer("sines", torch.empty(0, dim), persistent=False)

    def forward(self, ids):
        V, D = self.token_embedding.weight.shape
        bad = (ids < 0) | (ids >= V)
        if bad.any():
            raise IndexError(f"id {ids[bad][0].item()} with a vocabulary of {V}")
        vectors = self.token_embedding(ids)
        length = ids.shape[1]
        if self.kind == "learned":
            if length > self.position_table.shape[0]:
                raise ValueError(f"{length} tokens, {self.position_table.shape[0]} positions")
            vectors = vectors + self.position_table[:length]
        elif self.kind == "sinusoidal":
            if length > self.sines.shape[0]:
                self.sines = self.make_sines(length, D).to(vectors)
            vectors = vectors + self.sines[:length]
        return vectors

    @staticmethod
    def make_sines(T, D):
        p = torch.arange(T, dtype=torch.float64)[:, None]
        angles = p * 10000.0 ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
        return torch.stack([torch.sin(angles), torch.cos(angles)], dim=2).view(T, D)
