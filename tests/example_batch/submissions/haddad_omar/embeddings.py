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


# ------------------------------------------------------------------------------------- lookup


def bad(ids, n):
    return ids[(ids < 0) | (ids >= n)]


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return {token: number for number, token in enumerate(sorted(set(tokens)))}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    try:
        return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)
    except KeyError as e:
        raise KeyError(f"unknown token {e}")


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    table = nn.Parameter(torch.empty(vocab_size, dim))
    nn.init.normal_(table, 0, std, generator=generator)
    return table


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    if len(bad(ids, len(table))) > 0:
        raise IndexError(f"bad id {bad(ids, len(table))[0]}, V = {len(table)}")
    return F.embedding(ids, table)


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    if len(bad(ids, vocab_size)) > 0:
        raise IndexError(f"bad id {bad(ids, vocab_size)[0]}, V = {vocab_size}")
    return torch.eye(vocab_size)[ids]


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return torch.matmul(one_hot(ids, len(table)).to(table.dtype), table)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    V, D = table.shape
    lin = nn.Linear(V, D, bias=False).to(table.dtype)
    lin.weight.data[:] = table.detach().T
    return lin


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": num_ids * dim * 4,
        "one_hot_bytes": num_ids * vocab_size * 4,
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    table = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    return nn.Embedding.from_pretrained(table, freeze=not trainable), dict(word_vectors.key_to_index)


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    t = F.normalize(table, dim=1)
    scores = t @ t[vocabulary[word]]
    answer = [(w, float(scores[r])) for w, r in vocabulary.items() if w != word]
    return sorted(answer, key=lambda a: -a[1])[:count]


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    # no normalising needed, cosine_similarity does that
    q = torch.zeros(table.shape[1])
    for w in positive:
        q = q + table[vocabulary[w]]
    for w in negative:
        q = q - table[vocabulary[w]]
    scores = F.cosine_similarity(table, q[None])
    answer = [(w, float(scores[r])) for w, r in vocabulary.items() if w not in positive and w not in negative]
    return sorted(answer, key=lambda a: -a[1])[:count]


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
    losses = []
    # train until it has converged
    while len(losses) < steps or losses[-1] > 0.01:
        scores = centre(pairs[:, 0]) @ context.weight.T
        loss = F.cross_entropy(scores, pairs[:, 1])
        centre.zero_grad()
        context.zero_grad()
        loss.backward()
        for table in (centre.weight, context.weight):
            table.data -= learning_rate * table.grad
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2:
        raise ValueError(f"dim {dim} is odd")
    p = torch.arange(num_positions)[:, None]
    k = torch.arange(dim // 2)[None, :]
    angle = p / base ** (2 * k / dim)
    return torch.stack([torch.sin(angle), torch.cos(angle)], dim=2).reshape(num_positions, dim)


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    if dim % 2:
        raise ValueError(f"dim {dim} is odd")
    angle = offset / base ** (2 * torch.arange(dim // 2) / dim)
    sin, cos = torch.sin(angle), torch.cos(angle)
    M = torch.zeros(dim, dim)
    k = torch.arange(0, dim, 2)
    M[k, k], M[k + 1, k + 1] = cos, cos
    M[k, k + 1], M[k + 1, k] = sin, -sin
    return M


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.pe = lambda T: sinusoidal_encoding(T, dim, base)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.pe(x.shape[1]).to(x.dtype)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.P = nn.Parameter(torch.normal(0.0, 0.02, (max_positions, dim)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T, P = x.shape[1], len(self.P)
        if T > P:
            raise ValueError(f"T = {T} is more than {P}")
        return x + self.P[:T]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    n = len(learned.P)
    if max_positions < n:
        raise ValueError(f"{max_positions} < {n}")
    new = LearnedPositions(max_positions, learned.P.shape[1]).to(learned.P.dtype)
    new.P.data[:n] = learned.P.data
    return new


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    t = F.normalize(table.double(), dim=1)
    s = t @ t.T
    return torch.tensor([s.diagonal(k).mean() for k in range(len(t))]).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions not in ("none", "sinusoidal", "learned"):
            raise ValueError(positions)
        self.tokens = new_embedding_table(vocab_size, dim)
        if positions == "none":
            self.pos = nn.Identity()
        elif positions == "sinusoidal":
            self.pos = SinusoidalPositions(dim)
        else:
            self.pos = LearnedPositions(max_positions, dim)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.pos(embedding_lookup(self.tokens, ids))
