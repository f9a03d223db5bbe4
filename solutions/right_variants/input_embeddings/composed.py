from torch import nn


class InputEmbedding(nn.Module):
    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        self.tokens = new_embedding_table(vocab_size, dim)
        if positions == "none":
            self.positions = nn.Identity()
        elif positions == "sinusoidal":
            self.positions = SinusoidalPositions(dim)
        elif positions == "learned":
            self.positions = LearnedPositions(max_positions, dim)
        else:
            raise ValueError(f"positions must be none, sinusoidal or learned, not {positions!r}")

    def forward(self, ids):
        return self.positions(embedding_lookup(self.tokens, ids))
