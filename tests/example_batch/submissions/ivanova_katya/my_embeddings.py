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
    res = {}
    n = 0
    for token in sorted(tokens):
        if token not in res:
            res[token] = n
            n += 1
    return res


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    res = torch.zeros(len(tokens), dtype=torch.int64)
    for i in range(len(tokens)):
        res[i] = vocabulary[tokens[i]]
    return res


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    return torch.nn.parameter.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    V, D = table.shape
    flat = ids.reshape(-1)
    for i in flat.tolist():
        if i < 0:
            raise IndexError(f"negative id {i} (vocabulary size {V})")
        if i >= V:
            raise IndexError(f"id {i} too large (vocabulary size {V})")
    return torch.gather(table, 0, flat[:, None].expand(-1, D)).reshape(*ids.shape, D)


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    flat = ids.reshape(-1)
    res = torch.zeros(len(flat), vocab_size)
    for row, i in enumerate(flat.tolist()):
        if i < 0 or i >= vocab_size:
            raise IndexError(f"id {i} (vocabulary size {vocab_size})")
        res[row, i] = 1
    return res.reshape(*ids.shape, vocab_size)


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    oh = one_hot(ids, table.shape[0])
    # sum over the vocabulary
    return (oh.unsqueeze(-1).to(table.dtype) * table).sum(dim=-2)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    lin = nn.Linear(table.shape[0], table.shape[1], bias=False, dtype=table.dtype)
    lin.weight = nn.Parameter(table.detach().clone().T)
    return lin


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    return {"lookup_multiply_adds": 0, "one_hot_multiply_adds": num_ids * vocab_size * dim,
            "lookup_bytes": num_ids * dim * 4, "one_hot_bytes": num_ids * vocab_size * 4}


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    table = torch.from_numpy(word_vectors.vectors.astype("float32"))
    emb = nn.Embedding.from_pretrained(table, freeze=not trainable)
    return emb, {w: i for i, w in enumerate(word_vectors.index_to_key)}


def unit(v):
    return v / torch.sqrt((v * v).sum(dim=-1, keepdim=True))


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
    t = unit(table.detach())
    q = 0
    for w in positive:
        q = q + t[vocabulary[w]]
    for w in negative:
        q = q - t[vocabulary[w]]
    cos = t @ unit(q)
    res = []
    for w, i in vocabulary.items():
        if w in positive or w in negative:
            continue
        res.append((w, cos[i].item()))
    res.sort(key=lambda x: x[1])
    res.reverse()
    return res[0:count]


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
    res = []
    n = pairs.shape[0]
    for s in range(steps):
        h = centre.weight.detach()[pairs[:, 0]]
        p = torch.softmax(h @ context.weight.detach().T, dim=1)
        res.append(-torch.log(p[torch.arange(n), pairs[:, 1]]).mean().item())
        # gradient of the cross-entropy by hand: p - y
        p[torch.arange(n), pairs[:, 1]] -= 1.0
        p = p / n
        g_context = p.T @ h
        g_centre = torch.zeros_like(centre.weight).index_add(0, pairs[:, 0], p @ context.weight.detach())
        centre.weight.data -= learning_rate * g_centre
        context.weight.data -= learning_rate * g_context
    return res


# --------------------------------------------------------------------------------- sinusoidal


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    if dim % 2:
        raise ValueError("dim is odd: " + str(dim))
    res = torch.zeros(num_positions, dim)
    pos = torch.arange(num_positions).double()
    for i in range(0, dim, 2):
        w = base ** (-i / dim)
        res[:, i] = torch.sin(pos * w)
        res[:, i + 1] = torch.cos(pos * w)
    return res


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    if dim % 2:
        raise ValueError("dim is odd: " + str(dim))
    # least squares on random positions instead of the formula
    enc = sinusoidal_encoding(abs(offset) + 4 * dim, dim, base).double()
    if offset >= 0:
        a, b = enc[: len(enc) - offset], enc[offset:]
    else:
        a, b = enc[-offset:], enc[:offset]
    return torch.linalg.lstsq(a, b).solution.T.float()


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        if dim % 2:
            raise ValueError("dim is odd: " + str(dim))
        self.dim = dim
        self.base = base
        self.cache = sinusoidal_encoding(0, dim, base)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1] > self.cache.shape[0]:
            self.cache = sinusoidal_encoding(x.shape[1], self.dim, self.base)
        return x + self.cache[: x.shape[1]].to(x)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.max_positions = max_positions
        self.table = nn.Parameter(torch.randn(max_positions, dim) * 0.02)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.shape[1] > self.max_positions:
            raise ValueError(f"{x.shape[1]} positions, maximum is {self.max_positions}")
        return x + self.table[0 : x.shape[1]]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    if max_positions < learned.max_positions:
        raise ValueError(f"{max_positions} < {learned.max_positions}")
    n, d = learned.table.shape
    res = LearnedPositions(max_positions, d)
    new = torch.randn(max_positions - n, d, dtype=learned.table.dtype) * 0.02
    res.table = nn.Parameter(torch.cat([learned.table.detach(), new]))
    return res


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    u = unit(table.double())
    res = []
    for k in range(len(u)):
        res.append((u[: len(u) - k] * u[k:]).sum(dim=1).mean())
    return torch.stack(res).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        self.tokens = new_embedding_table(vocab_size, dim)
        self.kind = positions
        if positions == "sinusoidal":
            self.add = SinusoidalPositions(dim)
        elif positions == "learned":
            self.add = LearnedPositions(max_positions, dim)
        elif positions != "none":
            raise ValueError("positions = " + positions)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        e = embedding_lookup(self.tokens, ids)
        if self.kind == "none":
            return e
        return self.add(e)
