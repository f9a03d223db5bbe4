"""Public cases of `one_hot`: lookup as a matrix product."""

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
name = "one_hot"

ROWS = torch.tensor([[3.0, 3.5, 3.25], [1.0, 1.5, 1.25], [3.0, 3.5, 3.25]])  # of small_table()
CODES = torch.tensor([[0.0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]])  # their one-hot rows


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def small_table():
    return torch.tensor([[0.0, 0.5, 0.25], [1.0, 1.5, 1.25], [2.0, 2.5, 2.25], [3.0, 3.5, 3.25]])  # (4, 3)


def three_ids():
    return torch.tensor([3, 1, 3])


@test_case(
    name="`one_hot` gives float32 rows of shape `(..., V)` that are 1 at the id and 0 elsewhere, for ids of any shape.",
    points=0.8,
    hidden=False,
)
def test_one_hot_in_any_shape(one_hot):
    assert_close(one_hot(three_ids(), 4), CODES)
    batch = torch.tensor([[1, 0], [0, 0]])  # 2, the largest id, does not occur
    expected = torch.tensor([[[0.0, 1, 0], [1, 0, 0]], [[1, 0, 0], [1, 0, 0]]])
    assert_close(one_hot(batch, 3), expected, of="the one-hot rows of a batch of ids")
    assert_close(one_hot(torch.tensor(0), 3), torch.tensor([1.0, 0, 0]), of="the one-hot row of a scalar id")


@test_case(
    name="`one_hot` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.25,
    hidden=False,
)
def test_one_hot_refuses_bad_ids(one_hot):
    assert_close(one_hot(three_ids(), 4), CODES)
    with raises(IndexError, quoting=[-1, 4]):
        one_hot(torch.tensor([0, -1]), 4)
    with raises(IndexError, quoting=[9, 4]):
        one_hot(torch.tensor([[9], [0]]), 4)


@test_case(
    name="`one_hot_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.65,
    hidden=False,
)
def test_one_hot_lookup_gives_rows(one_hot_lookup):
    assert_close(one_hot_lookup(small_table(), three_ids()), ROWS)
    assert_close(one_hot_lookup(small_table(), torch.tensor([[3], [1], [3]])), ROWS.reshape(3, 1, 3))


@test_case(name="`one_hot_lookup` gives the dtype of the table.", points=0.25, hidden=False)
def test_one_hot_lookup_keeps_the_dtype(one_hot_lookup):
    assert_close(one_hot_lookup(small_table().double(), three_ids()), ROWS.double())
    assert_close(one_hot_lookup(small_table().bfloat16(), three_ids()), ROWS.bfloat16())


@test_case(
    name="`one_hot_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.15,
    hidden=False,
)
def test_one_hot_lookup_refuses_bad_ids(one_hot_lookup):
    assert_close(one_hot_lookup(small_table(), three_ids()), ROWS)
    with raises(IndexError, quoting=[4, 4]):
        one_hot_lookup(small_table(), torch.tensor([3, 4]))
    with raises(IndexError, quoting=[-2, 4]):
        one_hot_lookup(small_table(), torch.tensor([[-2], [0]]))


@test_case(
    name="`one_hot_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.3,
    hidden=False,
)
def test_one_hot_lookup_passes_gradients(one_hot_lookup):
    assert_gradients(one_hot_lookup, small_table().requires_grad_(), three_ids())


@test_case(
    name="`one_hot_lookup` works by a matrix product of one-hot rows and the table.",
    points=0.15,
    hidden=False,
)
def test_one_hot_lookup_multiplies(one_hot_lookup):
    assert_close(one_hot_lookup(small_table(), three_ids()), ROWS)
    work = count_operations(one_hot_lookup, small_table(), three_ids())
    done = work.matrix_multiply_adds
    require(
        done >= 3 * 4 * 3 or work.handed_to_numpy > 0,  # NumPy's products cannot be counted
        f"the product of a 3 x 4 one-hot matrix and a 4 x 3 table takes 36 multiply-adds, "
        f"but matrix products did {done}",
    )


@test_case(
    name="`linear_from_table` gives an `nn.Linear` without bias that turns one-hot rows into the rows of `table`.",
    points=0.15,
    hidden=False,
)
def test_linear_gives_rows(linear_from_table):
    linear = linear_from_table(small_table())
    require(isinstance(linear, nn.Linear), "the result should be an nn.Linear")
    require(linear.bias is None, "the layer should have no bias")
    assert_close(linear(CODES).detach(), ROWS, of="what the layer gives for the one-hot rows of 3, 1 and 3")


@test_case(name="`linear_from_table` gives a trainable layer of the table's dtype.", points=0.25, hidden=False)
def test_linear_trains(linear_from_table):
    weight = linear_from_table(small_table().double()).weight
    assert_close(weight.detach(), small_table().double().T, of="the layer's weight")
    require(weight.requires_grad, "the layer should be trainable")


@test_case(
    name="`linear_from_table` gives an independent copy: changing the layer or the table leaves the other as it was.",
    points=0.35,
    hidden=False,
)
def test_linear_is_a_copy(linear_from_table):
    table = small_table()
    linear = linear_from_table(table)
    assert_close(linear.weight.detach(), small_table().T, of="the layer's weight")
    with torch.no_grad():
        table += 1.0
    assert_close(linear(CODES).detach(), ROWS, of="what the layer gives, after the table was changed,")


def of_gpt2(lookup_cost, unit):
    """What a lookup of 1024 ids costs in GPT-2's table, in one of the two units."""
    cost = lookup_cost(1024, 50257, 768)
    return {name: number for name, number in cost.items() if unit in name} if isinstance(cost, dict) else cost


@test_case(name="`lookup_cost` gives the multiply-adds of both ways to look up, as whole numbers.", points=0.3)
def test_multiply_adds_for_gpt2(lookup_cost):
    expected = {"lookup_multiply_adds": 0, "one_hot_multiply_adds": 39_523_713_024}
    assert_equal(of_gpt2(lookup_cost, "multiply_adds"), expected, of="of lookup_cost(1024, 50257, 768), this part")


@test_case(name="`lookup_cost` gives the bytes of both ways to look up, as whole numbers.", points=0.3)
def test_bytes_for_gpt2(lookup_cost):
    expected = {"lookup_bytes": 3_145_728, "one_hot_bytes": 205_852_672}
    assert_equal(of_gpt2(lookup_cost, "bytes"), expected, of="of lookup_cost(1024, 50257, 768), this part")


@test_case(name="The functions of `one_hot` leave their arguments as they were.", points=0.1, hidden=False)
def test_arguments_stay(one_hot, one_hot_lookup, linear_from_table):
    table, ids = small_table(), three_ids()
    with unchanged(table=table, ids=ids):
        assert_close(one_hot(ids, 4), CODES)
        assert_close(one_hot_lookup(table, ids), ROWS)
        assert_close(linear_from_table(table).weight.detach(), small_table().T, of="the layer's weight")
