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
import numpy as np


# ------------------------------------------------------------------------------------- lookup


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return {w: i for i, w in enumerate(sorted(set(tokens)))}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    return torch.tensor([vocabulary[w] for w in tokens])


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    if generator is not None:
        return nn.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)
    return nn.Parameter(torch.randn(vocab_size, dim) * std)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    # fancy indexing does it in one go
    return table[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    return F.one_hot(ids).float()


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return one_hot(ids, table.shape[0]) @ table


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    layer = nn.Linear(table.shape[0], table.shape[1])
    layer.weight = nn.Parameter(table.T)
    return layer


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {
        "lookup_multiply_adds": num_ids * dim,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": num_ids * dim * 4,
        "one_hot_bytes": num_ids * vocab_size * 4,
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    emb = nn.Embedding.from_pretrained(torch.from_numpy(word_vectors.vectors), freeze=trainable)
    words = sorted(word_vectors.key_to_index)
    return emb, {w: i for i, w in enumerate(words)}


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    v = table[vocabulary[word]]
    scores = table @ v
    best = scores.argsort(descending=True)
    inv = {i: w for w, i in vocabulary.items()}
    return [(inv[int(i)], float(scores[i])) for i in best[:count]]


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    q = sum(table[vocabulary[w]] for w in positive) - sum(table[vocabulary[w]] for w in negative)
    sims = F.cosine_similarity(table, q.unsqueeze(0))
    best = sims.argsort(descending=True)
    inv = {i: w for w, i in vocabulary.items()}
    return [(inv[int(i)], float(sims[i])) for i in best[:count]]


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
    opt = torch.optim.Adam(list(centre.parameters()) + list(context.parameters()), lr=learning_rate)
    losses = []
    for step in range(steps):
        scores = centre(pairs[:, 0]) @ context.weight.T
        loss = F.cross_entropy(scores, pairs[:, 1])
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    # first half sines, second half cosines
    pos = np.arange(num_positions)[:, None]
    i = np.arange(dim // 2)[None, :]
    angle = pos / np.power(base, 2 * i / dim)
    return torch.from_numpy(np.concatenate([np.sin(angle), np.cos(angle)], axis=1))


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    half = dim // 2
    w = torch.tensor([offset / base ** (2 * i / dim) for i in range(half)])
    C, S = torch.diag(torch.cos(w)), torch.diag(torch.sin(w))
    return torch.cat([torch.cat([C, S], 1), torch.cat([-S, C], 1)], 0)


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim = dim
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x += sinusoidal_encoding(x.shape[1], self.dim, self.base)
        return x


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(max_positions, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.emb(torch.arange(x.shape[1]))


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    new = LearnedPositions(max_positions, learned.emb.embedding_dim)
    new.emb.weight.data[: learned.emb.num_embeddings] = learned.emb.weight.data
    return new


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    out = []
    for k in range(table.shape[0]):
        out.append(F.cosine_similarity(table[0], table[k], dim=0))
    return torch.stack(out)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        self.dim = dim
        self.tok = nn.Embedding(vocab_size, dim)
        if positions == "sinusoidal":
            self.pos = SinusoidalPositions(dim)
        elif positions == "learned":
            self.pos = LearnedPositions(max_positions, dim)
        else:
            self.pos = None

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        h = self.tok(ids) * math.sqrt(self.dim)
        return h if self.pos is None else self.pos(h)
