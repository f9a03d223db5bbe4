"""A chain of modules: tokens, then whatever adds the positions."""
# ruff: noqa: F821  (builds on the functions of earlier questions)

from torch import nn


class UnknownPositions(ValueError):
    pass


class _Tokens(nn.Module):
    def __init__(self, vocab_size, dim):
        super().__init__()
        self.rows = new_embedding_table(vocab_size, dim)

    def forward(self, ids):
        return embedding_lookup(self.rows, ids)


class InputEmbedding(nn.Module):
    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        self.steps = nn.Sequential(_Tokens(vocab_size, dim))
        if positions == "sinusoidal":
            self.steps.append(SinusoidalPositions(dim))
        elif positions == "learned":
            self.steps.append(LearnedPositions(max_positions, dim))
        elif positions != "none":
            raise UnknownPositions(f"positions={positions!r} is none of none, sinusoidal, learned")

    def forward(self, ids):
        return self.steps(ids)
