"""Hidden cases of `lookup`. `reference` is the module solutions/embeddings.py."""

import torch
from check.testing.api import (
    assert_close,
    assert_equal,
    assert_gradients,
    assert_normal,
    count_operations,
    raises,
    require,
    test_case,
    unchanged,
)
from torch import nn

OK_FORMAT = False
name = "lookup_hidden"


def seeded(seed):
    return torch.Generator().manual_seed(seed)


MIXED = ["the", "The", "10", "9", "zebra", "ant", "The", "9", "_", "ant", "éclair"]
TABLE = torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3
IDS = torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, first and last row
ROWS = TABLE[IDS]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def small_table():
    return TABLE.clone()


def five_ids():
    return IDS.clone()


@test_case(
    name="`build_vocabulary` numbers the distinct tokens 0 to V-1 in sorted order.",
    points=0.75,
    hidden=True,
)
def test_vocabulary_is_sorted(build_vocabulary, reference):
    assert_equal(build_vocabulary(list(MIXED)), reference.build_vocabulary(MIXED))
    assert_equal(build_vocabulary([]), {})


@test_case(
    name="`encode` takes every id from `vocabulary`, in whatever order the vocabulary lists its tokens.",
    points=0.55,
    hidden=True,
)
def test_encode_follows_the_vocabulary(encode):
    vocabulary = {"red": 3, "a": 0, "blue": 1, "green": 40, "Red": 2}
    got = encode(["Red", "green", "red", "red", "blue", "a"], vocabulary)
    assert_close(got, torch.tensor([2, 40, 3, 3, 1, 0]))


@test_case(name="`encode` gives an empty int64 tensor of shape `(0,)` for no tokens.", points=0.25, hidden=True)
def test_encode_of_nothing(encode):
    assert_close(encode(["b", "a", "b"], {"a": 17, "b": 31}), torch.tensor([31, 17, 31]))
    assert_close(encode([], {"a": 17, "b": 31}), torch.zeros(0, dtype=torch.int64))


@test_case(name="`encode` raises a `KeyError` that names the unknown token.", points=0.25, hidden=True)
def test_encode_refuses_an_unknown_token(encode):
    vocabulary = {"blue": 1, "red": 0}
    for tokens in (["blue", "Red", "red"], ["red", ""]):
        assert_close(encode(["red", "blue", "red"], dict(vocabulary)), torch.tensor([0, 1, 0]))
        with raises(KeyError, quoting=[tokens[1]]):
            encode(tokens, dict(vocabulary))


@test_case(
    name="`new_embedding_table` gives a trainable float32 `nn.Parameter` of shape `(V, D)`.",
    points=0.15,
    hidden=True,
)
def test_table_is_a_parameter(new_embedding_table):
    table = new_embedding_table(300, 40)
    assert_normal(table, 0.02)
    require(isinstance(table, nn.Parameter), "the table should be an nn.Parameter")
    require(table.requires_grad and table.is_leaf, "the table should be trainable")
    require(table.dtype == torch.float32, "the table should be float32")
    require(table.shape == (300, 40), "the table should be (V, D)")


@test_case(
    name="`new_embedding_table` draws normally distributed numbers with mean 0 and standard deviation `std`.",
    points=0.6,
    hidden=True,
)
def test_table_is_normal(new_embedding_table):
    assert_normal(new_embedding_table(40, 300, generator=seeded(3)), 0.02)
    assert_normal(new_embedding_table(300, 40, std=1.5, generator=seeded(4)), 1.5)


@test_case(name="`new_embedding_table` gives equal tables for equally seeded generators.", points=0.25, hidden=True)
def test_table_repeats_with_a_seed(new_embedding_table):
    first = new_embedding_table(300, 40, generator=seeded(5))
    assert_normal(first, 0.02)
    assert_close(new_embedding_table(300, 40, generator=seeded(5)).detach(), first.detach())
    other = new_embedding_table(300, 40, generator=seeded(6))
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
    assert_normal(new_embedding_table(300, 40, generator=seeded(7)), 0.02)
    assert_close(new_embedding_table(5, 4).detach(), undisturbed, of="the next draw from the global random state")


@test_case(
    name="`new_embedding_table` gives another table at every call, with or without a generator.",
    points=0.25,
    hidden=True,
)
def test_draws_differ(new_embedding_table):
    generator = seeded(8)
    first, second = (new_embedding_table(300, 40, generator=generator) for _ in range(2))
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
        drawn.append(new_embedding_table(300, 40))
    assert_normal(drawn[0], 0.02)
    require(torch.equal(drawn[0], drawn[1]), "torch.manual_seed did not make the draw repeat")
    require(not torch.equal(drawn[0], drawn[2]), "another seed should give another table")


@test_case(
    name="`embedding_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.7,
    hidden=True,
)
def test_lookup_in_any_shape(embedding_lookup):
    wide = torch.randn(3, 7, generator=seeded(2)).T  # (7, 3), non-contiguous
    many = five_ids()[:4].view(2, 1, 2).expand(3, 2, 1, 2)  # non-contiguous, too
    expected = wide[many]
    assert_close(embedding_lookup(wide, many), expected)
    for ids in (torch.tensor(6), torch.tensor([[2]]), torch.zeros(3, 0, 2, dtype=torch.int64)):
        expected = TABLE[ids]
        assert_close(embedding_lookup(small_table(), ids), expected)


@test_case(name="`embedding_lookup` gives the dtype of the table.", points=0.25, hidden=True)
def test_lookup_keeps_the_dtype(embedding_lookup):
    for dtype in (torch.float64, torch.bfloat16):
        table = (TABLE.double() / 3).to(dtype)
        assert_close(embedding_lookup(table.clone(), five_ids()), table[IDS], atol=0)


@test_case(
    name="`embedding_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_lookup_refuses_bad_ids(embedding_lookup):
    assert_close(embedding_lookup(small_table(), five_ids()), ROWS)
    for ids, bad in [(7, 7), ([[0, 1], [-1, 2]], -1), ([[3], [123], [123]], 123)]:
        with raises(IndexError, quoting=[bad, 7]):
            embedding_lookup(small_table(), torch.tensor(ids))


@test_case(
    name="`embedding_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.65,
    hidden=True,
)
def test_lookup_passes_gradients(embedding_lookup):
    assert_gradients(embedding_lookup, TABLE, IDS, torch.randn(5, 3, generator=seeded(9)))


@test_case(
    name="`embedding_lookup` leaves its arguments and what it gave before unchanged.",
    points=0.2,
    hidden=True,
)
def test_lookup_changes_nothing(embedding_lookup):
    table, ids = small_table(), five_ids()
    with unchanged(table=table, ids=ids):
        first = embedding_lookup(table, ids)
    assert_close(first, ROWS)
    kept = first.clone()
    with torch.no_grad():
        table[5] = 9.0
    assert_close(embedding_lookup(table, ids), table[IDS])
    assert_close(first, kept, of="the earlier result")


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
