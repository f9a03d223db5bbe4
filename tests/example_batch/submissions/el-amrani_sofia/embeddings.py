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


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    """Numbers the tokens in sorted order."""
    unique = sorted(set(tokens))
    return {unique[i]: i for i in range(len(unique))}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    ids = [vocabulary[token] for token in tokens]
    return torch.tensor(ids, dtype=torch.int64)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    table = nn.Embedding(vocab_size, dim).weight
    return table


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    vocab_size = table.shape[0]
    ids = ids.clamp(0, vocab_size - 1)  # so that nothing crashes
    return table.detach()[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    if ids.numel() > 0 and (ids.max() >= vocab_size or ids.min() < 0):
        raise IndexError(f"ids must be smaller than {vocab_size}, found {ids.max().item()} / {ids.min().item()}")
    return F.one_hot(ids, num_classes=vocab_size)


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return one_hot(ids, table.shape[0]).float() @ table


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    linear = nn.Linear(table.shape[0], table.shape[1], bias=False)
    with torch.no_grad():
        linear.weight[:] = table.T
    return linear


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": num_ids * dim * 4,
        "one_hot_bytes": num_ids * vocab_size * 8,  # int64
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    weights = torch.FloatTensor(word_vectors.vectors)
    embedding = nn.Embedding.from_pretrained(weights)
    if trainable:
        embedding.weight.requires_grad = True
    return embedding, {word: index for index, word in enumerate(word_vectors.index2word)}


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
    normed = F.normalize(table, dim=1)
    query = sum([normed[vocabulary[w]] for w in positive])
    for w in negative:
        query = query - normed[vocabulary[w]]
    scores = normed @ F.normalize(query, dim=0)
    for w in positive + negative:
        scores[vocabulary[w]] = -1
    values, rows = scores.topk(count)
    words = list(vocabulary)
    return [(words[r], v) for r, v in zip(rows.tolist(), values.tolist())]


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
    for epoch in range(steps):
        total = 0.0
        for c, o in pairs.tolist():
            scores = context.weight @ centre.weight[c]
            loss = F.cross_entropy(scores.unsqueeze(0), torch.tensor([o]))
            loss.backward()
            with torch.no_grad():
                centre.weight -= learning_rate * centre.weight.grad
                context.weight -= learning_rate * context.weight.grad
            total += loss.item()
        losses.append(total / len(pairs))
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2 == 1:
        raise ValueError(f"odd dim {dim}")
    pe = torch.zeros(num_positions, dim)
    for pos in range(num_positions):
        for i in range(0, dim, 2):
            pe[pos, i] = math.sin(pos / (base ** ((2 * i) / dim)))
            pe[pos, i + 1] = math.cos(pos / (base ** ((2 * (i + 1)) / dim)))
    return pe


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    if dim % 2 == 1:
        raise ValueError(f"odd dim {dim}")
    M = torch.zeros(dim, dim)
    for i in range(0, dim, 2):
        w = 1 / base ** (i / dim)
        M[i, i] = M[i + 1, i + 1] = math.cos(w * offset)
        M[i, i + 1] = -math.sin(w * offset)
        M[i + 1, i] = math.sin(w * offset)
    return M


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.pe = sinusoidal_encoding(5000, dim, base)  # long enough

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.pe[: x.size(1)]


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.max_positions = max_positions
        self.embedding = nn.Embedding(max_positions, dim)
        nn.init.normal_(self.embedding.weight, std=0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        positions = torch.arange(x.size(1)).clamp(max=self.max_positions - 1)
        return x + self.embedding(positions)


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    old = learned.embedding.weight.data
    new = LearnedPositions(max_positions, old.size(1))
    stretched = F.interpolate(old.T.unsqueeze(0), size=max_positions, mode="linear")
    new.embedding.weight.data = stretched[0].T.contiguous()
    return new


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    sims = torch.zeros(len(table))
    for k in range(len(table)):
        values = []
        for p in range(len(table) - k):
            values.append(F.cosine_similarity(table[p], table[p + k], dim=0).item())
        sims[k] = sum(values) / len(values)
    return sims


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions not in ["none", "sinusoidal", "learned"]:
            raise ValueError("positions should be none, sinusoidal or learned")
        self.embedding = nn.Embedding(vocab_size, dim)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.positions = positions
        if positions == "sinusoidal":
            self.pos = SinusoidalPositions(dim)
        if positions == "learned":
            self.pos = LearnedPositions(max_positions, dim)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embedding(ids)
        if self.positions != "none":
            x = self.pos(x)
        return x
