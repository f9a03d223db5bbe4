"""Your code for this assignment.

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
    raise NotImplementedError("build_vocabulary is still to be written")


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    raise NotImplementedError("encode is still to be written")


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    raise NotImplementedError("new_embedding_table is still to be written")


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    raise NotImplementedError("embedding_lookup is still to be written")


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    raise NotImplementedError("one_hot is still to be written")


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    raise NotImplementedError("one_hot_lookup is still to be written")


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    raise NotImplementedError("linear_from_table is still to be written")


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    raise NotImplementedError("lookup_cost is still to be written")


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(word_vectors, *, trainable: bool = False) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    raise NotImplementedError("embedding_from_word_vectors is still to be written")


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    raise NotImplementedError("nearest_words is still to be written")


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    raise NotImplementedError("analogy is still to be written")


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
    raise NotImplementedError("sinusoidal_encoding is still to be written")


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
        raise NotImplementedError("LearnedPositions is still to be written")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("LearnedPositions is still to be written")


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
        raise NotImplementedError("InputEmbedding is still to be written")

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError("InputEmbedding is still to be written")
