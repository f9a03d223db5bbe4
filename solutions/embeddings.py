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

# BEGIN SOLUTION NO PROMPT


def _refuse_bad_ids(ids: torch.Tensor, vocab_size: int) -> None:
    """Raise IndexError, naming one offender, unless every id lies in 0..vocab_size-1."""
    bad = ids[(ids < 0) | (ids >= vocab_size)]
    if bad.numel():
        raise IndexError(f"id {int(bad[0])} is outside a vocabulary of {vocab_size} tokens")


# END SOLUTION

# ------------------------------------------------------------------------------------- lookup


def build_vocabulary(tokens: list[str]) -> dict[str, int]:
    """Number the distinct tokens 0..V-1 in sorted order."""
    # BEGIN SOLUTION NO PROMPT
    return {token: index for index, token in enumerate(sorted(set(tokens)))}
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("build_vocabulary is still to be written")
    """  # END PROMPT


def encode(tokens: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Turn a text's tokens into their ids, an int64 tensor (T,); KeyError names an unknown token."""
    # BEGIN SOLUTION NO PROMPT
    return torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)  # (T,)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("encode is still to be written")
    """  # END PROMPT


def new_embedding_table(
    vocab_size: int,
    dim: int,
    *,
    std: float = 0.02,
    generator: torch.Generator | None = None,
) -> nn.Parameter:
    """Draw a trainable (V, D) table from a normal distribution with mean 0 and deviation `std`."""
    # BEGIN SOLUTION NO PROMPT
    return nn.Parameter(torch.randn(vocab_size, dim, generator=generator) * std)  # (V, D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("new_embedding_table is still to be written")
    """  # END PROMPT


def embedding_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Pick the rows of `table` (V, D) that `ids` (...) names: (..., D), without multiplying."""
    # BEGIN SOLUTION NO PROMPT
    _refuse_bad_ids(ids, table.shape[0])
    return table[ids]  # (..., D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("embedding_lookup is still to be written")
    """  # END PROMPT


# ------------------------------------------------------------------------------------ one_hot


def one_hot(ids: torch.Tensor, vocab_size: int) -> torch.Tensor:
    """Give each id of `ids` (...) a row that is 1 at the id and 0 elsewhere: (..., V), float32."""
    # BEGIN SOLUTION NO PROMPT
    _refuse_bad_ids(ids, vocab_size)
    return F.one_hot(ids, vocab_size).to(torch.float32)  # (..., V)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("one_hot is still to be written")
    """  # END PROMPT


def one_hot_lookup(table: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """Do the work of `embedding_lookup` as a product of one-hot rows and `table`: (..., D)."""
    # BEGIN SOLUTION NO PROMPT
    return one_hot(ids, table.shape[0]).to(table.dtype) @ table  # (..., V) @ (V, D) -> (..., D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("one_hot_lookup is still to be written")
    """  # END PROMPT


def linear_from_table(table: torch.Tensor) -> nn.Linear:
    """Build the bias-free linear layer that turns one-hot rows (..., V) into rows of `table`."""
    # BEGIN SOLUTION NO PROMPT
    vocab_size, dim = table.shape
    linear = nn.Linear(vocab_size, dim, bias=False)
    linear.weight = nn.Parameter(table.detach().T.clone())  # (D, V): nn.Linear multiplies by weight.T
    return linear
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("linear_from_table is still to be written")
    """  # END PROMPT


def lookup_cost(num_ids: int, vocab_size: int, dim: int) -> dict[str, int]:
    """Count what looking up `num_ids` ids costs, once by lookup and once by one-hot product."""
    # BEGIN SOLUTION NO PROMPT
    bytes_per_number = 4  # float32
    return {
        "lookup_multiply_adds": 0,
        "one_hot_multiply_adds": num_ids * vocab_size * dim,
        "lookup_bytes": num_ids * dim * bytes_per_number,
        "one_hot_bytes": num_ids * vocab_size * bytes_per_number,
    }
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("lookup_cost is still to be written")
    """  # END PROMPT


# ------------------------------------------------------------------------------- word_vectors


