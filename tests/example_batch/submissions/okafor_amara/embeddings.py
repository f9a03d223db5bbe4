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


# ------------------------------------------------------------------------------------- lookup


def check_ids(ids, vocab_size):
    """IndexError for the first id that has no row."""
    for i in ids.flatten().tolist():
        if i < 0 or i >= vocab_size:
            raise IndexError(f"id {i} is not in 0..{vocab_size - 1} (vocabulary of {vocab_size})")


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    words = sorted(set(tokens))
    return {word: i for i, word in enumerate(words)}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    ids = []
    for token in tokens:
        if token not in vocabulary:
            raise KeyError(f"'{token}' is not in the vocabulary")
        ids.append(vocabulary[token])
    return torch.tensor(ids, dtype=torch.long)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    table = torch.empty(vocab_size, dim)
    table.normal_(mean=0.0, std=std, generator=generator)
    return nn.Parameter(table)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    check_ids(ids, table.shape[0])
    return F.embedding(ids, table)


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    check_ids(ids, vocab_size)
    result = torch.zeros(*ids.shape, vocab_size)
    result.scatter_(-1, ids.unsqueeze(-1), 1.0)
    return result


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    codes = one_hot(ids, table.shape[0])
    return torch.matmul(codes.to(table.dtype), table)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    V, D = table.shape
    linear = nn.Linear(V, D, bias=False, dtype=table.dtype)
    with torch.no_grad():
        linear.weight.copy_(table.t())  # weight is (out, in) = (D, V)
    return linear


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {
        "lookup_multiply_adds": 0,  # only copying
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": 4 * num_ids * dim,
        "one_hot_bytes": 4 * num_ids * vocab_size,
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    weights = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    embedding = nn.Embedding.from_pretrained(weights, freeze=not trainable)
    vocabulary = {w: i for i, w in enumerate(word_vectors.index_to_key)}
    return embedding, vocabulary


def unit_rows(table):
    return F.normalize(table.detach(), dim=1)


def closest(unit, query, vocabulary, leave_out, count):
    """The words with the largest cosine to `query`, without the rows in `leave_out`."""
    cos = unit @ F.normalize(query, dim=0)
    cos[leave_out] = float("-inf")
    count = min(count, len(vocabulary) - len(set(leave_out)))
    best = torch.topk(cos, count)
    names = {row: word for word, row in vocabulary.items()}
    return [(names[i], v) for v, i in zip(best.values.tolist(), best.indices.tolist())]


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    if word not in vocabulary:
        raise KeyError(word)
    unit = unit_rows(table)
    row = vocabulary[word]
    return closest(unit, unit[row], vocabulary, [row], count)


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    for word in positive + negative:
        if word not in vocabulary:
            raise KeyError(word)
    unit = unit_rows(table)
    query = torch.zeros_like(unit[0])
    for word in positive:
        query += unit[vocabulary[word]]
    for word in negative:
        query -= unit[vocabulary[word]]
    return closest(unit, query, vocabulary, [vocabulary[w] for w in positive + negative], count)


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
    optimizer = torch.optim.SGD([centre.weight, context.weight], lr=learning_rate)
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        scores = centre(pairs[:, 0]) @ context.weight.T  # (N, V)
        loss = F.cross_entropy(scores, pairs[:, 1])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def frequencies(dim, base):
    if dim % 2 != 0:
        raise ValueError(f"dim must be even, but it is {dim}")
    return base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)  # (D/2,)


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    angles = torch.outer(torch.arange(num_positions, dtype=torch.float64), frequencies(dim, base))
    pe = torch.zeros(num_positions, dim)
    pe[:, 0::2] = torch.sin(angles)
    pe[:, 1::2] = torch.cos(angles)
    return pe


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    # one 2x2 rotation per frequency
    R = torch.zeros(dim, dim)
    for i, angle in enumerate((offset * frequencies(dim, base)).tolist()):
        s, c = math.sin(angle), math.cos(angle)
        R[2 * i : 2 * i + 2, 2 * i : 2 * i + 2] = torch.tensor([[c, s], [-s, c]])
    return R


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        frequencies(dim, base)  # raises for an odd dim
        self.dim = dim
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pe = sinusoidal_encoding(x.shape[1], self.dim, self.base)
        return x + pe.to(device=x.device, dtype=x.dtype)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(max_positions, dim) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T = x.shape[1]
        if T > self.weight.shape[0]:
            raise ValueError(f"the text has {T} positions, the table only {self.weight.shape[0]}")
        return x + self.weight[:T]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    old = learned.weight.detach()
    if max_positions < old.shape[0]:
        raise ValueError(f"cannot go from {old.shape[0]} to {max_positions} positions")
    new = LearnedPositions(max_positions, old.shape[1]).to(old.dtype)
    new.weight.data[: old.shape[0]] = old
    return new


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    x = table if table.dtype == torch.float64 else table.float()
    sims = [
        F.cosine_similarity(x[: len(x) - k], x[k:], dim=-1).mean() for k in range(len(x))
    ]
    return torch.stack(sims).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions not in ("none", "sinusoidal", "learned"):
            raise ValueError(f"positions must be none, sinusoidal or learned, not {positions}")
        self.table = new_embedding_table(vocab_size, dim)
        self.positions = None
        if positions == "sinusoidal":
            self.positions = SinusoidalPositions(dim)
        elif positions == "learned":
            self.positions = LearnedPositions(max_positions, dim)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = embedding_lookup(self.table, ids)
        if self.positions is not None:
            x = self.positions(x)
        return x
