from functools import cache
from itertools import product
from random import Random
from string import ascii_letters, ascii_lowercase

import torch
from check.testing.api import (
    TABLE,
    Domain,
    assert_bad_ids_are_refused,
    assert_close,
    assert_equal,
    assert_gradients,
    assert_normal,
    assert_rows,
    assert_rows_in_any_shape,
    by_dtype,
    count_operations,
    lookups,
    needs_gradient,
    raises,
    require,
    seeded,
    tables_and_ids,
    test_case,
    unchanged,
)
from torch import nn

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "lookup_hidden"

# The domain of each function ---------------------------------------------------------------------

LOWER, LETTERS = frozenset(ascii_lowercase), frozenset(ascii_letters)

TOKENS = {
    "the text has": {
        "no tokens": lambda c: not c.tokens,
        "one token": lambda c: len(c.tokens) == 1,
        "more than 64 tokens": lambda c: len(c.tokens) > 64,
        "some tokens": lambda c: True,
    },
    "the tokens": {
        "repeat": lambda c: len(set(c.tokens)) < len(c.tokens),
        "do not repeat": lambda c: True,
    },
    "the tokens come": {
        "in sorted order": lambda c: c.tokens == sorted(c.tokens),
        "in another order": lambda c: True,
    },
    "the tokens hold": {
        "lower-case letters alone": lambda c: all(map(LOWER.issuperset, c.tokens)),
        "capitals": lambda c: all(map(LETTERS.issuperset, c.tokens)),
        "digits, signs or other letters": lambda c: True,
    },
}
NO_TOKENS = {
    "the text has": ("no tokens", "one token"),
    "the tokens": ("repeat",),
}, {
    "the text has": ("no tokens", "one token"),
    "the tokens come": ("in another order",),
}, {
    "the text has": ("no tokens",),
    "the tokens hold": ("capitals", "digits, signs or other letters"),
}  # fmt: skip
KINDS = {"lower-case letters alone": "mnopqw", "capitals": "ABCTab", "digits, signs or other letters": "éΩ漢0_9-"}
"""What tokens begin with."""

VOCABULARIES = {
    "the vocabulary lists": {
        "its tokens by their ids": lambda c: [*c.vocabulary.values()] == sorted(c.vocabulary.values()),
        "its tokens in another order": lambda c: True,
    },
    "the vocabulary's ids": {
        "are 0 to V-1": lambda c: {*c.vocabulary.values()} == {*range(len(c.vocabulary))},
        "have gaps": lambda c: True,
    },
    "the tokens were": {
        "asked for before, with another vocabulary": lambda c: any(
            b.tokens == c.tokens and b.vocabulary != c.vocabulary for b in c.before
        ),
        "not asked for before": lambda c: True,
    },
}
BUILD_VOCABULARY = Domain("build_vocabulary", ("tokens",), TOKENS, NO_TOKENS)
ENCODE = Domain(
    "encode",
    ("tokens", "vocabulary"),
    TOKENS | VOCABULARIES,
    (*NO_TOKENS, {"the text has": ("no tokens",), "the tokens were": ("asked for before, with another vocabulary",)}),
    where=lambda c: {*c.tokens} <= {*c.vocabulary},
)
NEW_TABLE = Domain(
    "new_embedding_table",
    ("vocab_size", "dim"),
    {
        "the table is": {
            "square": lambda c: c.vocab_size == c.dim,
            "taller than wide": lambda c: c.vocab_size > c.dim,
            "wider than tall": lambda c: True,
        },
        "`std` is": {"given": lambda c: c.std is not None, "not given": lambda c: True},
        "a generator is": {"given": lambda c: c.generator is not None, "not given": lambda c: True},
    },
)
LOOKUP, BAD_LOOKUP = lookups("embedding_lookup", ("table", "ids"), TABLE)

DOMAINS = (BUILD_VOCABULARY, ENCODE, NEW_TABLE, LOOKUP, BAD_LOOKUP)