def embedding_from_word_vectors(word_vectors, *, trainable: bool = False) -> tuple[nn.Embedding, dict[str, int]]:
    """Copy a gensim `KeyedVectors` into an `nn.Embedding` (V, D) and its word-to-row vocabulary."""
    # BEGIN SOLUTION NO PROMPT
    rows = torch.tensor(word_vectors.vectors, dtype=torch.float32)  # (V, D), a copy
    vocabulary = {word: row for row, word in enumerate(word_vectors.index_to_key)}
    return nn.Embedding.from_pretrained(rows, freeze=not trainable), vocabulary
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("embedding_from_word_vectors is still to be written")
    """  # END PROMPT


def nearest_words(
    table: torch.Tensor, vocabulary: dict[str, int], word: str, count: int = 5
) -> list[tuple[str, float]]:
    """List the `count` words whose rows of `table` (V, D) are most alike to `word`'s, best first."""
    # BEGIN SOLUTION NO PROMPT
    return analogy(table, vocabulary, [word], [], count)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("nearest_words is still to be written")
    """  # END PROMPT


def analogy(
    table: torch.Tensor,
    vocabulary: dict[str, int],
    positive: list[str],
    negative: list[str],
    count: int = 5,
) -> list[tuple[str, float]]:
    """Add the words of `positive`, take away those of `negative`, list the `count` nearest words."""
    # BEGIN SOLUTION NO PROMPT
    unit = F.normalize(table.detach(), dim=-1)  # (V, D)
    plus = [vocabulary[word] for word in positive]
    minus = [vocabulary[word] for word in negative]
    query = F.normalize(unit[plus].sum(0) - unit[minus].sum(0), dim=-1)  # (D,)
    likeness = unit @ query  # (V,): cosines, since both sides have length 1
    words = {row: word for word, row in vocabulary.items()}
    order = likeness.argsort(descending=True).tolist()
    answers = [row for row in order if row not in {*plus, *minus}]
    return [(words[row], float(likeness[row])) for row in answers[:count]]
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("analogy is still to be written")
    """  # END PROMPT


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
    # BEGIN SOLUTION NO PROMPT
    losses = []
    for _ in range(steps):
        scores = centre.weight[pairs[:, 0]] @ context.weight.T  # (N, D) @ (D, V) -> (N, V)
        loss = F.cross_entropy(scores, pairs[:, 1])
        tables = (centre.weight, context.weight)
        gradients = torch.autograd.grad(loss, tables)
        with torch.no_grad():
            for table, gradient in zip(tables, gradients, strict=True):
                table -= learning_rate * gradient
        losses.append(loss.item())
    return losses
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("train_embeddings is still to be written")
    """  # END PROMPT


# --------------------------------------------------------------------------------- sinusoidal

# BEGIN SOLUTION NO PROMPT


def _frequencies(dim: int, base: float) -> torch.Tensor:
    """The D/2 angular frequencies base ** (-2i / D), in float64; an odd D is a ValueError."""
    if dim % 2:
        raise ValueError(f"a sinusoid pairs its columns, so dim must be even, not {dim}")
    return base ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)  # (D/2,)


# END SOLUTION


def sinusoidal_encoding(num_positions: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Encode positions 0..P-1 as interleaved sines and cosines: (P, D), float32."""
    # BEGIN SOLUTION NO PROMPT
    positions = torch.arange(num_positions)
    angles = positions[:, None] * _frequencies(dim, base)  # (P, D/2), float64
    pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)  # (P, D/2, 2)
    return pairs.reshape(num_positions, dim).to(torch.float32)  # (P, D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("sinusoidal_encoding is still to be written")
    """  # END PROMPT


def shift_matrix(offset: int, dim: int, base: float = 10000.0) -> torch.Tensor:
    """Build the (D, D) rotation that moves any position's encoding on by `offset` positions."""
    # BEGIN SOLUTION NO PROMPT
    angles = offset * _frequencies(dim, base)  # (D/2,)
    sines, cosines = angles.sin(), angles.cos()
    matrix = torch.zeros(dim, dim, dtype=torch.float64)
    even, odd = torch.arange(0, dim, 2), torch.arange(1, dim, 2)
    matrix[even, even], matrix[even, odd] = cosines, sines
    matrix[odd, even], matrix[odd, odd] = -sines, cosines
    return matrix.to(torch.float32)  # (D, D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("shift_matrix is still to be written")
    """  # END PROMPT


class SinusoidalPositions(nn.Module):
    """Add the sinusoidal encoding to (B, T, D); no parameters, any T."""

    def __init__(self, dim: int, base: float = 10000.0) -> None:
        super().__init__()
        # BEGIN SOLUTION NO PROMPT
        _frequencies(dim, base)  # refuse an odd dim now rather than at the first call
        self.dim = dim
        self.base = base
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("SinusoidalPositions is still to be written")
        """  # END PROMPT

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # BEGIN SOLUTION NO PROMPT
        encoding = sinusoidal_encoding(x.shape[1], self.dim, self.base).to(x.device)  # (T, D)
        return (x + encoding).to(x.dtype)  # (B, T, D): added in float32 at least
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("SinusoidalPositions is still to be written")
        """  # END PROMPT


# -------------------------------------------------------------------------- learned_positions


class LearnedPositions(nn.Module):
    """Add a learned row to each position of (B, T, D); T beyond the rows is a ValueError."""

    def __init__(self, max_positions: int, dim: int) -> None:
        super().__init__()
        # BEGIN SOLUTION NO PROMPT
        self.table = nn.Parameter(torch.randn(max_positions, dim) * 0.02)  # (P, D)
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("LearnedPositions is still to be written")
        """  # END PROMPT

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # BEGIN SOLUTION NO PROMPT
        length, rows = x.shape[1], self.table.shape[0]
        if length > rows:
            raise ValueError(f"{length} positions, but the table has only {rows} rows")
        return x + self.table[:length]  # (B, T, D) + (T, D)
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("LearnedPositions is still to be written")
        """  # END PROMPT


def extend_positions(learned: LearnedPositions, max_positions: int) -> LearnedPositions:
    """Copy `learned` into an independent module of `max_positions` rows: the old ones, then fresh."""
    # BEGIN SOLUTION NO PROMPT
    rows, dim = learned.table.shape
    if max_positions < rows:
        raise ValueError(f"cannot shrink {rows} positions to {max_positions}")
    extended = LearnedPositions(max_positions, dim).to(learned.table.dtype)
    with torch.no_grad():
        extended.table[:rows] = learned.table
    return extended
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("extend_positions is still to be written")
    """  # END PROMPT


