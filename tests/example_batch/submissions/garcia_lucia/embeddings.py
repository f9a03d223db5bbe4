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


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    vocabulary = {}
    for i, token in enumerate(sorted(set(tokens))):
        vocabulary[token] = i
    return vocabulary


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    return nn.Parameter(std * torch.randn(vocab_size, dim, generator=generator))


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    for i in ids.flatten():
        if i < 0 or i >= table.shape[0]:
            raise IndexError(f"id {i.item()} is out of range for vocabulary size {table.shape[0]}")
    return table[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    for i in ids.flatten():
        if i < 0 or i >= vocab_size:
            raise IndexError(f"id {i.item()} is out of range for vocabulary size {vocab_size}")
    return F.one_hot(ids, vocab_size).float()


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return one_hot(ids, table.shape[0]).to(table.dtype) @ table


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    linear = nn.Linear(table.shape[0], table.shape[1], bias=False)
    linear.weight = nn.Parameter(table.detach().T.clone())
    return linear


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    cost = {}
    cost["lookup_multiply_adds"] = 0
    cost["one_hot_multiply_adds"] = num_ids * vocab_size * dim
    cost["lookup_bytes"] = num_ids * dim * 4
    cost["one_hot_bytes"] = num_ids * vocab_size * 4
    return cost


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    vectors = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    vocabulary = {w: i for i, w in enumerate(word_vectors.index_to_key)}
    return nn.Embedding.from_pretrained(vectors, freeze=not trainable), vocabulary


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
    vectors = F.normalize(table.detach(), dim=1)
    query = torch.zeros(vectors.shape[1], dtype=vectors.dtype)
    for word in positive:
        query = query + vectors[vocabulary[word]]
    for word in negative:
        query = query - vectors[vocabulary[word]]
    scores = F.cosine_similarity(vectors, query.unsqueeze(0))
    inverse = {row: word for word, row in vocabulary.items()}
    answers = []
    for row in scores.argsort(descending=True).tolist():
        if inverse[row] not in positive + negative:
            answers.append((inverse[row], scores[row].item()))
    return answers[:count]


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
    for _ in range(steps):
        scores = centre.weight[pairs[:, 0]] @ context.weight.T
        loss = F.cross_entropy(scores, pairs[:, 1])
        g1, g2 = torch.autograd.grad(loss, (centre.weight, context.weight))
        with torch.no_grad():
            centre.weight -= learning_rate * g1
            context.weight -= learning_rate * g2
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2 != 0:
        raise ValueError(f"dim must be even, got {dim}")
    positions = torch.arange(num_positions, dtype=torch.float64).unsqueeze(1)
    frequencies = base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    encoding = torch.zeros(num_positions, dim)
    encoding[:, 0::2] = torch.sin(positions * frequencies)
    encoding[:, 1::2] = torch.cos(positions * frequencies)
    return encoding


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    if dim % 2 != 0:
        raise ValueError(f"dim must be even, got {dim}")
    matrix = torch.zeros(dim, dim)
    for i in range(dim // 2):
        angle = torch.tensor(offset * base ** (-2 * i / dim), dtype=torch.float64)
        matrix[2 * i, 2 * i] = torch.cos(angle)
        matrix[2 * i, 2 * i + 1] = torch.sin(angle)
        matrix[2 * i + 1, 2 * i] = -torch.sin(angle
        matrix[2 * i + 1, 2 * i + 1] = torch.cos(angle)
    return matrix


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        if dim % 2 != 0:
            raise ValueError(f"dim must be even, got {dim}")
        self.dim = dim
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        encoding = sinusoidal_encoding(x.shape[1], self.dim, self.base)
        return x + encoding.to(x.dtype).to(x.device)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.table = nn.Parameter(0.02 * torch.randn(max_positions, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1] > self.table.shape[0]:
            raise ValueError(f"got {x.shape[1]} positions, but only {self.table.shape[0]} are there")
        return x + self.table[: x.shape[1]]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    old = learned.table
    if max_positions < old.shape[0]:
        raise ValueError(f"{max_positions} is less than {old.shape[0]}")
    extended = LearnedPositions(max_positions, old.shape[1]).to(old.dtype)
    with torch.no_grad():
        extended.table[: old.shape[0]] = old
    return extended


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    unit = F.normalize(table.float(), dim=1)
    similarity = unit @ unit.T
    return torch.stack([similarity.diagonal(k).mean() for k in range(table.shape[0])]).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        raise NotImplementedError("InputEmbedding is still to be written")

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("InputEmbedding is still to be written")
