"""Hidden cases of `lookup`. `reference` is the module solutions/embeddings.py."""

import torch
from check.compare import equal, expect, raises, same, unchanged
from check.operations import count_operations
from otter.test_files import test_case
from torch import nn

OK_FORMAT = False
name = "lookup_hidden"


def seeded(seed):
    return torch.Generator().manual_seed(seed)


MIXED = ["the", "The", "10", "9", "zebra", "ant", "The", "9", "_", "ant", "éclair"]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def small_table():
    return torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3


def five_ids():
    return torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, first and last row


def expect_normal(table, std):
    """Mean, deviation, tails and the spread of rows and columns of 12,000 numbers."""
    expect(isinstance(table, nn.Parameter), "the table should be an nn.Parameter")
    numbers = table.detach() / std
    expect(abs(float(numbers.mean())) < 0.06, "the mean should be 0")
    expect(0.94 < float(numbers.std()) < 1.06, f"the standard deviation should be {std}")
    expect(0.035 < float((numbers.abs() > 2).float().mean()) < 0.056, "the tails should be normal")
    by_row, by_column = numbers.std(1), numbers.std(0)
    for spread in (by_row, by_column):
        expect(bool(((spread > 0.4) & (spread < 1.7)).all()), "rows and columns should vary alike")


@test_case(
    name="`build_vocabulary` numbers the distinct tokens 0 to V-1 in sorted order.",
    points=0.75,
    hidden=True,
)
def test_vocabulary_is_sorted(build_vocabulary, reference):
    equal(build_vocabulary(list(MIXED)), reference.build_vocabulary(MIXED))
    equal(build_vocabulary(["b"]), {"b": 0})
    equal(build_vocabulary([]), {})


@test_case(
    name="`encode` takes every id from `vocabulary`, in whatever order the vocabulary lists its tokens.",
    points=0.5,
    hidden=True,
)
def test_encode_follows_the_vocabulary(encode):
    vocabulary = {"red": 3, "a": 0, "blue": 1, "green": 40, "Red": 2}
    got = encode(["Red", "green", "red", "red", "blue", "a"], vocabulary)
    same(got, torch.tensor([2, 40, 3, 3, 1, 0]))


@test_case(
    name="`encode` gives an empty int64 tensor of shape `(0,)` for no tokens.", points=0.25, hidden=True
)
def test_encode_of_nothing(encode):
    same(encode(["b", "a", "b"], {"a": 17, "b": 31}), torch.tensor([31, 17, 31]))
    same(encode([], {"a": 17, "b": 31}), torch.zeros(0, dtype=torch.int64))
    same(encode([], {}), torch.zeros(0, dtype=torch.int64))


@test_case(name="`encode` raises a `KeyError` that names the unknown token.", points=0.25, hidden=True)
def test_encode_refuses_an_unknown_token(encode):
    vocabulary = {"blue": 1, "red": 0}
    with unchanged(vocabulary=vocabulary):
        same(encode(["red", "blue", "red"], vocabulary), torch.tensor([0, 1, 0]))
        for tokens, unknown in [(["blue", "mauve", "red"], "mauve"), (["Red"], "Red"), (["red", ""], "")]:
            with raises(KeyError, quoting=[unknown]):
                encode(tokens, vocabulary)


@test_case(
    name="`new_embedding_table` gives a trainable float32 `nn.Parameter` of shape `(V, D)`.",
    points=0.25,
    hidden=True,
)
def test_table_is_a_parameter(new_embedding_table):
    table = new_embedding_table(300, 40)
    expect_normal(table, 0.02)
    expect(table.requires_grad and table.is_leaf, "the table should be trainable")
    expect(table.dtype == torch.float32, "the table should be float32")
    expect(table.shape == (300, 40), "the table should be (V, D)")


@test_case(
    name="`new_embedding_table` draws normally distributed numbers with mean 0 and standard deviation `std`.",
    points=0.5,
    hidden=True,
)
def test_table_is_normal(new_embedding_table):
    expect_normal(new_embedding_table(40, 300, generator=seeded(3)), 0.02)
    expect_normal(new_embedding_table(300, 40, std=1.5, generator=seeded(4)), 1.5)


@test_case(
    name="`new_embedding_table` gives equal tables for equally seeded generators.", points=0.25, hidden=True
)
def test_table_repeats_with_a_seed(new_embedding_table):
    first = new_embedding_table(300, 40, generator=seeded(5))
    expect_normal(first, 0.02)
    same(new_embedding_table(300, 40, generator=seeded(5)).detach(), first.detach())
    other = new_embedding_table(300, 40, generator=seeded(6))
    expect(not torch.equal(other, first), "another seed should give another table")


@test_case(
    name="`new_embedding_table` with a generator leaves torch's global random state untouched.",
    points=0.25,
    hidden=True,
)
def test_table_leaves_the_global_state(new_embedding_table):
    before = torch.get_rng_state()
    expect_normal(new_embedding_table(300, 40, generator=seeded(7)), 0.02)
    expect(torch.equal(torch.get_rng_state(), before), "the global random state changed")
    # Whoever seeds the global state from the generator gives the same table twice here.
    first = new_embedding_table(5, 4).detach().clone()
    new_embedding_table(300, 40, generator=seeded(7))
    expect(not torch.equal(new_embedding_table(5, 4), first), "the global random state was set")