def similarity_by_offset(table: torch.Tensor) -> torch.Tensor:
    """Average, for each offset k, the cosine similarity of rows p and p + k of `table` (P, D): (P,)."""
    # BEGIN SOLUTION NO PROMPT
    unit = F.normalize(table.double(), dim=-1)  # (P, D)
    likeness = unit @ unit.T  # (P, P): entry (p, q) compares rows p and q
    means = [likeness.diagonal(offset).mean() for offset in range(table.shape[0])]
    return torch.stack(means).to(table.dtype)  # (P,)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("similarity_by_offset is still to be written")
    """  # END PROMPT


# --------------------------------------------------------------------------- input_embeddings


class InputEmbedding(nn.Module):
    """Turn ids (B, T) into token rows plus positions (B, T, D)."""

    def __init__(self, vocab_size: int, dim: int, max_positions: int, positions: str = "learned") -> None:
        super().__init__()
        # BEGIN SOLUTION NO PROMPT
        choices = {
            "none": nn.Identity,
            "sinusoidal": lambda: SinusoidalPositions(dim),
            "learned": lambda: LearnedPositions(max_positions, dim),
        }
        if positions not in choices:
            raise ValueError(f"positions must be one of {', '.join(choices)}, not {positions!r}")
        self.tokens = new_embedding_table(vocab_size, dim)  # (V, D)
        self.positions = choices[positions]()
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("InputEmbedding is still to be written")
        """  # END PROMPT

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        # BEGIN SOLUTION NO PROMPT
        return self.positions(embedding_lookup(self.tokens, ids))  # (B, T, D)
        # END SOLUTION
        """ # BEGIN PROMPT
        raise NotImplementedError("InputEmbedding is still to be written")
        """  # END PROMPT


# ------------------------------------------------------------------------------------- rotary


def rotate_by_position(x: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    """Turn each pair of columns of (B, T, D) by the angles of its position: (B, T, D)."""
    # BEGIN SOLUTION NO PROMPT
    length, dim = x.shape[1:]
    if dim % 2:
        raise ValueError(f"columns are turned in pairs, so D must be even, not {dim}")
    frequencies = base ** (-torch.arange(0, dim, 2) / dim)  # (D/2,)
    angles = torch.arange(length)[:, None] * frequencies  # (T, D/2)
    sines, cosines = angles.sin(), angles.cos()
    first, second = x[..., ::2], x[..., 1::2]  # (B, T, D/2)
    turned = [first * cosines - second * sines, first * sines + second * cosines]
    return torch.stack(turned, dim=-1).flatten(2).to(x.dtype)  # (B, T, D/2, 2) -> (B, T, D)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("rotate_by_position is still to be written")
    """  # END PROMPT


def rotary_scores(queries: torch.Tensor, keys: torch.Tensor, base: float = 10000.0) -> torch.Tensor:
    """Score each of the queries (B, T, D), turned, with each of the keys (B, S, D), turned: (B, T, S)."""
    # BEGIN SOLUTION NO PROMPT
    return rotate_by_position(queries, base) @ rotate_by_position(keys, base).mT  # (B, T, D) @ (B, D, S)
    # END SOLUTION
    """ # BEGIN PROMPT
    raise NotImplementedError("rotary_scores is still to be written")
    """  # END PROMPT