MIXED = ["the", "The", "10", "", "9", "zebra", "ant", "The", " ", "9", "_", "ant", "éclair", "\n", "a", "a\0", "a "]
TABLE_OF_7 = torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3
IDS_OF_5 = torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, first and last row
ROWS = TABLE_OF_7[IDS_OF_5]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def small_table():
    return TABLE_OF_7.clone()


def five_ids():
    return IDS_OF_5.clone()


@cache
def make_tokens(at):
    """Tokens of the levels of `TOKENS` in a row of `ENCODE`, and the sorted words of a vocabulary for them."""
    row, random = cover(ENCODE)[at], Random(at)
    count = {"no tokens": 0, "one token": 1, "some tokens": 6, "more than 64 tokens": 70}[row["the text has"]]
    letters = product(KINDS[row["the tokens hold"]], "abcdefgh", "xyz")
    words = random.sample(["".join(one) for one in letters], max(count, 3))
    tokens = words[:count] + (words[:3] if row["the tokens"] == "repeat" else [])
    if row["the tokens come"] == "in sorted order":
        tokens.sort()
    distinct = sorted(words)
    return tuple(tokens), tuple(distinct)


def texts(sentence):
    """Tokens, a vocabulary and the row of `ENCODE` that they are of, for the rows tried under a sentence."""
    for at, row in deal(ENCODE, lambda row: "values", unchanged=lambda row: True)[sentence]:
        tokens, distinct = make_tokens(at)
        yield list(tokens), make_vocabulary(row, distinct), row


def tried_under(sentence):
    """The rows of `LOOKUP` that are tried under a sentence."""
    return deal(LOOKUP, by_dtype, gradients=needs_gradient, unchanged=lambda row: True)[sentence]


def drawn(new_embedding_table):
    """Tables that are drawn in every way, with their deviations and shapes."""
    shapes = {"wider than tall": (30, 40), "taller than wide": (40, 30), "square": (35, 35)}
    for seed, row in enumerate(cover(NEW_TABLE)):
        shape = shapes[row["the table is"]]
        given = {"std": 10.0 ** (seed % 3 - 1)} if row["`std` is"] == "given" else {}
        generator = {"generator": seeded(seed)} if row["a generator is"] == "given" else {}
        yield new_embedding_table(*shape, **given, **generator), given.get("std", 0.02), shape


def make_vocabulary(row, distinct):
    """A vocabulary of the levels of `VOCABULARIES`."""
    ids = range(len(distinct)) if row["the vocabulary's ids"] == "are 0 to V-1" else range(3, 3 + 2 * len(distinct), 2)
    pairs = list(zip(distinct, ids, strict=True))
    if row["the vocabulary lists"] == "its tokens in another order":
        pairs = pairs[len(pairs) // 2 :] + pairs[: len(pairs) // 2]
    return dict(pairs)


@test_case(
    name="`build_vocabulary` numbers the distinct tokens 0 to V-1 in sorted order.",
    points=0.75,
    hidden=True,
)
def test_vocabulary_is_sorted(build_vocabulary, reference):
    first = build_vocabulary(list(MIXED))
    assert_equal(first, reference.build_vocabulary(MIXED))
    first["<unk>"] = len(first)  # the result is the caller's
    assert_equal(build_vocabulary(list(MIXED)), reference.build_vocabulary(MIXED))
    for tokens, _, _ in texts("values"):
        expected = reference.build_vocabulary(tokens)
        assert_equal(build_vocabulary(tokens), expected)


@test_case(
    name="`encode` takes every id from `vocabulary`, in whatever order the vocabulary lists its tokens.",
    points=0.55,
    hidden=True,
)
def test_encode_follows_the_vocabulary(encode):
    many = [f"t{number}" for number in range(1100)]
    assert_close(encode(many, {token: id for id, token in enumerate(many)}), torch.arange(1100))
    ids = {token: id for id, token in enumerate(sorted({*MIXED}))}
    for _ in range(2):
        got = encode(list(MIXED), dict(ids))
        assert_close(got, torch.tensor([ids[token] for token in MIXED]))
        got.zero_()  # the result is the caller's
    assert_close(encode(["b", "a"], {"a": 3, "b": 2**40 + 1}), torch.tensor([2**40 + 1, 3]))
    for tokens, vocabulary, row in texts("values"):
        if row["the tokens were"] == "asked for before, with another vocabulary":
            encode(list(tokens), {token: id + 1 for token, id in vocabulary.items()})
        expected = torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64)
        assert_close(encode(tokens, vocabulary), expected)


