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


def _in_vocabulary(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give `ids` back, or complain about the first one without a row."""
    wrong = torch.logical_or(ids < 0, ids >= vocab_size)
    if wrong.any():
        raise IndexError(f"id {ids[wrong].flatten()[0].item()} outside vocabulary of size {vocab_size}")
    return ids


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    distinct = sorted(set(tokens))
    return dict(zip(distinct, range(len(distinct))))


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    unknown = set(tokens) - set(vocabulary)
    if unknown:
        raise KeyError(f"unknown token: {min(unknown)}")
    return torch.tensor([vocabulary[t] for t in tokens], dtype=torch.int64)


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    return nn.Parameter(torch.normal(0.0, std, (vocab_size, dim), generator=generator))


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    return F.embedding(_in_vocabulary(ids, table.shape[0]), table)


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    ids = _in_vocabulary(ids, vocab_size)
    codes = torch.zeros(ids.shape + (vocab_size,))
    return codes.scatter(-1, ids[..., None], torch.ones(ids.shape + (1,)))


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    V, D = table.shape
    rows = one_hot(ids, V).reshape(-1, V).to(table.dtype)  # (N, V)
    return torch.mm(rows, table).reshape(*ids.shape, D)


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    V, D = table.shape
    linear = nn.Linear(V, D, bias=False, dtype=table.dtype)
    linear.load_state_dict({"weight": table.detach().T})
    return linear


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    float32 = 4
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": float32 * num_ids * dim,
        "one_hot_bytes": float32 * num_ids * vocab_size,
    }


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(
    word_vectors, *, trainable: bool = False
) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    rows = torch.from_numpy(word_vectors.vectors.copy()).to(torch.float32)
    embedding = nn.Embedding(*rows.shape)
    embedding.weight = nn.Parameter(rows, requires_grad=trainable)
    return embedding, {word: word_vectors.key_to_index[word] for word in word_vectors.index_to_key}


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    return analogy(table, vocabulary, positive=[word], negative=[], count=count)


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    with torch.no_grad():
        unit = table / torch.linalg.vector_norm(table, dim=1, keepdim=True)
        signs = [1.0] * len(positive) + [-1.0] * len(negative)
        asked = [vocabulary[word] for word in [*positive, *negative]]
        query = torch.tensor(signs, dtype=unit.dtype) @ unit[asked]
        cosines = unit @ (query / query.norm())
        words = {row: word for word, row in vocabulary.items()}
        order = cosines.sort(descending=True).indices.tolist()
    found = [(words[row], cosines[row].item()) for row in order if row not in asked]
    return found[:count]


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
        centre.weight.grad = context.weight.grad = None
        scores = torch.einsum("nd,vd->nv", centre(pairs[:, 0]), context.weight)
        loss = F.nll_loss(F.log_softmax(scores, dim=1), pairs[:, 1])
        loss.backward()
        with torch.no_grad():
            centre.weight.sub_(learning_rate * centre.weight.grad)
            context.weight.sub_(learning_rate * context.weight.grad)
        losses.append(loss.item())
    centre.weight.grad = context.weight.grad = None
    return losses


# --------------------------------------------------------------------------------- sinusoidal


def _even(dim: int) -> int:
    if dim % 2:
        raise ValueError(f"dim should be even, {dim} is odd")
    return dim


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    column = torch.arange(_even(dim))
    frequency = base ** (-(column - column % 2) / dim).double()
    angle = torch.arange(num_positions).double()[:, None] * frequency
    # cos(a) = sin(a + pi/2)
    return torch.where(column % 2 == 0, angle.sin(), angle.cos()).float()


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    i = torch.arange(_even(dim) // 2).double()
    angle = offset * base ** (-2 * i / dim)
    rotations = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()], dim=1)
    return torch.block_diag(*rotations.float().reshape(-1, 2, 2))


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        self.dim = _even(dim)
        self.base = base
        self.tables = {}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T = x.shape[1]
        if T not in self.tables:
            self.tables[T] = sinusoidal_encoding(T, self.dim, self.base)
        return x + self.tables[T].to(x)


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.normal(0.0, 0.02, (max_positions, dim)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        T, P = x.shape[1], self.table.shape[0]
        if T > P:
            raise ValueError(f"no rows for {T} positions in a table of {P}")
        return x + self.table[:T]


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    old = learned.table.detach()
    P, D = old.shape
    if max_positions < P:
        raise ValueError(f"{P} rows do not fit into {max_positions}")
    longer = LearnedPositions(max_positions, D).to(old.dtype)
    longer.table.data[:P].copy_(old)
    return longer


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    unit = F.normalize(table.double(), dim=1)
    P = len(unit)
    return torch.stack([(unit[: P - k] * unit[k:]).sum(1).mean() for k in range(P)]).to(table.dtype)


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        kinds = ["none", "sinusoidal", "learned"]
        if positions not in kinds:
            raise ValueError(f"positions should be one of {kinds}, not {positions!r}")
        layers = [LookUp(vocab_size, dim)]
        if positions == "sinusoidal":
            layers.append(SinusoidalPositions(dim))
        if positions == "learned":
            layers.append(LearnedPositions(max_positions, dim))
        self.layers = nn.Sequential(*layers)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.layers(ids)


class LookUp(nn.Module):
    """`embedding_lookup` as a layer."""

    def __init__(self, vocab_size: int, dim: int) -> None:
        super().__init__()
        self.table = new_embedding_table(vocab_size, dim)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return embedding_lookup(self.table, ids)
