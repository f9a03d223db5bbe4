import torch
from torch import nn


class TextTooLong(ValueError):
    pass


class UnknownPositions(ValueError):
    pass


class NoRows:
    def __init__(self, table):
        pass

    def __call__(self, length, like):
        return torch.zeros(length, like.shape[-1], dtype=like.dtype)


class SineRows(NoRows):
    def __call__(self, length, like):
        return sinusoidal_encoding(length, like.shape[-1])


class TableRows(NoRows):
    def __init__(self, table):
        self.table = table

    def __call__(self, length, like):
        rows = self.table
        if length > len(rows):
            raise TextTooLong(f"{length} tokens do not fit on {len(rows)} positions")
        return embedding_lookup(rows, torch.arange(length))


POSITION_KINDS = {"none": NoRows, "sinusoidal": SineRows, "learned": TableRows}


class InputEmbedding(nn.Module):
    """An embedding is a linear layer without bias whose input is one-hot."""

    def __init__(self, vocab_size, dim, max_positions, positions="learned"):
        super().__init__()
        if positions not in list(POSITION_KINDS):
            raise UnknownPositions(f"{positions!r} is none of {', '.join(POSITION_KINDS)}")
        self.token_layer = linear_from_table(new_embedding_table(vocab_size, dim))
        self.position_table = None
        if positions == "learned":
            self.position_table = new_embedding_table(max_positions, dim)
        self.positions = positions

    def forward(self, ids):
        weight = self.token_layer.weight
        tokens = self.token_layer(one_hot(ids, weight.shape[1]).to(weight.dtype))
        rows = POSITION_KINDS[self.positions](self.position_table)(ids.shape[-1], tokens)
        wide = torch.promote_types(weight.dtype, torch.float32)
        return (tokens.to(wide) + rows.to(wide)).to(weight.dtype)
