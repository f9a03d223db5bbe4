"""Hidden cases of `one_hot`. `reference` is the module solutions/embeddings.py."""

import torch
from check.testing.api import (
    assert_close,
    assert_equal,
    assert_gradients,
    count_operations,
    raises,
    require,
    test_case,
    unchanged,
)
from torch import nn

OK_FORMAT = False
name = "one_hot_hidden"


def seeded(seed):
    return torch.Generator().manual_seed(seed)


TABLE = torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3
IDS = torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, with the largest
ROWS, CODES = TABLE[IDS], torch.eye(7)[IDS]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def tall_table():
    return TABLE.clone()


def five_ids():
    return IDS.clone()


def shapes():
    """Many dimensions and non-contiguous, (1, 1), scalar, empty; the largest id does not occur."""
    many = torch.tensor([2, 0, 3, 5]).view(2, 1, 2).expand(3, 2, 1, 2)
    return [many, torch.tensor([[2]]), torch.tensor(3), torch.zeros(2, 0, dtype=torch.int64)]


@test_case(
    name="`one_hot` gives float32 rows of shape `(..., V)` that are 1 at the id and 0 elsewhere, for ids of any shape.",
    points=1.1,
    hidden=True,
)
def test_one_hot_in_any_shape(one_hot):
    for ids in shapes():
        expected = torch.eye(7)[ids]
        assert_close(one_hot(ids, 7), expected, atol=0)


@test_case(
    name="`one_hot` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_one_hot_refuses_bad_ids(one_hot):
    assert_close(one_hot(five_ids(), 7), CODES)
    for ids, bad in [(7, 7), ([[0, 1], [-1, 2]], -1), ([6, 0, 71], 71)]:
        with raises(IndexError, quoting=[bad, 7]):
            one_hot(torch.tensor(ids), 7)


@test_case(
    name="`one_hot_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.95,
    hidden=True,
)
def test_one_hot_lookup_gives_rows(one_hot_lookup):
    for ids in shapes():
        wide = torch.randn(3, 7, generator=seeded(3)).T  # (7, 3), non-contiguous
        expected = wide[ids]
        assert_close(one_hot_lookup(wide, ids), expected)


@test_case(name="`one_hot_lookup` gives the dtype of the table.", points=0.3, hidden=True)
def test_one_hot_lookup_keeps_the_dtype(one_hot_lookup):
    for dtype in (torch.float64, torch.bfloat16):
        table = (TABLE.double() / 3).to(dtype)
        assert_close(one_hot_lookup(table.clone(), five_ids()), table[IDS], atol=0)


@test_case(
    name="`one_hot_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.35,
    hidden=True,
)
def test_one_hot_lookup_refuses_bad_ids(one_hot_lookup):
    assert_close(one_hot_lookup(tall_table(), five_ids()), ROWS)
    for ids, bad in [([3, -1], -1), ([[7], [0]], 7)]:
        with raises(IndexError, quoting=[bad, 7]):
            one_hot_lookup(tall_table(), torch.tensor(ids))


@test_case(
    name="`one_hot_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.65,
    hidden=True,
)
def test_one_hot_lookup_passes_gradients(one_hot_lookup):
    assert_gradients(one_hot_lookup, TABLE, IDS, torch.randn(5, 3, generator=seeded(4)))


@test_case(
    name="`one_hot_lookup` works by a matrix product of one-hot rows and the table.",
    points=0.15,
    hidden=True,
)
def test_one_hot_lookup_multiplies(one_hot_lookup):
    assert_close(one_hot_lookup(tall_table(), five_ids()), ROWS)
    done = count_operations(one_hot_lookup, torch.ones(29, 11), torch.zeros(13, dtype=torch.int64))
    require(done.matrix_multiply_adds >= 13 * 29 * 11, "the product should multiply whole one-hot rows")


@test_case(
    name="`linear_from_table` gives an `nn.Linear` without bias that turns one-hot rows into the rows of `table`.",
    points=0.2,
    hidden=True,
)
def test_linear_gives_rows(linear_from_table):
    linear = linear_from_table(tall_table())
    require(isinstance(linear, nn.Linear), "the result should be an nn.Linear")
    require(linear.bias is None, "the layer should have no bias")
    ids = torch.tensor([[3, 0, 2], [1, 1, 6]])
    assert_close(linear(torch.eye(7)[ids]).detach(), TABLE[ids])


@test_case(name="`linear_from_table` gives a trainable layer of the table's dtype.", points=0.5, hidden=True)
def test_linear_trains(linear_from_table):
    for table in (nn.Parameter(TABLE.double() / 3), tall_table().bfloat16()):
        linear = linear_from_table(table)
        assert_close(linear.weight.detach(), table.detach().T, atol=0)
        linear(torch.eye(7, dtype=table.dtype)[IDS]).sum().backward()
        times = torch.bincount(IDS, minlength=7).to(table.dtype)
        assert_close(linear.weight.grad, times.expand(3, 7), of="the gradient of the weight")


@test_case(
    name="`linear_from_table` gives an independent copy: changing the layer or the table leaves the other as it was.",
    points=0.6,
    hidden=True,
)
def test_linear_is_a_copy(linear_from_table):
    table = nn.Parameter(tall_table())
    linear = linear_from_table(table)
    assert_close(linear(CODES).detach(), ROWS)
    with torch.no_grad():
        table[2] = 7.0
    assert_close(linear(CODES).detach(), ROWS, of="what the layer gives, after the table was changed,")
    with torch.no_grad():
        linear.weight.zero_()
    assert_close(linear_from_table(table)(CODES[4]).detach(), torch.full((3,), 7.0), of="a new layer")


@test_case(
    name="`lookup_cost` gives the multiply-adds and the bytes of both ways to look up, as whole numbers.",
    points=0.6,
    hidden=True,
)
def test_cost(lookup_cost, reference):
    for sizes in [(10_000_019, 1_000_003, 10_007), (0, 8, 2)]:
        assert_equal(lookup_cost(*sizes), reference.lookup_cost(*sizes))


@test_case(name="The functions of `one_hot` leave their arguments as they were.", points=0.1, hidden=True)
def test_arguments_stay(one_hot, one_hot_lookup, linear_from_table):
    table, ids = tall_table(), five_ids()
    with unchanged(table=table, ids=ids):
        codes = one_hot(ids, 7)
        assert_close(codes, CODES)
        assert_close(one_hot_lookup(table, ids), ROWS)
        assert_close(linear_from_table(table).weight.detach(), TABLE.T)
    one_hot(torch.zeros(5, dtype=torch.int64), 7)
    assert_close(codes, CODES, of="the earlier result")
