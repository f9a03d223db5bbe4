"""Public cases of `input_embeddings`: token plus position.

They overwrite your module's parameters with numbers of their own, so that every row is known. What your
earlier functions do wrong is wrong here, too; when it is graded, such a case is tried again on right ones.
"""

import torch
from check.testing.api import (
    RightEmbedding,
    assert_close,
    assert_normal,
    filled,
    raises,
    require,
    test_case,
    unchanged,
)

OK_FORMAT = False
name = "input_embeddings"

SIZES = (7, 4, 6)  # V, D, P
FIRST = [3, 0, 1, 3, 2]  # the cat chased the dog, with cat 0, chased 1, dog 2, the 3
SECOND = [3, 2, 1, 3, 0]  # the dog chased the cat


def same_vectors(InputEmbedding, kind, *texts, of):
    """Demand the right vectors for some texts; give the module, the vectors and what is right for its tables."""
    module, ids = filled(InputEmbedding(*SIZES, kind)), torch.tensor(texts)
    right = RightEmbedding(module, SIZES, kind)
    got = module(ids.clone())
    assert_close(got, right(ids), of=of)
    return module, got, right


@test_case(
    name='`InputEmbedding` with `"none"` gives the token rows alone, never scaled: `(B, T)` to `(B, T, D)`.',
    points=0.6,
)
def test_token_rows_alone(InputEmbedding):
    same_vectors(InputEmbedding, "none", FIRST, SECOND, of="the token rows")


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their positions.',
    points=0.5,
)
def test_rows_plus_sinusoid(InputEmbedding):
    same_vectors(InputEmbedding, "sinusoidal", FIRST, SECOND, of="token rows plus encoding")


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.6,
)
def test_rows_plus_learned_rows(InputEmbedding):
    same_vectors(InputEmbedding, "learned", FIRST, SECOND, of="token rows plus position rows")


@test_case(name="`InputEmbedding` learns its positions if `positions` is not given.", points=0.15)
def test_learned_is_the_default(InputEmbedding):
    module, ids = filled(InputEmbedding(*SIZES)), torch.tensor([FIRST])
    expected = RightEmbedding(module, SIZES, "learned")(ids)
    assert_close(module(ids), expected, of="token rows plus position rows")


@test_case(name="`InputEmbedding` refuses any other kind of `positions` with a `ValueError`.", points=0.25)
def test_other_kinds_are_refused(InputEmbedding):
    same_vectors(InputEmbedding, "none", FIRST, of="the token rows")
    with raises(ValueError):
        InputEmbedding(*SIZES, "rotary")


@test_case(name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.25)
def test_longer_texts(InputEmbedding):
    for kind in ("none", "sinusoidal"):
        same_vectors(InputEmbedding, kind, FIRST + SECOND, of=f"a text of 10 tokens with {kind!r}")


@test_case(name="Gradients reach the tables of `InputEmbedding` from every place that used a row.", points=0.3)
def test_tables_learn(InputEmbedding):
    upstream = torch.arange(40.0).reshape(2, 5, 4)
    _, got, right = same_vectors(InputEmbedding, "learned", FIRST, SECOND, of="token rows plus position rows")
    right.same_gradients(got, torch.tensor([FIRST, SECOND]), upstream)


@test_case(
    name='`InputEmbedding` trains its token table and, with `"learned"`, its position table, and nothing else.',
    points=0.1,
)
def test_what_is_trained(InputEmbedding):
    module, got, _ = same_vectors(InputEmbedding, "sinusoidal", FIRST, of="token rows plus encoding")
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    gradients = torch.autograd.grad(got.sum(), trained, allow_unused=True)
    count = sum(gradient is not None for gradient in gradients)
    require(count == 1, f'with "sinusoidal" the token table alone should be trained, but {count} parameters are')


@test_case(
    name="`InputEmbedding` draws its token rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.3,
)
def test_token_rows_start_small(InputEmbedding):
    sizes = (300, 12, 9)
    module, ids = InputEmbedding(*sizes, "none"), torch.tensor([FIRST])
    right = RightEmbedding(module, sizes, "none")
    expected = right(ids)
    assert_close(module(ids), expected, of="the token rows")
    assert_normal(right.tables[0], 0.02)


@test_case(
    name="`InputEmbedding` refuses a bad id with an `IndexError` that quotes it and the vocabulary size.",
    points=0.35,
)
def test_bad_ids_are_refused(InputEmbedding):
    module, _, _ = same_vectors(InputEmbedding, "none", FIRST, of="the token rows")
    for bad in (-1, 7):
        with raises(IndexError, quoting=[bad, 7]):
            module(torch.tensor([[0, bad, 6]]))


@test_case(
    name='`InputEmbedding` with `"learned"` refuses a text of more than `max_positions` tokens with a `ValueError`.',
    points=0.3,
)
def test_too_long_a_text_is_refused(InputEmbedding):
    module, _, _ = same_vectors(InputEmbedding, "learned", FIRST, of="token rows plus position rows")
    with raises(ValueError):
        module(torch.tensor([FIRST + SECOND]))


@test_case(
    name="`InputEmbedding` gives the dtype of its tables after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.2,
)
def test_dtypes(InputEmbedding):
    module, ids = filled(InputEmbedding(*SIZES, "sinusoidal")).bfloat16(), torch.tensor([FIRST])
    expected = RightEmbedding(module, SIZES, "sinusoidal")(ids)
    assert_close(module(ids), expected, atol=2**-8, of="token rows plus encoding")


@test_case(
    name="`InputEmbedding` changes neither its ids nor its `state_dict()`, and no call changes a later result.",
    points=0.1,
)
def test_a_call_leaves_things_alone(InputEmbedding):
    module, ids = filled(InputEmbedding(*SIZES, "learned")), torch.tensor([FIRST])
    right = RightEmbedding(module, SIZES, "learned")
    with unchanged(ids=ids, module=module):
        first = module(ids)
    assert_close(first, right(ids), of="token rows plus position rows")
    with torch.no_grad():
        first.zero_()
    assert_close(module(ids), right(ids), of="the second result, after the first was overwritten with 0,")
