"""Hidden cases of `input_embeddings`: token plus position."""

from functools import cache

import torch
from check.testing.api import RightEmbedding, assert_close, filled, raises, require, test_case, unchanged

OK_FORMAT = False
name = "input_embeddings_hidden"

SIZES = (11, 6, 9)  # V, D, P


def texts(*shape):
    return drawn(*shape).clone()


@cache
def drawn(*shape):
    return torch.randint(0, 11, shape, generator=torch.Generator().manual_seed(sum(shape)))


def built(InputEmbedding, kind, sizes=SIZES, dtype=torch.float32):
    """A model, its parameters overwritten, and what is right for these."""
    model = filled(InputEmbedding(*sizes, kind)).to(dtype)
    return model, RightEmbedding(model, sizes, kind)


def same_vectors(model, right, ids, atol=1e-5):
    """Demand the right vectors of some ids; give them."""
    got = model(ids.clone())
    assert_close(got, right(ids), atol=atol)
    return got


@test_case(
    name='`InputEmbedding` with `"none"` gives the token rows alone, never scaled: `(B, T)` to `(B, T, D)`.',
    points=0.8,
    hidden=True,
)
def test_token_rows_alone(InputEmbedding):
    model, right = built(InputEmbedding, "none", (11, 5, 9))  # an odd D
    turned = texts(7, 3).T
    assert_close(model(turned), right(texts(7, 3).T))  # not contiguous
    for shape in [(1, 1), (2, 0)]:
        same_vectors(model, right, texts(*shape))


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their positions.',
    points=0.7,
    hidden=True,
)
def test_rows_plus_sinusoid(InputEmbedding):
    model, right = built(InputEmbedding, "sinusoidal", (11, 16, 9))
    for shape in [(3, 9), (10, 4)]:
        same_vectors(model, right, texts(*shape))


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.7,
    hidden=True,
)
def test_rows_plus_learned_rows(InputEmbedding):
    model, right = built(InputEmbedding, "learned", (11, 5, 9))
    for shape in [(3, 9), (10, 4)]:
        same_vectors(model, right, texts(*shape))


@test_case(name="`InputEmbedding` learns its positions if `positions` is not given.", points=0.3, hidden=True)
def test_learned_is_the_default(InputEmbedding):
    model = filled(InputEmbedding(*SIZES))
    same_vectors(model, RightEmbedding(model, SIZES, "learned"), texts(3, 5))


@test_case(
    name='`InputEmbedding` trains its token table and, with `"learned"`, its position table, and nothing else.',
    points=0.2,
    hidden=True,
)
def test_what_is_trained(InputEmbedding):
    for kind, tables in [("sinusoidal", 1), ("learned", 2)]:
        model, right = built(InputEmbedding, kind)
        got = same_vectors(model, right, texts(3, 5))
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        gradients = torch.autograd.grad(got.sum(), trained, allow_unused=True)
        require(sum(gradient is not None for gradient in gradients) == tables, "something else is trained")


@test_case(
    name="Gradients reach the tables of `InputEmbedding` from every place that used a row.",
    points=0.5,
    hidden=True,
)
def test_tables_learn(InputEmbedding):
    ids = texts(4, 6)  # 24 ids of 11: rows repeat
    upstream = torch.randn(4, 6, 6, generator=torch.Generator().manual_seed(5))
    for kind in ("sinusoidal", "learned"):
        model, right = built(InputEmbedding, kind)
        right.same_gradients(same_vectors(model, right, ids), ids, upstream)


@test_case(
    name="`InputEmbedding` draws its token rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.5,
    hidden=True,
)
def test_token_rows_start_small(InputEmbedding):
    for kind in ("none", "learned"):
        model = InputEmbedding(250, 14, 9, kind)
        right = RightEmbedding(model, (250, 14, 9), kind)
        same_vectors(model, right, texts(3, 5))
        numbers = right.tables[0].detach().double() / 0.02
        far = float((numbers.abs() > 2).double().mean())
        require(
            abs(float(numbers.mean())) < 0.12 and 0.91 < float(numbers.std()) < 1.09 and 0.02 < far < 0.075,
            "not drawn as asked",
        )


@test_case(
    name="`InputEmbedding` refuses a bad id with an `IndexError` that quotes it and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_bad_ids_are_refused(InputEmbedding):
    model, right = built(InputEmbedding, "learned")
    same_vectors(model, right, texts(3, 5))
    for bad in (-1, 11, 14):
        with raises(IndexError, quoting=[bad, 11]):
            model(torch.tensor([[0, 3], [bad, 10]]))


@test_case(
    name='`InputEmbedding` with `"learned"` refuses a text of more than `max_positions` tokens with a `ValueError`.',
    points=0.5,
    hidden=True,
)
def test_too_long_a_text_is_refused(InputEmbedding):
    model, right = built(InputEmbedding, "learned")
    same_vectors(model, right, texts(3, 5))
    with raises(ValueError):
        model(texts(2, 10))
    of_one_row, _ = built(InputEmbedding, "learned", (11, 6, 1))
    with raises(ValueError):
        of_one_row(texts(3, 2))


@test_case(name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.4, hidden=True)
def test_longer_texts(InputEmbedding):
    for kind, max_positions in [("none", 1), ("sinusoidal", 9)]:
        same_vectors(*built(InputEmbedding, kind, (11, 6, max_positions)), texts(2, 30))


@test_case(
    name="`InputEmbedding` gives the dtype of its tables after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.3,
    hidden=True,
)
def test_dtypes(InputEmbedding):
    for kind, dtype in [
        ("sinusoidal", torch.float64),
        ("sinusoidal", torch.bfloat16),
        ("learned", torch.float16),
    ]:
        # In 16 bits the encoding may be rounded before it is added.
        atol = torch.finfo(dtype).eps / 2 if kind == "sinusoidal" and dtype.itemsize == 2 else 1e-5
        same_vectors(*built(InputEmbedding, kind, dtype=dtype), texts(3, 5), atol)


@test_case(
    name="`InputEmbedding` changes neither its ids nor its `state_dict()`, and a call no later result.",
    points=0.2,
    hidden=True,
)
def test_a_call_leaves_things_alone(InputEmbedding):
    for kind in ("sinusoidal", "learned"):
        model, right = built(InputEmbedding, kind)
        ids, more = texts(2, 3), texts(4, 5)
        with unchanged(ids=ids, more=more, model=model):
            for text in (ids, more, ids):
                assert_close(model(text), right(text))


@test_case(
    name="`InputEmbedding` refuses any other kind of `positions` with a `ValueError`.",
    points=0.4,
    hidden=True,
)
def test_other_kinds_are_refused(InputEmbedding):
    same_vectors(*built(InputEmbedding, "none"), texts(3, 5))
    for kind in ("Learned", ""):
        with raises(ValueError):
            InputEmbedding(*SIZES, kind)