@test_case(name="The functions of `lookup` leave their arguments as they were.", points=0.1, hidden=True)
def test_arguments_stay(build_vocabulary, encode, reference):
    for tokens, vocabulary, row in texts("unchanged"):
        if row["the tokens were"] == "asked for before, with another vocabulary":
            encode(list(tokens), {token: id + 1 for token, id in vocabulary.items()})
        with unchanged(tokens=tokens, vocabulary=vocabulary):
            words, ids = build_vocabulary(tokens), encode(tokens, vocabulary)
        assert_equal(words, reference.build_vocabulary(tokens))
        assert_close(ids, torch.tensor([vocabulary[token] for token in tokens], dtype=torch.int64))


@test_case(name="`encode` gives an empty int64 tensor of shape `(0,)` for no tokens.", points=0.25, hidden=True)
def test_encode_of_nothing(encode):
    assert_close(encode(["a", "b", "b"], {"a": 17, "b": 31}), torch.tensor([17, 31, 31]))
    assert_close(encode([], {"a": 17, "b": 31}), torch.zeros(0, dtype=torch.int64))


@test_case(name="`encode` raises a `KeyError` that names the unknown token.", points=0.25, hidden=True)
def test_encode_refuses_an_unknown_token(encode):
    vocabulary = {"blue": 1, "red": 0, "<unk>": 3, "[UNK]": 2}
    large = vocabulary | {f"t{id}": id for id in range(4, 1100)}
    many = ["t7", "t8x"] * 70  # a message that lists so many names none
    for tokens, known in ((["blue", "Red", "red"], vocabulary), (["red", ""], vocabulary), (many, large)):
        assert_close(encode(["red", "blue", "red"], dict(known)), torch.tensor([0, 1, 0]))
        with raises(KeyError, quoting=[tokens[1]]):
            encode(tokens, dict(known))


@test_case(
    name="`new_embedding_table` gives a trainable float32 `nn.Parameter` of shape `(V, D)`.",
    points=0.15,
    hidden=True,
)
def test_table_is_a_parameter(new_embedding_table):
    for table, std, shape in drawn(new_embedding_table):
        assert_normal(table, std)
        require(isinstance(table, nn.Parameter), "the table should be an nn.Parameter")
        require(table.requires_grad and table.is_leaf, "the table should be trainable")
        require(table.dtype == torch.float32, "the table should be float32")
        require(table.shape == shape, "the table should be (V, D)")


@test_case(
    name="`new_embedding_table` draws normally distributed numbers with mean 0 and standard deviation `std`.",
    points=0.6,
    hidden=True,
)
def test_table_is_normal(new_embedding_table):
    assert_normal(new_embedding_table(290, 45), 0.02)
    assert_normal(new_embedding_table(60, 210, std=1.5, generator=seeded(3)), 1.5)


@test_case(name="`new_embedding_table` gives equal tables for equally seeded generators.", points=0.25, hidden=True)
def test_table_repeats_with_a_seed(new_embedding_table):
    first = new_embedding_table(30, 40, generator=seeded(5))
    assert_normal(first, 0.02)
    assert_close(new_embedding_table(30, 40, generator=seeded(5)).detach(), first.detach())
    other = new_embedding_table(30, 40, generator=seeded(6))
    require(not torch.equal(other, first), "another seed should give another table")


