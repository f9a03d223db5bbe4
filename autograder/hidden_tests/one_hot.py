"""Hidden cases of `one_hot`. `reference` is the module solutions/embeddings.py."""

import torch
from check.compare import equal, expect, raises, same, unchanged
from check.operations import count_operations
from otter.test_files import test_case
from torch import nn

OK_FORMAT = False
name = "one_hot_hidden"


def seeded(seed):
    return torch.Generator().manual_seed(seed)


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def tall_table():
    return torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3


def square_table():
    return torch.randn(4, 4, generator=seeded(2))  # V = D = 4, not symmetric


def five_ids():
    return torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, with the largest


def shapes(vocab_size):
    """One dimension, scalar, (1, 1), many, non-contiguous, empty; the largest id does not occur."""
    ids = torch.tensor([[2, 0, 3, 2], [1, 2, 0, 1]]) % vocab_size
    yield from [ids[0], ids[1, 1], ids[:1, :1], ids.view(2, 1, 2, 2), ids.T, ids[0].expand(3, 4)]
    yield from [torch.zeros(0, dtype=torch.int64), torch.zeros(2, 0, dtype=torch.int64)]


@test_case(
    name="`one_hot` gives float32 rows of shape `(..., V)` that are 1 at the id and 0 elsewhere, "
    "for ids of any shape.",
    points=1,
    hidden=True,
)
def test_one_hot_in_any_shape(one_hot, reference):
    for ids in shapes(6):
        expected = reference.one_hot(ids, 6)
        same(one_hot(ids, 6), expected, atol=0)


