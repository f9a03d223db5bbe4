"""Public cases of `lookup`: from tokens to rows of a table."""

import torch
from check.testing.api import (
    assert_close,
    assert_equal,
    assert_normal,
    count_operations,
    raises,
    require,
    test_case,
    unchanged,
)
from torch import nn

OK_FORMAT = False
name = "lookup"

TOKENS = ["she", "love", "Fox", "fox", "jump", "lazy", "brown", "dog", "fox", "love", "dog"]
VOCABULARY = {"Fox": 0, "brown": 1, "dog": 2, "fox": 3, "jump": 4, "lazy": 5, "love": 6, "she": 7}
ROWS = torch.tensor([[2.0, 2.5], [3.0, 3.5], [1.0, 1.5]])  # of small_table(), at the ids [2, 3, 1]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def small_table():
    return torch.tensor([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5], [3.0, 3.5]])  # V = 4, D = 2


def three_ids():
    return torch.tensor([2, 3, 1])


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@test_case(
    name="`build_vocabulary` numbers the distinct tokens 0 to V-1 in sorted order.",
    points=0.65,
    hidden=False,
)
def test_vocabulary_is_sorted(build_vocabulary):
    assert_equal(build_vocabulary(list(TOKENS)), VOCABULARY, of="the vocabulary")


@test_case(
    name="`encode` gives the tokens' ids in the order of the text, as an int64 tensor of shape `(T,)`.",
    points=0.4,
    hidden=False,
)
def test_encode_keeps_the_order(encode):
    assert_close(encode(["she", "love", "fox", "love", "Fox"], dict(VOCABULARY)), torch.tensor([7, 6, 3, 6, 0]))


@test_case(
    name="`encode` takes every id from `vocabulary`, in whatever order the vocabulary lists its tokens.",
    points=0.25,
    hidden=False,
)
def test_encode_follows_the_vocabulary(encode):
    assert_close(encode(["ant", "dog", "ant"], {"fox": 30, "dog": 20, "ant": 25}), torch.tensor([25, 20, 25]))


@test_case(
    name="`encode` gives an empty int64 tensor of shape `(0,)` for no tokens.",
    points=0.15,
    hidden=False,
)
def test_encode_of_nothing(encode):
    assert_close(encode(["she", "love", "dog"], dict(VOCABULARY)), torch.tensor([7, 6, 2]))
    assert_close(encode([], dict(VOCABULARY)), torch.zeros(0, dtype=torch.int64))


@test_case(name="`encode` raises a `KeyError` that names the unknown token.", points=0.2, hidden=False)
def test_encode_refuses_an_unknown_token(encode):
    assert_close(encode(["dog", "fox"], dict(VOCABULARY)), torch.tensor([2, 3]))
    with raises(KeyError, quoting=["wolf"]):
        encode(["dog", "wolf", "fox"], dict(VOCABULARY))


@test_case(
    name="`new_embedding_table` draws normally distributed numbers with mean 0 and standard deviation `std`.",
    points=0.4,
    hidden=False,
)
def test_table_is_normal(new_embedding_table):
    table = new_embedding_table(300, 40, generator=seeded(1))
    require(table.shape == (300, 40), f"the shape should be (300, 40), but is {tuple(table.shape)}")
    assert_normal(table, 0.02)


@test_case(
    name="`new_embedding_table` gives a trainable float32 `nn.Parameter` of shape `(V, D)`.",
    points=0.2,
    hidden=False,
)
def test_table_is_a_parameter(new_embedding_table):
    table = new_embedding_table(30, 40, generator=seeded(3))
    assert_normal(table, 0.02)
    kind = type(table).__name__
    require(isinstance(table, nn.Parameter), f"the table should be an nn.Parameter, but is a {kind}")
    require(table.requires_grad, "the table should be trainable")
    require(table.dtype == torch.float32, f"the table should be float32, but is {table.dtype}")


@test_case(
    name="`new_embedding_table` gives equal tables for equally seeded generators.",
    points=0.15,
    hidden=False,
)
def test_table_repeats_with_a_seed(new_embedding_table):
    first = new_embedding_table(30, 40, std=0.5, generator=seeded(2))
    assert_normal(first, 0.5)
    again = new_embedding_table(30, 40, std=0.5, generator=seeded(2))
    assert_close(again.detach(), first.detach(), of="the table of a second generator with the same seed")


@test_case(
    name="`new_embedding_table` with a generator leaves torch's global random state untouched.",
    points=0.1,
    hidden=False,
)
def test_table_leaves_the_global_state(new_embedding_table):
    before = torch.get_rng_state()
    assert_normal(new_embedding_table(30, 40, generator=seeded(4)), 0.02)
    untouched = torch.equal(torch.get_rng_state(), before)
    require(untouched, "with a generator of its own the call should leave torch's random state as it was")


