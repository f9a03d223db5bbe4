"""Public cases of `input_embeddings`: token plus position.

They overwrite your module's parameters with numbers of their own, so that every row is known. What your
earlier functions do wrong is wrong here, too; when it is graded, such a case is tried again on right ones.
"""

import torch
from check.testing.api import RightEmbedding, assert_close, filled, raises, test_case

OK_FORMAT = False
name = "input_embeddings"

SIZES = (7, 4, 6)  # V, D, P
FIRST = [3, 0, 1, 3, 2]  # the cat chased the dog, with cat 0, chased 1, dog 2, the 3
SECOND = [3, 2, 1, 3, 0]  # the dog chased the cat


def same_vectors(InputEmbedding, kind, *texts, of):
    """Demand the right vectors for some texts, and give them."""
    module, ids = filled(InputEmbedding(*SIZES, kind)), torch.tensor(texts)
    right = RightEmbedding(module, SIZES, kind)
    got = module(ids.clone())
    assert_close(got, right(ids), of=of)
    return got


@test_case(
    name='`InputEmbedding` with `"none"` gives the token rows alone, never scaled: `(B, T)` to `(B, T, D)`.',
    points=0.8,
)
def test_token_rows_alone(InputEmbedding):
    same_vectors(InputEmbedding, "none", FIRST, SECOND, of="the token rows")


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their positions.',
    points=0.6,
)
def test_rows_plus_sinusoid(InputEmbedding):
    same_vectors(InputEmbedding, "sinusoidal", FIRST, SECOND, of="token rows plus encoding")


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.8,
)
def test_rows_plus_learned_rows(InputEmbedding):
    same_vectors(InputEmbedding, "learned", FIRST, SECOND, of="token rows plus position rows")


@test_case(
    name='With positions, "the cat chased the dog" and "the dog chased the cat" get different vectors; with '
    '`"none"` the same ones in another order.',
    points=0.6,
)
def test_positions_tell_who_chased_whom(InputEmbedding):
    for kind in ("none", "sinusoidal", "learned"):
        same_vectors(InputEmbedding, kind, FIRST, SECOND, of=f"what both sentences give with {kind!r}")


@test_case(name="`InputEmbedding` refuses any other kind of `positions` with a `ValueError`.", points=0.4)
def test_other_kinds_are_refused(InputEmbedding):
    same_vectors(InputEmbedding, "none", FIRST, of="the token rows")
    with raises(ValueError):
        InputEmbedding(*SIZES, "rotary")


@test_case(name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.4)
def test_longer_texts(InputEmbedding):
    for kind in ("none", "sinusoidal"):
        same_vectors(InputEmbedding, kind, FIRST + SECOND, of=f"a text of 10 tokens with {kind!r}")


@test_case(name="Gradients reach the tables of `InputEmbedding` from every place that used a row.", points=0.4)
def test_tables_learn(InputEmbedding):
    ids = torch.tensor([FIRST, SECOND])
    upstream = torch.arange(40.0).reshape(2, 5, 4)
    for kind in ("none", "learned"):
        module = filled(InputEmbedding(*SIZES, kind))
        right = RightEmbedding(module, SIZES, kind)
        got = module(ids.clone())
        assert_close(got, right(ids), of=f"what both sentences give with {kind!r}")
        right.same_gradients(got, ids, upstream)