@test_case(
    name="`one_hot` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_one_hot_refuses_bad_ids(one_hot, reference):
    same(one_hot(five_ids(), 7), reference.one_hot(five_ids(), 7))
    for ids, bad in [([-1], -1), ([[0, 1], [-7, 2]], -7), (7, 7), ([6, 0, 71], 71)]:
        with raises(IndexError, quoting=[bad, 7]):
            one_hot(torch.tensor(ids), 7)


@test_case(
    name="`one_hot_lookup` gives the rows that `embedding_lookup` gives, in shape `(..., D)` "
    "for ids of any shape.",
    points=0.75,
    hidden=True,
)
def test_one_hot_lookup_gives_rows(one_hot_lookup, reference):
    for ids in shapes(7):
        expected = reference.embedding_lookup(tall_table(), ids)
        same(one_hot_lookup(tall_table(), ids), expected)
    wide = torch.randn(3, 5, generator=seeded(3)).T  # (5, 3), non-contiguous
    expected = reference.embedding_lookup(wide, torch.tensor([4, 0, 4]))
    same(one_hot_lookup(wide, torch.tensor([4, 0, 4])), expected)


@test_case(name="`one_hot_lookup` gives the dtype of the table.", points=0.25, hidden=True)
def test_one_hot_lookup_keeps_the_dtype(one_hot_lookup, reference):
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        table = tall_table().to(dtype)
        expected = reference.embedding_lookup(table, five_ids())
        same(one_hot_lookup(table, five_ids()), expected, atol=0)


@test_case(
    name="`one_hot_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.25,
    hidden=True,
)
def test_one_hot_lookup_refuses_bad_ids(one_hot_lookup, reference):
    same(one_hot_lookup(tall_table(), five_ids()), reference.embedding_lookup(tall_table(), five_ids()))
    for ids, bad in [([3, -2], -2), ([[7], [0]], 7)]:
        with raises(IndexError, quoting=[bad, 7]):
            one_hot_lookup(tall_table(), torch.tensor(ids))


@test_case(
    name="`one_hot_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.5,
    hidden=True,
)
def test_one_hot_lookup_passes_gradients(one_hot_lookup, reference):
    upstream = torch.randn(5, 3, generator=seeded(4))
    table, twin = nn.Parameter(tall_table()), nn.Parameter(tall_table())
    expected = reference.embedding_lookup(twin, five_ids())
    rows = one_hot_lookup(table, five_ids())
    same(rows, expected)
    expect(rows.requires_grad, "the result should carry gradients to the table")
    for result in (rows, expected):
        (result * upstream).sum().backward()
    expect(table.grad is not None, "the table should have a gradient")
    same(table.grad, twin.grad)


@test_case(
    name="`one_hot_lookup` works by a matrix product of one-hot rows and the table.",
    points=0.5,
    hidden=True,
)
def test_one_hot_lookup_multiplies(one_hot_lookup, reference):
    expected = reference.embedding_lookup(tall_table(), five_ids())
    same(one_hot_lookup(tall_table(), five_ids()), expected)
    for table, ids in [(tall_table(), five_ids()), (torch.ones(29, 11), torch.zeros(13, dtype=torch.int64))]:
        done = count_operations(one_hot_lookup, table, ids).matrix_multiply_adds
        expect(done >= len(ids) * table.numel(), "the product should multiply whole one-hot rows")


@test_case(
    name="`linear_from_table` gives an `nn.Linear` without bias that turns one-hot rows "
    "into the rows of `table`.",
    points=0.5,
    hidden=True,
)
def test_linear_gives_rows(linear_from_table, reference):
    for table in (tall_table(), square_table()):
        ids = torch.tensor([[3, 0, 2], [1, 1, 3]])
        linear = linear_from_table(table.clone())
        expect(isinstance(linear, nn.Linear), "the result should be an nn.Linear")
        codes = reference.one_hot(ids, len(table))
        same(linear(codes).detach(), reference.embedding_lookup(table, ids))
        expect(linear.bias is None, "the layer should have no bias")


@test_case(name="`linear_from_table` gives a trainable layer of the table's dtype.", points=0.5, hidden=True)
def test_linear_trains(linear_from_table):
    for table in (square_table(), nn.Parameter(tall_table().double()), tall_table().bfloat16()):
        linear = linear_from_table(table)
        same(linear.weight.detach(), table.detach().T, atol=0)
        expect(linear.weight.requires_grad and linear.weight.is_leaf, "the weight should be trainable")
        expect(len(list(linear.parameters())) == 1, "the layer should have its weight as one parameter")


@test_case(
    name="`linear_from_table` gives an independent copy: changing the layer or the table leaves "
    "the other as it was.",
    points=0.5,
    hidden=True,
)
def test_linear_is_a_copy(linear_from_table):
    table = nn.Parameter(tall_table())
    linear = linear_from_table(table)
    same(linear.weight.detach(), tall_table().T)
    with torch.no_grad():
        table[1] = 7.0
    same(linear.weight.detach(), tall_table().T, of="the layer, after the table was changed,")
    with torch.no_grad():
        linear.weight.zero_()
    expect(bool((table[1] == 7.0).all()), "the table followed a change of the layer")
    expect(linear.weight is not table, "the weight should be another parameter than the table")


@test_case(
    name="`lookup_cost` gives the multiply-adds and the bytes of both ways to look up, as whole numbers.",
    points=0.5,
    hidden=True,
)
def test_cost(lookup_cost, reference):
    for sizes in [(3, 5, 7), (1, 30522, 768), (10**7, 10**6, 10**4), (0, 8, 2)]:
        equal(lookup_cost(*sizes), reference.lookup_cost(*sizes))


@test_case(name="The functions of `one_hot` leave their arguments as they were.", points=0.25, hidden=True)
def test_arguments_stay(one_hot, one_hot_lookup, linear_from_table, reference):
    table, ids = tall_table(), five_ids()
    rows = reference.embedding_lookup(table, ids)
    with unchanged(table=table, ids=ids):
        codes = one_hot(ids, 7)
        same(codes, reference.one_hot(five_ids(), 7))
        same(one_hot_lookup(table, ids), rows)
        linear = linear_from_table(table)
        same(linear(codes).detach(), rows)
    one_hot(torch.zeros(5, dtype=torch.int64), 7)
    same(codes, reference.one_hot(five_ids(), 7), of="the earlier result")