@test_case(
    name="`new_embedding_table` gives another table at every call, with or without a generator.",
    points=0.1,
    hidden=False,
)
def test_draws_differ(new_embedding_table):
    first, second = new_embedding_table(30, 40), new_embedding_table(30, 40)
    assert_normal(first, 0.02)
    require(not torch.equal(first, second), "two calls without a generator gave the same table")


@test_case(
    name="`new_embedding_table` without a generator draws from torch's global random state.",
    points=0.1,
    hidden=False,
)
def test_draws_follow_the_global_state(new_embedding_table):
    start = torch.get_rng_state()
    first = new_embedding_table(30, 40)
    assert_normal(first, 0.02)
    torch.set_rng_state(start)
    assert_close(new_embedding_table(30, 40).detach(), first.detach(), of="the table drawn from the same random state")


@test_case(
    name="`embedding_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.5,
    hidden=False,
)
def test_lookup_in_any_shape(embedding_lookup):
    assert_close(embedding_lookup(small_table(), three_ids()), ROWS)
    assert_close(
        embedding_lookup(small_table(), torch.tensor(3)),
        torch.tensor([3.0, 3.5]),
        of="the row of a scalar id",
    )
    assert_close(embedding_lookup(small_table(), torch.zeros(2, 0, dtype=torch.int64)), torch.zeros(2, 0, 2))
    transposed = torch.tensor([[0, 1, 1], [3, 0, 2]]).T[:, None]  # (3, 1, 2), non-contiguous
    expected = torch.tensor([[[[0, 0.5], [3, 3.5]]], [[[1, 1.5], [0, 0.5]]], [[[1, 1.5], [2, 2.5]]]])
    assert_close(embedding_lookup(small_table(), transposed), expected)


@test_case(name="`embedding_lookup` gives the dtype of the table.", points=0.1, hidden=False)
def test_lookup_keeps_the_dtype(embedding_lookup):
    assert_close(embedding_lookup(small_table().double(), three_ids()), ROWS.double())


@test_case(
    name="`embedding_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.25,
    hidden=False,
)
def test_lookup_refuses_bad_ids(embedding_lookup):
    assert_close(embedding_lookup(small_table(), three_ids()), ROWS)
    with raises(IndexError, quoting=[-1, 4]):
        embedding_lookup(small_table(), torch.tensor([2, -1]))
    with raises(IndexError, quoting=[9, 4]):
        embedding_lookup(small_table(), torch.tensor([[0, 9], [1, 2]]))


@test_case(
    name="`embedding_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.25,
    hidden=False,
)
def test_lookup_passes_gradients(embedding_lookup):
    table = small_table().requires_grad_()
    rows = embedding_lookup(table, torch.tensor([2, 0, 2]))
    assert_close(rows, torch.tensor([[2.0, 2.5], [0.0, 0.5], [2.0, 2.5]]))
    require(rows.requires_grad, "the result should carry gradients to the table, but does not require any")
    (rows * torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])).sum().backward()
    require(table.grad is not None, "after backward() the table should have a gradient, but has none")
    assert_close(table.grad, torch.tensor([[3.0, 4], [0, 0], [6, 8], [0, 0]]), of="the table's gradient")


@test_case(name="The functions of `lookup` leave their arguments as they were.", points=0.05, hidden=False)
def test_arguments_stay(build_vocabulary, encode):
    tokens, vocabulary = list(TOKENS), dict(VOCABULARY)
    with unchanged(tokens=tokens, vocabulary=vocabulary):
        words = build_vocabulary(tokens)
        ids = encode(tokens[:3], vocabulary)
    assert_equal(words, VOCABULARY, of="the vocabulary")
    assert_close(ids, torch.tensor([7, 6, 0]))


@test_case(
    name="`embedding_lookup` leaves its arguments and what it gave before unchanged.",
    points=0.05,
    hidden=False,
)
def test_lookup_changes_nothing(embedding_lookup):
    table, ids = small_table(), three_ids()
    with unchanged(table=table, ids=ids):
        first = embedding_lookup(table, ids)
    assert_close(first, ROWS)
    embedding_lookup(table, torch.tensor([0, 0, 0]))
    assert_close(first, ROWS, of="the result of the first call, after the second,")


@test_case(
    name="`embedding_lookup` multiplies nothing: no matrix product, no element-wise multiplication.",
    points=0.1,
    hidden=False,
)
def test_lookup_multiplies_nothing(embedding_lookup):
    assert_close(embedding_lookup(small_table(), three_ids()), ROWS)
    work = count_operations(embedding_lookup, small_table(), three_ids())
    done = work.matrix_multiply_adds + work.elementwise_multiplications
    require(done == 0, f"a lookup copies rows, so it should multiply nothing, but it multiplied {done} times")