@test_case(
    name="`new_embedding_table` with a generator leaves torch's global random state untouched.",
    points=0.25,
    hidden=True,
)
def test_table_leaves_the_global_state(new_embedding_table):
    torch.default_generator.manual_seed(21)
    undisturbed = new_embedding_table(5, 4).detach()
    torch.default_generator.manual_seed(21)
    assert_normal(new_embedding_table(30, 40, generator=seeded(7)), 0.02)
    assert_close(new_embedding_table(5, 4).detach(), undisturbed, of="the next draw from the global random state")


@test_case(
    name="`new_embedding_table` gives another table at every call, with or without a generator.",
    points=0.25,
    hidden=True,
)
def test_draws_differ(new_embedding_table):
    generator = seeded(8)
    first, second = (new_embedding_table(30, 40, generator=generator) for _ in range(2))
    assert_normal(first, 0.02)
    require(not torch.equal(first, second), "one generator gave the same table twice")
    drawn = [new_embedding_table(5, 4) for _ in range(2)]
    require(not torch.equal(*drawn), "two calls gave the same table")


@test_case(
    name="`new_embedding_table` without a generator draws from torch's global random state.",
    points=0.25,
    hidden=True,
)
def test_draws_follow_the_global_state(new_embedding_table):
    drawn = []
    for seed in (11, 11, 12):
        torch.default_generator.manual_seed(seed)  # as torch.manual_seed does, in a hundredth of the time
        drawn.append(new_embedding_table(45, 30, std=0.3))
    assert_normal(drawn[0], 0.3)
    require(torch.equal(drawn[0], drawn[1]), "torch.manual_seed did not make the draw repeat")
    require(not torch.equal(drawn[0], drawn[2]), "another seed should give another table")


@test_case(
    name="`embedding_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.7,
    hidden=True,
)
def test_lookup_in_any_shape(embedding_lookup):
    assert_close(embedding_lookup(small_table(), five_ids()), ROWS)
    assert_rows_in_any_shape(embedding_lookup, small_table())
    assert_rows(embedding_lookup, tried_under("values"))


@test_case(name="`embedding_lookup` gives the dtype of the table.", points=0.25, hidden=True)
def test_lookup_keeps_the_dtype(embedding_lookup):
    assert_rows(embedding_lookup, tried_under("dtype"))


@test_case(
    name="`embedding_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_lookup_refuses_bad_ids(embedding_lookup):
    assert_close(embedding_lookup(small_table(), five_ids()), ROWS)
    assert_bad_ids_are_refused(lambda ids: embedding_lookup(small_table(), ids), cover(BAD_LOOKUP), 7)


@test_case(
    name="`embedding_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.6,
    hidden=True,
)
def test_lookup_passes_gradients(embedding_lookup):
    for table, ids in tables_and_ids(tried_under("gradients")):
        assert_gradients(embedding_lookup, table, ids)


@test_case(
    name="`embedding_lookup` leaves its arguments and what it gave before unchanged.",
    points=0.15,
    hidden=True,
)
def test_lookup_changes_nothing(embedding_lookup):
    table, ids = small_table(), five_ids()
    first = embedding_lookup(table, ids)
    assert_close(first, ROWS)
    kept = first.clone()
    with torch.no_grad():
        table[5] = 9.0
    assert_close(embedding_lookup(table, ids), table[IDS_OF_5])
    assert_close(first, kept, of="the earlier result")
    many = torch.arange(40_000).remainder(7)
    large = embedding_lookup(table, many)
    embedding_lookup(table, many.flip(0))
    assert_close(large, table[many], of="the earlier result")
    assert_rows(embedding_lookup, tried_under("unchanged"), around=unchanged)


@test_case(
    name="`embedding_lookup` multiplies nothing: no matrix product, no element-wise multiplication.",
    points=0.15,
    hidden=True,
)
def test_lookup_multiplies_nothing(embedding_lookup):
    assert_close(embedding_lookup(small_table(), five_ids()), ROWS)
    work = count_operations(embedding_lookup, small_table().repeat(3, 1), five_ids())
    require(work.matrix_multiply_adds == 0, "a lookup needs no matrix product")
    require(work.elementwise_multiplications == 0, "a lookup needs no element-wise multiplication")
