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
from math import cos, exp, log, sin


# ------------------------------------------------------------------------------------- lookup


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return {tok: idx for idx, tok in enumerate(sorted(set(tokens)))}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    return torch.tensor([vocabulary[tok] for tok in tokens], dtype=torch.long)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    weight = torch.randn((vocab_size, dim), generator=generator)
    return nn.Parameter(weight.mul(std))


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    n = table.shape[0]
    if ids.numel() > 0 and not (0 <= ids.min() and ids.max() < n):
        raise IndexError(f"ids between {ids.min().item()} and {ids.max().item()}, vocabulary size {n}")
    return table[ids]


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    if ids.numel() > 0 and not (0 <= ids.min() and ids.max() < vocab_size):
        raise IndexError(f"ids between {ids.min().item()} and {ids.max().item()}, vocabulary size {vocab_size}")
    out = torch.zeros(ids.numel(), vocab_size)
    out[range(ids.numel()), ids.reshape(-1)] = 1.0
    return out.reshape(*ids.shape, vocab_size)


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return F.linear(one_hot(ids, table.shape[0]).to(table.dtype), table.T)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    lin = nn.Linear(table.shape[0], table.shape[1], bias=False, dtype=table.dtype)
    lin.weight.data.copy_(table.data.T)
    return lin


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    # float32 = 4 bytes
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
    emb = nn.Embedding(len(word_vectors.index_to_key), word_vectors.vector_size)
    emb.weight.data.copy_(torch.tensor(word_vectors.vectors))
    emb.weight.requires_grad = trainable
    return emb, {w: word_vectors.key_to_index[w] for w in word_vectors.index_to_key}


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    norm = table.detach() / table.detach().norm(dim=1, keepdim=True)
    return _top(norm, norm[vocabulary[word]], vocabulary, {word}, count)


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    norm = table.detach() / table.detach().norm(dim=1, keepdim=True)
    vec = norm[[vocabulary[w] for w in positive]].sum(dim=0)
    if negative:
        vec = vec - norm[[vocabulary[w] for w in negative]].sum(dim=0)
    return _top(norm, vec / vec.norm(), vocabulary, {*positive, *negative}, count)


# ---------------------------------------------------------------------------- learned_vectors


def _top(norm, vec, vocabulary, exclude, count):
    sims = (norm @ vec).tolist()
    rest = [(w, sims[i]) for w, i in vocabulary.items() if w not in exclude]
    return sorted(rest, key=lambda t: t[1], reverse=True)[:count]


def train_embeddings(
    centre: nn.Embedding,
    context: nn.Embedding,
    pairs: torch.Tensor,
    *,
    steps: int,
    learning_rate: float,
) -> list[float]:
    """Learn both (V, D) tables from `pairs` (N, 2) by full-batch gradient descent, in place."""
    params = [centre.weight, context.weight]
    losses = []
    for _ in range(steps):
        for p in params:
            p.grad = None
        loss = F.cross_entropy(centre.weight[pairs[:, 0]] @ context.weight.T, pairs[:, 1])
        loss.backward()
        with torch.no_grad():
            for p in params:
                p -= learning_rate * p.grad
        losses.append(loss.item())
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    # exp(log) trick from the lecture slides, all frequencies at once
    i = torch.arange(0, dim, 2).float()
    freq = torch.exp(-log(base) * i / dim)
    arg = torch.arange(num_positions).float().unsqueeze(1) * freq
    pe = torch.empty(num_positions, dim)
    pe[:, 0::2] = arg.sin()
    pe[:, 1::2] = arg.cos()
    return pe


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    if dim % 2:
        raise ValueError(f"dim must be even, got {dim}")
    m = torch.zeros(dim, dim)
    for j in range(0, dim, 2):
        a = offset * exp(-log(base) * j / dim)
        m[j, j] = m[j + 1, j + 1] = cos(a)
        m[j, j + 1] = sin(a)
        m[j + 1, j] = -sin(a)
    return m


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        if dim % 2:
            raise ValueError(f"dim must be even, got {dim}")
        self.register_buffer("pe", sinusoidal_encoding(512, dim, base))
        self.base = base

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T = x.shape[1]
        if T <= self.pe.shape[0]:
            return x + self.pe[:T]
        return x + sinusoidal_encoding(T, self.pe.shape[1], self.base).to(self.pe)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.pos = nn.Parameter(torch.zeros(max_positions, dim).normal_(std=0.02))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1] > self.pos.shape[0]:
            raise ValueError(f"{x.shape[1]} > {self.pos.shape[0]} positions")
        return x + self.pos[: x.shape[1]]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    # nothing to do if the size stays the same
    if max_positions == learned.pos.shape[0]:
        return learned
    if max_positions < learned.pos.shape[0]:
        raise ValueError(f"cannot shrink from {learned.pos.shape[0]} to {max_positions}")
    new = LearnedPositions(max_positions, learned.pos.shape[1])
    new.pos.data[: learned.pos.shape[0]] = learned.pos.data
    return new


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    unit = F.normalize(table, dim=1)
    result = []
    for k in range(len(unit)):
        a, b = unit[: len(unit) - k], unit[k:]
        result.append((a * b).sum(dim=1).mean())
    return torch.stack(result)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        modules = {"none": nn.Identity(), "sinusoidal": None, "learned": None}
        if positions not in modules:
            raise ValueError(f"{positions} is not one of {list(modules)}")
        if positions == "sinusoidal":
            modules["sinusoidal"] = SinusoidalPositions(dim)
        elif positions == "learned":
            modules["learned"] = LearnedPositions(max_positions, dim)
        self.weight = new_embedding_table(vocab_size, dim)
        self.add = modules[positions]

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.add(embedding_lookup(self.weight, ids))
