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
import numpy as np
from collections.abc import Iterable


# ------------------------------------------------------------------------------------- lookup


BERT_STD = 0.02


class BadId(IndexError):
    """An id without a row."""


def _guard(ids: torch.Tensor, size: int) -> torch.Tensor:
    if ids.numel() and (int(ids.min()) < 0 or int(ids.max()) >= size):
        culprit = int(ids.min()) if int(ids.min()) < 0 else int(ids.max())
        raise BadId(f"{culprit} is no id: the vocabulary has {size} entries")
    return ids


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    return dict(map(reversed, enumerate(sorted(dict.fromkeys(tokens)))))


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    return torch.from_numpy(np.array([vocabulary[t] for t in tokens], dtype=np.int64))


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    return nn.Parameter(nn.init.normal_(torch.empty(vocab_size, dim), 0.0, std, generator))


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    flat = _guard(ids, len(table)).reshape(-1)
    return table.index_select(0, flat).reshape(*ids.shape, table.shape[1])


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    return (_guard(ids, vocab_size)[..., None] == torch.arange(vocab_size)).to(torch.float32)


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    return torch.einsum("...v,vd->...d", one_hot(ids, len(table)).to(table.dtype), table)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    layer = nn.Linear(*table.shape, bias=False)
    layer.weight = nn.Parameter(table.detach().T.clone(memory_format=torch.contiguous_format))
    return layer


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    ids, V, D, size = num_ids, vocab_size, dim, 4
    return dict(
        lookup_multiply_adds=0,
        one_hot_multiply_adds=ids * V * D,
        lookup_bytes=ids * D * size,
        one_hot_bytes=ids * V * size,
    )


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    vectors = np.array(word_vectors.vectors, dtype=np.float32)  # np.array copies
    embedding = nn.Embedding(*vectors.shape, _weight=torch.from_numpy(vectors))
    embedding.weight.requires_grad_(trainable)
    return embedding, dict(word_vectors.key_to_index)


@torch.no_grad()


def _ranking(table: torch.Tensor, vocabulary: dict[str, int], signed: Iterable[tuple[str, float]], count: int):
    signed = [(vocabulary[word], sign) for word, sign in signed]
    unit = table.double() / table.double().norm(dim=1, keepdim=True)
    query = sum(sign * unit[row] for row, sign in signed)
    cosine = (unit @ (query / query.norm())).numpy()
    skip = {row for row, _ in signed}
    by_row = {row: word for word, row in vocabulary.items()}
    order = [row for row in np.argsort(-cosine, kind="stable") if row not in skip]
    return [(by_row[row], float(cosine[row])) for row in order[:count]]


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    return _ranking(table, vocabulary, [(word, 1.0)], count)


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    signed = [(word, 1.0) for word in positive] + [(word, -1.0) for word in negative]
    return _ranking(table, vocabulary, signed, count)


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
    history = []
    for _ in range(steps):
        logits = context.weight @ centre(pairs[:, 0]).T  # (V, N)
        log_p = logits.log_softmax(dim=0)
        loss = -log_p[pairs[:, 1], torch.arange(len(pairs))].mean()
        d_centre, d_context = torch.autograd.grad(loss, [centre.weight, context.weight])
        centre.weight.data -= learning_rate * d_centre
        context.weight.data -= learning_rate * d_context
        history.append(float(loss))
    return history


# --------------------------------------------------------------------------------- sinusoidal


def _rotations(positions: np.ndarray, dim: int, base: float) -> np.ndarray:
    """e^{i p w}: a position is a rotation in D/2 planes."""
    if dim % 2:
        raise ValueError(f"dim = {dim}, but sines and cosines come in pairs")
    w = base ** (-2 * np.arange(dim // 2) / dim)
    return np.exp(1j * np.outer(positions, w))


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    z = _rotations(np.arange(num_positions), dim, base)
    table = np.stack([z.imag, z.real], axis=-1).reshape(num_positions, dim)
    return torch.from_numpy(table.astype(np.float32))


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    z = _rotations(np.array([offset]), dim, base)[0]
    blocks = [torch.tensor([[v.real, v.imag], [-v.imag, v.real]], dtype=torch.float32) for v in z]
    return torch.block_diag(*blocks)


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.base = base
        self.register_buffer("table", sinusoidal_encoding(64, dim, base), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T, D = x.shape[1:]
        if T > len(self.table):  # grow to the next power of two
            size = 1 << (T - 1).bit_length()
            self.table = sinusoidal_encoding(size, D, self.base).to(self.table)
        return x + self.table[:T]


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.rows = nn.Embedding(max_positions, dim)
        nn.init.normal_(self.rows.weight, std=BERT_STD)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        length, limit = x.shape[1], self.rows.num_embeddings
        if length > limit:
            raise ValueError(f"{length} tokens do not fit into {limit} positions")
        return x + self.rows(torch.arange(length, device=x.device))


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    old = learned.rows.weight
    n, dim = old.shape
    if max_positions < n:
        raise ValueError(f"extending means growing: {max_positions} < {n}")
    bigger = LearnedPositions(max_positions, dim).to(old.dtype)
    with torch.no_grad():
        bigger.rows.weight[:n].copy_(old)
    return bigger


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    u = table.double()
    u = u / u.norm(dim=1, keepdim=True)
    gram = u @ u.T
    return torch.stack([torch.diagonal(gram, k).mean() for k in range(len(u))]).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        if positions == "learned":
            self.add_positions = LearnedPositions(max_positions, dim)
        elif positions == "sinusoidal":
            self.add_positions = SinusoidalPositions(dim)
        elif positions == "none":
            self.add_positions = nn.Identity()
        else:
            raise ValueError(f"unknown positions {positions!r}")
        self.tokens = nn.Embedding(vocab_size, dim)
        nn.init.normal_(self.tokens.weight, std=BERT_STD)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        _guard(ids, self.tokens.num_embeddings)
        return self.add_positions(self.tokens(ids))
