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
import sys


# ------------------------------------------------------------------------------------- lookup


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return {token: i for i, token in enumerate(sorted(set(tokens)))}


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
    return nn.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)


def check(ids, vocab_size):
    for id in ids.flatten().tolist():
        if id < 0 or id >= vocab_size:
            print(f"ERROR: id {id} is outside of the vocabulary ({vocab_size} tokens)")
            sys.exit(1)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    check(ids, table.shape[0])
    return table[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    if ((ids < 0) | (ids >= vocab_size)).any():
        raise IndexError(f"ids {ids.flatten().tolist()} for a vocabulary of {vocab_size}")
    return F.one_hot(ids, num_classes=vocab_size).float()


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return one_hot(ids, table.shape[0]).to(table.dtype) @ table


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    layer = nn.Linear(table.shape[0], table.shape[1], bias=False, dtype=table.dtype)
    layer.weight = nn.Parameter(table.detach().clone().t())
    return layer


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
    weights = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    embedding = nn.Embedding.from_pretrained(weights, freeze=not trainable)
    return embedding, {word: i for i, word in enumerate(word_vectors.index_to_key)}


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    unit = F.normalize(table, dim=1)
    likeness = unit @ unit[vocabulary[word]]
    ranking = sorted(vocabulary, key=lambda w: -likeness[vocabulary[w]])
    ranking.remove(word)
    return [(w, likeness[vocabulary[w]].item()) for w in ranking[:count]]


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    unit = F.normalize(table, dim=1)
    query = sum(unit[vocabulary[w]] for w in positive) - sum(unit[vocabulary[w]] for w in negative)
    likeness = unit @ query / query.norm()
    ranking = sorted(vocabulary, key=lambda w: -likeness[vocabulary[w]])
    ranking = [w for w in ranking if w not in positive and w not in negative]
    return [(w, likeness[vocabulary[w]].item()) for w in ranking[:count]]


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
    loss_function = nn.CrossEntropyLoss()
    losses = []
    for _ in range(steps):
        scores = centre.weight[pairs[:, 0]] @ context.weight.T
        loss = loss_function(scores, pairs[:, 1])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2 != 0:
        print(f"dim {dim} is odd")
        sys.exit(1)
    encoding = torch.zeros(num_positions, dim)
    positions = torch.arange(num_positions).unsqueeze(1)
    divisors = base ** (torch.arange(0, dim, 2) / dim)
    encoding[:, 0::2] = torch.sin(positions / divisors)
    encoding[:, 1::2] = torch.cos(positions / divisors)
    return encoding


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    raise NotImplementedError("shift_matrix is still to be written")


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        raise NotImplementedError("SinusoidalPositions is still to be written")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("SinusoidalPositions is still to be written")


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(max_positions, dim) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        length = x.shape[1]
        if length > self.table.shape[0]:
            raise ValueError(f"{length} is more than {self.table.shape[0]}")
        return x + self.table[:length]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    if max_positions < learned.table.shape[0]:
        raise ValueError(f"{max_positions} is less than {learned.table.shape[0]}")
    new_rows = torch.zeros(max_positions - learned.table.shape[0], learned.table.shape[1])
    extended = LearnedPositions(max_positions, learned.table.shape[1])
    extended.table = nn.Parameter(torch.cat([learned.table.data, new_rows]))
    return extended


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    raise NotImplementedError("similarity_by_offset is still to be written")


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        self.tokens = new_embedding_table(vocab_size, dim)
        if positions == "learned":
            self.positions = LearnedPositions(max_positions, dim)
        elif positions == "none":
            self.positions = nn.Identity()
        else:
            raise ValueError(f"{positions} is not implemented")

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.positions(embedding_lookup(self.tokens, ids))
