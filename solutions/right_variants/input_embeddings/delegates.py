"""Keeps its modules in a dictionary, and takes the row of each token from a linear layer's weight."""
# ruff: noqa: F821  (builds on the functions of earlier questions)

import torch
from torch import nn


class InputEmbedding(nn.Module):
    CHOICES = ("none", "sinusoidal", "learned")

    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        if positions not in self.CHOICES:
            raise ValueError(f"{positions!r}: choose from {self.CHOICES}")
        self.parts = nn.ModuleDict({"tokens": nn.Linear(vocab_size, dim, bias=False)})
        nn.init.normal_(self.parts["tokens"].weight, std=0.02)
        self.parts["tokens"].weight = nn.Parameter(self.parts["tokens"].weight.detach().T.contiguous())
        if positions == "sinusoidal":
            self.parts["positions"] = SinusoidalPositions(dim)
        if positions == "learned":
            self.parts["positions"] = LearnedPositions(max_positions, dim)

    def forward(self, ids):
        table = self.parts["tokens"].weight  # (V, D)
        outside = ids[torch.logical_or(ids < 0, ids >= len(table))]
        if outside.numel() > 0:
            raise IndexError(f"{int(outside.max())} is outside of 0..{len(table) - 1} (size {len(table)})")
        x = table.index_select(0, ids.flatten()).view(*ids.shape, table.shape[1])
        return self.parts["positions"](x) if "positions" in self.parts else x
