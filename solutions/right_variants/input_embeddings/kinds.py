"""An enumeration names the kinds; the sinusoid is a function called at every text."""
# ruff: noqa: F821  (builds on the functions of earlier questions)

import enum

import torch
import torch.nn.functional as F
from torch import nn


class Kind(enum.StrEnum):
    NONE = "none"
    SINUSOIDAL = "sinusoidal"
    LEARNED = "learned"


class InputEmbedding(nn.Module):
    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        self.kind = Kind(positions)  # raises ValueError
        self.size = (vocab_size, dim)
        self.tables = nn.ParameterDict({"tokens": torch.normal(0.0, 0.02, self.size)})
        if self.kind is Kind.LEARNED:
            self.tables["positions"] = nn.Parameter(torch.normal(0.0, 0.02, (max_positions, dim)))
        elif self.kind is Kind.SINUSOIDAL:
            sinusoidal_encoding(1, dim)  # refuses an odd dim

    def _positions(self, length):
        match self.kind:
            case Kind.SINUSOIDAL:
                return sinusoidal_encoding(length, self.size[1])
            case Kind.LEARNED:
                table = self.tables["positions"]
                if length > table.shape[0]:
                    raise ValueError(f"length {length}, max_positions {table.shape[0]}")
                return table[:length]
        return torch.zeros(length, self.size[1])

    def forward(self, ids):
        for number in ids.flatten().tolist():
            if number < 0 or number >= self.size[0]:
                raise IndexError(f"id {number} not in a vocabulary of size {self.size[0]}")
        vectors = F.embedding(ids, self.tables["tokens"])
        return vectors + self._positions(ids.shape[1]).to(vectors)
