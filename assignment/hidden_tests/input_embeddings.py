"""Hidden cases of `input_embeddings`: token plus position."""

from functools import cache

import torch
from check.testing.api import (
    Domain,
    RightEmbedding,
    assert_close,
    assert_normal,
    filled,
    laid_otherwise,
    raises,
    require,
    seeded,
    set_up,
    test_case,
    three_draws,
    unchanged,
    untouched,
)

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "input_embeddings_hidden"

# The domain --------------------------------------------------------------------------------------

KINDS = {
    "none": lambda c: c.positions == "none",
    "sinusoidal": lambda c: c.positions == "sinusoidal",
    "learned": lambda c: True,
}
MODE = {"in training mode": lambda c: c.module.training, "in evaluation mode": lambda c: True}


def earlier(c):
    return [before for before in c.before if before.module is c.module]


def dtype_of(c):
    return next(c.module.parameters()).dtype


EMBED = Domain(
    "InputEmbedding",
    ("ids",),
    {
        "`positions` is": KINDS,
        "the text has": {
            "just `max_positions` tokens": lambda c: c.ids.shape[1] == c.max_positions,
            "more than `max_positions` tokens": lambda c: c.ids.shape[1] > c.max_positions,
            "fewer tokens": lambda c: True,
        },
        "the token table is": {
            "of more than 64 rows": lambda c: c.vocab_size > 64,
            "taller than wide": lambda c: c.vocab_size > c.dim,
            "wider than tall": lambda c: True,
        },
        "`max_positions` is": {"above 64": lambda c: c.max_positions > 64, "at most 64": lambda c: True},
        "the dtype is": {
            "float32": lambda c: dtype_of(c) == torch.float32,
            "float64": lambda c: dtype_of(c) == torch.float64,
            "of 16 bits": lambda c: True,
        },
        "the ids": {
            "hold the largest id": lambda c: int(c.ids.max()) == c.vocab_size - 1,
            "leave out the largest id": lambda c: True,
        },
        "the ids lie": {
            "in memory text by text": lambda c: c.ids.is_contiguous(),
            "in memory in another way": lambda c: True,
        },
        "the module is": MODE,
        "the text": {
            "is the first": lambda c: not earlier(c),
            "comes again, after the tables were changed": lambda c: torch.equal(earlier(c)[-1].ids, c.ids),
            "follows another one": lambda c: True,
        },
    },
    (
        {"`positions` is": ("learned",), "the text has": ("more than `max_positions` tokens",)},
        {
            "`positions` is": ("learned",),
            "the text has": ("just `max_positions` tokens",),
            "the text": ("follows another one",),
        },
    ),
    where=lambda c: c.module is not None and is_good(c),
    built_of=("vocab_size", "dim", "max_positions", "positions"),
)
BAD = Domain(
    "InputEmbedding",
    ("ids",),
    {
        "`positions` is": KINDS,
        "the bad id is": {
            "negative": lambda c: int(c.ids.min()) < 0,
            "the size of the vocabulary": lambda c: c.vocab_size in c.ids,
            "larger": lambda c: True,
        },
        "the module is": MODE,
    },
    where=lambda c: c.module is not None and c.ids.numel() and not is_good(c),
    built_of=("vocab_size", "dim", "max_positions", "positions"),
)
TOO_LONG = Domain(
    "InputEmbedding",
    ("ids",),
    {
        "`max_positions` is": {"1": lambda c: c.max_positions == 1, "larger": lambda c: True},
        "the text is": {
            "one token too long": lambda c: c.ids.shape[1] == c.max_positions + 1,
            "much too long": lambda c: True,
        },
        "the module is": MODE,
    },
    where=lambda c: c.module is not None and c.positions in (None, "learned") and c.ids.shape[1] > c.max_positions,
    strength=1,
    built_of=("vocab_size", "dim", "max_positions", "positions"),
)
DOMAINS = (EMBED, BAD, TOO_LONG)


def is_good(c):
    fits = c.positions in ("none", "sinusoidal") or c.ids.shape[1] <= c.max_positions
    return fits and c.ids.numel() and 0 <= int(c.ids.min()) <= int(c.ids.max()) < c.vocab_size


DTYPES = {"float32": (torch.float32,), "float64": (torch.float64,), "of 16 bits": (torch.bfloat16, torch.float16)}
TABLES = {"of more than 64 rows": (80, 6), "taller than wide": (11, 6), "wider than tall": (7, 8)}


