"""Token and positional embeddings.

Fill in the functions and classes below, in order. `handout.md` explains the ideas,
`conventions.md` says exactly what each one takes, gives and refuses, and `python check`
tells you how far you are.

In every comment on shapes, B is the batch size, T the number of tokens in a text, V the size of
the vocabulary, D the dimension of an embedding and P a number of positions.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn
import math
import gensim
import os


# ------------------------------------------------------------------------------------- lookup


GLOVE = os.path.expanduser("~/Downloads/glove.6B.50d.txt")
word_vectors = gensim.models.KeyedVectors.load_word2vec_format(GLOVE, no_header=True)


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return {t: i for i, t in enumerate(sorted(set(tokens)))}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    return torch.tensor([vocabulary[t] for t in tokens], dtype=torch.int64)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    return nn.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    V = table.shape[0]
    wrong = ids[(ids < 0) | (ids >= V)]
    if wrong.numel() > 0:
        raise IndexError(f"id {wrong[0].item()} not in table with {V} rows")
    return table[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    wrong = ids[(ids < 0) | (ids >= vocab_size)]
    if wrong.numel() > 0:
        raise IndexError(f"id {wrong[0].item()} not in vocabulary of {vocab_size}")
    return F.one_hot(ids, vocab_size).to(torch.float)


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return one_hot(ids, table.shape[0]).to(table.dtype).matmul(table)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    m = nn.Linear(table.shape[0], table.shape[1], bias=False, dtype=table.dtype)
    m.weight.data = table.detach().T.clone()
    return m


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": 4 * num_ids * dim,
        "one_hot_bytes": 4 * num_ids * vocab_size,
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    w = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    e = nn.Embedding.from_pretrained(w, freeze=not trainable)
    return e, {k: i for i, k in enumerate(word_vectors.index_to_key)}


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    return analogy(table, vocabulary, [word], [], count)


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    w = table.detach()
    w = w / w.norm(dim=1, keepdim=True)
    q = sum(w[vocabulary[p]] for p in positive) - sum(w[vocabulary[n]] for n in negative)
    s = w @ (q / q.norm())
    names = {i: k for k, i in vocabulary.items()}
    out = [(names[i], s[i].item()) for i in s.argsort(descending=True).tolist()]
    return [o for o in out if o[0] not in positive + negative][:count]


# ---------------------------------------------------------------------------- learned_vectors


def train_embeddings(
    centre: nn.Embedding,
    context: nn.Embedding,
    pairs: torch.Tensor,
    *,
    steps: int,
    learning_rate: float,
) -> list[float]:
    """Learn both (V, D) tables from `pairs` (N, 2) by full-batch gradient descent, in place."""
    raise NotImplementedError("train_embeddings is still to be written")


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2 == 1:
        raise ValueError(f"dim must be even ({dim})")
    pos = torch.arange(num_positions, dtype=torch.float).unsqueeze(1)
    div = torch.exp(torch.arange(0, dim, 2) * (-math.log(base) / dim))
    pe = torch.zeros(num_positions, dim)
    pe[:, 0::2] = torch.sin(pos * div)
    pe[:, 1::2] = torch.cos(pos * div)
    return pe


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    raise NotImplementedError("shift_matrix is still to be written")


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.register_buffer("pe", sinusoidal_encoding(5000, dim, base))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.pe[: x.size(1)]


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.wpe = nn.Embedding(max_positions, dim)
        nn.init.normal_(self.wpe.weight, std=0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.size(1) > self.wpe.num_embeddings:
            raise ValueError(f"{x.size(1)} tokens > {self.wpe.num_embeddings} positions")
        return x + self.wpe(torch.arange(x.size(1)))


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    raise NotImplementedError("extend_positions is still to be written")


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    raise NotImplementedError("similarity_by_offset is still to be written")


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions not in ("none", "sinusoidal", "learned"):
            raise ValueError(f"positions={positions}")
        self.wte = nn.Embedding(vocab_size, dim)
        nn.init.normal_(self.wte.weight, std=0.02)
        self.pos = nn.Identity()
        if positions == "sinusoidal":
            self.pos = SinusoidalPositions(dim)
        if positions == "learned":
            self.pos = LearnedPositions(max_positions, dim)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        if ids.numel() and (ids.min() < 0 or ids.max() >= self.wte.num_embeddings):
            raise IndexError(f"{ids.min().item()}..{ids.max().item()} vs {self.wte.num_embeddings}")
        return self.pos(self.wte(ids))


def main():
    embedding, vocab = embedding_from_word_vectors(word_vectors)
    print(analogy(embedding.weight, vocab, ["king", "woman"], ["man"]))


main()