@test_case(
    name="`new_embedding_table` gives another table at every call, with or without a generator.",
    points=0.25,
    hidden=True,
)
def test_draws_differ(new_embedding_table):
    first = new_embedding_table(300, 40)
    expect_normal(first, 0.02)
    expect(not torch.equal(new_embedding_table(300, 40), first), "two calls gave the same table")
    generator = seeded(8)
    drawn = [new_embedding_table(5, 4, generator=generator).detach() for _ in range(2)]
    expect(not torch.equal(*drawn), "one generator gave the same table twice")


@test_case(
    name="`new_embedding_table` without a generator draws from torch's global random state.",
    points=0.25,
    hidden=True,
)
def test_draws_follow_the_global_state(new_embedding_table):
    drawn = []
    with torch.random.fork_rng():
        for seed in (11, 11, 12):
            torch.manual_seed(seed)
            drawn.append(new_embedding_table(300, 40).detach())
    for table in drawn:
        expect_normal(nn.Parameter(table), 0.02)
    expect(torch.equal(drawn[0], drawn[1]), "torch.manual_seed did not make the draw repeat")
    expect(not torch.equal(drawn[0], drawn[2]), "another seed should give another table")


@test_case(
    name="`embedding_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` "
    "for ids of any shape.",
    points=0.5,
    hidden=True,
)
def test_lookup_in_any_shape(embedding_lookup, reference):
    ids = torch.tensor([[5, 0, 6, 5], [2, 5, 0, 1]])
    shapes = [ids, ids[0], ids[0, 2], ids[:1, :1], ids.view(2, 1, 2, 2), ids[:, ::2], ids[0].expand(3, 4)]
    for ids in [*shapes, torch.zeros(0, dtype=torch.int64), torch.zeros(3, 0, 2, dtype=torch.int64)]:
        expected = reference.embedding_lookup(small_table(), ids)
        same(embedding_lookup(small_table(), ids), expected)
    wide = torch.randn(3, 5, generator=seeded(2)).T  # (5, 3), non-contiguous
    expected = reference.embedding_lookup(wide, torch.tensor([4, 0, 4]))
    same(embedding_lookup(wide, torch.tensor([4, 0, 4])), expected)


@test_case(name="`embedding_lookup` gives the dtype of the table.", points=0.25, hidden=True)
def test_lookup_keeps_the_dtype(embedding_lookup, reference):
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        table = (small_table() * 1.2345678).to(dtype)
        expected = reference.embedding_lookup(table, five_ids())
        same(embedding_lookup(table, five_ids()), expected, atol=0)


@test_case(
    name="`embedding_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_lookup_refuses_bad_ids(embedding_lookup, reference):
    expected = reference.embedding_lookup(small_table(), five_ids())
    same(embedding_lookup(small_table(), five_ids()), expected)
    for ids in ([-1], [[0, 1], [-7, 2]], 7, [6, 7, 0], [[3], [123]]):
        bad = [i for i in torch.tensor(ids).flatten().tolist() if not 0 <= i < 7]
        with raises(IndexError, quoting=[*bad, 7]):
            embedding_lookup(small_table(), torch.tensor(ids))


@test_case(
    name="`embedding_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.5,
    hidden=True,
)
def test_lookup_passes_gradients(embedding_lookup, reference):
    upstream = torch.randn(5, 3, generator=seeded(9))
    table, twin = nn.Parameter(small_table()), nn.Parameter(small_table())
    expected = reference.embedding_lookup(twin, five_ids())
    rows = embedding_lookup(table, five_ids())
    same(rows, expected)
    expect(rows.requires_grad, "the result should carry gradients to the table")
    for result in (rows, expected):
        (result * upstream).sum().backward()
    expect(table.grad is not None, "the table should have a gradient")
    same(table.grad, twin.grad)


@test_case(
    name="`embedding_lookup` leaves its arguments and what it gave before unchanged.",
    points=0.5,
    hidden=True,
)
def test_lookup_changes_nothing(embedding_lookup, reference):
    table, ids = small_table(), five_ids()
    with unchanged(table=table, ids=ids):
        first = embedding_lookup(table, ids)
    same(first, reference.embedding_lookup(small_table(), five_ids()))
    kept = first.clone()
    with torch.no_grad():
        table[5] = 9.0
    expected = reference.embedding_lookup(table, ids)
    same(embedding_lookup(table, ids), expected)
    same(first, kept, of="the earlier result")


@test_case(
    name="`embedding_lookup` multiplies nothing: no matrix product, no element-wise multiplication.",
    points=0.25,
    hidden=True,
)
def test_lookup_multiplies_nothing(embedding_lookup, reference):
    expected = reference.embedding_lookup(small_table(), five_ids())
    same(embedding_lookup(small_table(), five_ids()), expected)
    for table, ids in [(small_table(), five_ids()[:2]), (small_table().repeat(3, 1), five_ids())]:
        work = count_operations(embedding_lookup, table, ids)
        expect(work.matrix_multiply_adds == 0, "a lookup needs no matrix product")
        expect(work.elementwise_multiplications == 0, "a lookup needs no element-wise multiplication")