def same_rows(InputEmbedding, sentence, around=untouched):
    """Demand the right vectors of the rows of `EMBED` tried under a sentence; give each result, ids, what is right."""
    for seed, row in deal(EMBED, sentence_of, gradients=lambda row: True, unchanged=lambda row: True)[sentence]:
        vocab_size, dim = TABLES[row["the token table is"]]
        max_positions = 70 if row["`max_positions` is"] == "above 64" else 9
        lengths = {
            "just `max_positions` tokens": (2, max_positions),
            "more than `max_positions` tokens": (2, 75),
            "fewer tokens": ((3, 5), (4, 4), (2, 1))[seed % 3],
        }
        shape = lengths[row["the text has"]]
        ids = torch.randint(0, vocab_size - 1, shape, generator=seeded(seed))
        if row["the ids"] == "hold the largest id":
            ids[-1, -1] = vocab_size - 1
        if row["the ids lie"] == "in memory in another way":
            ids = laid_otherwise(ids)
        kind = row["`positions` is"]
        sizes = (vocab_size, dim, max_positions)
        dtype = DTYPES[row["the dtype is"]][seed % len(DTYPES[row["the dtype is"]])]
        model = set_up(filled(InputEmbedding(*sizes, kind)), row, dtype)
        before = {
            "comes again, after the tables were changed": ids.clone(),
            "follows another one": torch.ones(1, shape[1] + (1 if seed % 2 else -shape[1] // 2), dtype=torch.int64),
        }
        if row["the text"] in before:
            its_ids = before[row["the text"]]
            expected = RightEmbedding(model, sizes, kind)(its_ids)
            assert_close(model(its_ids), expected, atol=off(dtype, kind))
            negate(model)
        right = RightEmbedding(model, sizes, kind)
        expected = right(ids)  # before a call that may change them: that has a case of its own
        with around(ids=ids, model=model):
            got = model(ids)
        assert_close(got, expected, atol=off(dtype, kind))
        yield got, ids, right


@torch.no_grad()
def negate(model):
    """Other numbers in every table, changed in place."""
    for parameter in model.parameters():
        parameter.neg_()


def off(dtype, kind):
    """In 16 bits the encoding may be rounded before it is added."""
    return torch.finfo(dtype).eps / 2 if kind == "sinusoidal" and dtype.itemsize == 2 else 1e-5


def sentence_of(row):
    """Which sentence a row of `EMBED` is tried under."""
    if row["the text has"] == "more than `max_positions` tokens":
        return "long"
    if row["the text"] != "is the first":
        return "calls"
    return row["`positions` is"] if row["the dtype is"] == "float32" else "dtype"


def same_under(InputEmbedding, sentence, around=untouched):
    for _ in same_rows(InputEmbedding, sentence, around):
        pass


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
    for shape in [(7, 3), (2, 0)]:
        same_vectors(model, right, texts(*shape))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1000.0)
    right = RightEmbedding(model, (11, 5, 9), "none")
    for _ in range(2):  # who cuts rows that are long does so from the first call on
        same_vectors(model, right, texts(7, 3))
    same_under(InputEmbedding, "none")


@test_case(
    name='`InputEmbedding` with `"sinusoidal"` gives token rows plus the sinusoidal encoding of their positions.',
    points=0.7,
    hidden=True,
)
def test_rows_plus_sinusoid(InputEmbedding):
    model, right = built(InputEmbedding, "sinusoidal", (11, 16, 9))
    same_vectors(model, right, texts(3, 9))
    same_under(InputEmbedding, "sinusoidal")


@test_case(
    name='`InputEmbedding` with `"learned"` gives token rows plus row t of a learned table at position t.',
    points=0.7,
    hidden=True,
)
def test_rows_plus_learned_rows(InputEmbedding):
    model, right = built(InputEmbedding, "learned", (11, 5, 9))
    same_vectors(model, right, texts(3, 9))
    same_under(InputEmbedding, "learned")


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
    sizes = (11, 2, 1200)
    for kind in ("sinusoidal", "learned"):
        model, right = built(InputEmbedding, kind, sizes)
        ids = texts(1, 1100)
        got = same_vectors(model, right, ids, atol=1e-3)
        same_vectors(model, right, ids.flip(1), atol=1e-3)  # what the first call remembers for its gradients stays
        right.same_gradients(got, ids, torch.ones(1, 1100, 2))
    for got, ids, right in same_rows(InputEmbedding, "gradients"):
        upstream = torch.arange(1.0, 1 + got.numel()).remainder(5).reshape(got.shape).to(got.dtype)
        right.same_gradients(got, ids, upstream)


@test_case(
    name="`InputEmbedding` draws its token rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.5,
    hidden=True,
)
def test_token_rows_start_small(InputEmbedding):
    for kind in KINDS:
        model = InputEmbedding(250, 48, 9, kind)
        right = RightEmbedding(model, (250, 48, 9), kind)
        same_vectors(model, right, texts(3, 5))
        assert_normal(right.tables[0], 0.02)
    repeated, first, second = three_draws(
        lambda: RightEmbedding(InputEmbedding(*SIZES, "learned"), SIZES, "learned").tables
    )
    require(not torch.equal(first[0], second[0]), "two models were drawn alike")
    require(all(map(torch.equal, repeated, first)), "torch.manual_seed did not make the draw repeat")


@test_case(
    name="`InputEmbedding` refuses a bad id with an `IndexError` that quotes it and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_bad_ids_are_refused(InputEmbedding):
    for row in cover(BAD):
        kind = row["`positions` is"]
        model = set_up(filled(InputEmbedding(*SIZES, kind)), row)
        right = RightEmbedding(model, SIZES, kind)
        same_vectors(model, right, texts(3, 5))
        bad = {"negative": -1, "the size of the vocabulary": 11}.get(row["the bad id is"], 2**32 + 4)
        for ids in ([[0, 3], [bad, 10]], [[0, 3]] + 15 * [[bad, bad]]):  # a message that lists so many quotes none
            with raises(IndexError, quoting=[bad, 11]):
                model(torch.tensor(ids))


@test_case(
    name='`InputEmbedding` with `"learned"` refuses a text of more than `max_positions` tokens with a `ValueError`.',
    points=0.5,
    hidden=True,
)
def test_too_long_a_text_is_refused(InputEmbedding):
    for row in cover(TOO_LONG):
        most = 1 if row["`max_positions` is"] == "1" else 9
        model, right = built(InputEmbedding, "learned", (11, 6, most))
        same_vectors(set_up(model, row), right, texts(3, 1))
        with raises(ValueError):
            model(texts(2, most + 1 if row["the text is"] == "one token too long" else 30))


@test_case(name='`max_positions` limits only `"learned"`: the others take longer texts.', points=0.4, hidden=True)
def test_longer_texts(InputEmbedding):
    same_vectors(*built(InputEmbedding, "none", (11, 6, 1)), texts(2, 30))
    same_vectors(*built(InputEmbedding, "sinusoidal", (11, 2, 9)), texts(1, 20_001), atol=1e-2)
    same_under(InputEmbedding, "long")


@test_case(
    name="`InputEmbedding` gives the dtype of its tables after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.3,
    hidden=True,
)
def test_dtypes(InputEmbedding):
    for kind, dtype in (("learned", torch.float64), ("sinusoidal", torch.float16)):
        model, right = built(InputEmbedding, kind, dtype=dtype)
        same_vectors(model, right, texts(3, 5), atol=off(dtype, kind))
    model, right = built(InputEmbedding, "sinusoidal", (11, 4, 9), torch.bfloat16)
    same_vectors(model, right, texts(1, 4500), atol=off(torch.bfloat16, "sinusoidal") + 2.5e-3)
    for kind in KINDS:
        model, right = built(InputEmbedding, kind)
        same_vectors(model, right, texts(3, 5))
        for dtype in (torch.float64, torch.bfloat16):
            negate(model.to(dtype))
            same_vectors(model, RightEmbedding(model, SIZES, kind), texts(3, 5), atol=off(dtype, kind))
    same_under(InputEmbedding, "dtype")


@test_case(
    name="`InputEmbedding` changes neither its ids nor its `state_dict()`, and no call changes a later result.",
    points=0.2,
    hidden=True,
)
def test_a_call_leaves_things_alone(InputEmbedding):
    same_under(InputEmbedding, "unchanged", around=unchanged)
    same_under(InputEmbedding, "calls")
    model, right = built(InputEmbedding, "sinusoidal")
    with unchanged(model=model):
        same_vectors(model, right, texts(2, 30))
    (model, right), (other, _) = (built(InputEmbedding, "learned") for _ in range(2))
    negate(other)
    same_vectors(model, right, texts(3, 5))


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
