"""Public cases of `input_embeddings`: token plus position.

They overwrite your module's parameters with numbers of their own, so that every row is known. Where a
result is wrong only because an earlier function of yours is, it passes: see `check/carried.py`.
"""

import torch
from check.carried import Built, outcome
from check.cases import test_case
from check.compare import raises

OK_FORMAT = False
name = "input_embeddings"

SIZES = (7, 4, 6)  # V, D, P
FIRST = [3, 0, 1, 3, 2]  # the cat chased the dog, with cat 0, chased 1, dog 2, the 3
SECOND = [3, 2, 1, 3, 0]  # the dog chased the cat


def vectors(*texts):
    """Observes what a model makes of some texts."""
    return lambda call: outcome(call, torch.tensor(texts))


def with_reordering(call):
    """Observes the vectors of both sentences, and whether they are the same ones in another order."""
    got = outcome(call, torch.tensor([FIRST, SECOND]))
    if not isinstance(got, torch.Tensor) or got.dim() != 3 or len(got) != 2:
        return got
    first, second = (torch.tensor(sorted(text)) for text in got.tolist())
    return [got, (first - second).abs().max() < 1e-5]


def with_gradients(model):
    """Observes the vectors of both sentences, and the gradient of every parameter of `model`."""

    def observe(call):
        got = outcome(call, torch.tensor([FIRST, SECOND]))
        if not isinstance(got, torch.Tensor):
            return got
        tables = [table for table in model.parameters() if table.requires_grad]
        if not got.requires_grad or not tables:
            return [got] + [None] * len(tables)
        weights = torch.arange(float(got.numel())).reshape(got.shape)
        return [got, *torch.autograd.grad((got * weights).sum(), tables, allow_unused=True)]

    return observe


@test_case(
    name='`InputEmbedding` with `"none"` gives the token rows alone, never scaled: `(B, T)` to `(B, T, D)`.',
    points=0.8,
)
def test_token_rows_alone(InputEmbedding, env):
    Built(env, SIZES, "none").demand(vectors(FIRST, SECOND), "the token rows")


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their '
    "positions.",
    points=0.6,
)
def test_rows_plus_sinusoid(InputEmbedding, env):
    Built(env, SIZES, "sinusoidal").demand(vectors(FIRST, SECOND), "token rows plus encoding")


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.8,
)
def test_rows_plus_learned_rows(InputEmbedding, env):
    Built(env, SIZES, "learned").demand(vectors(FIRST, SECOND), "token rows plus position rows")


@test_case(
    name='With positions, "the cat chased the dog" and "the dog chased the cat" get different vectors; with '
    '`"none"` the same ones in another order.',
    points=0.6,
)
def test_positions_tell_who_chased_whom(InputEmbedding, env):
    for kind in ("none", "sinusoidal", "learned"):
        Built(env, SIZES, kind).demand(with_reordering, f"what both sentences give with {kind!r}")


@test_case(name="`InputEmbedding` refuses any other kind of `positions` with a `ValueError`.", points=0.4)
def test_other_kinds_are_refused(InputEmbedding, env):
    Built(env, SIZES, "none").demand(vectors(FIRST), "the token rows")
    with raises(ValueError):
        InputEmbedding(*SIZES, "rotary")


@test_case(name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.4)
def test_longer_texts(InputEmbedding, env):
    for kind in ("none", "sinusoidal"):
        Built(env, SIZES, kind).demand(vectors(FIRST + SECOND), f"a text of 10 tokens with {kind!r}")


@test_case(
    name="Gradients reach the tables of `InputEmbedding` from every place that used a row.", points=0.4
)
def test_tables_learn(InputEmbedding, env):
    for kind in ("none", "learned"):
        built = Built(env, SIZES, kind)
        built.demand(with_gradients(built.model), f"the vectors and their gradients with {kind!r}")
