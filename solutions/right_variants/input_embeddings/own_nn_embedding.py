import torch
import torch.nn.functional as F
from torch import Tensor, nn


class InputEmbedding(nn.Module):
    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions not in ("none", "sinusoidal", "learned"):
            raise ValueError(f"unknown kind of positions: {positions}")
        self.kind = positions
        self.word = nn.Embedding(vocab_size, dim)
        nn.init.normal_(self.word.weight, std=0.02)
        if positions == "learned":
            self.place = nn.Parameter(torch.empty(max_positions, dim).normal_(0.0, 0.02))

    def forward(self, ids: Tensor) -> Tensor:
        V, D = self.word.weight.shape
        for i in ids.flatten().tolist():
            if not 0 <= i < V:
                raise IndexError(f"id {i}, vocabulary of {V}")
        x = F.embedding(ids, self.word.weight)
        T = ids.shape[1]
        if self.kind == "learned":
            if T > len(self.place):
                raise ValueError(f"{T} tokens, but only {len(self.place)} positions")
            x = x + self.place[:T].unsqueeze(0)
        if self.kind == "sinusoidal":
            x = x + sinusoidal_encoding(T, D).to(x)
        return x
