"""Hidden cases of `one_hot`. `reference` is the module solutions/embeddings.py."""

import torch
from check.testing.api import (
    TABLE,
    Domain,
    assert_bad_ids_are_refused,
    assert_close,
    assert_copied,
    assert_equal,
    assert_gradients,
    assert_rows,
    assert_rows_in_any_shape,
    by_dtype,
    count_operations,
    lookups,
    make_ids,
    make_table,
    needs_gradient,
    require,
    seeded,
    tables_and_ids,
    test_case,
    unchanged,
)
from torch import nn

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "one_hot_hidden"

# The domain of each function ---------------------------------------------------------------------

SIZES = {
    "1": lambda c: c.vocab_size == 1,
    "more than 64": lambda c: c.vocab_size > 64,
    "of another size": lambda c: True,
}
COUNTS = {"0": 0, "1": 1, "small": 7, "large": 100_003}


def counts(name):
    """Levels of one of the sizes that `lookup_cost` takes."""
    return {
        "0": lambda c: c.arguments[name] == 0,
        "1": lambda c: c.arguments[name] == 1,
        "large": lambda c: c.arguments[name] > 100_000,
        "small": lambda c: True,
    }


ONE_HOT, BAD_ONE_HOT = lookups(
    "one_hot",
    ("ids", "vocab_size"),
    {"the vocabulary is": SIZES},
    ({"the vocabulary is": ("1",), "the ids": ("leave out the largest id",)},),
)
LOOKUP, BAD_LOOKUP = lookups("one_hot_lookup", ("table", "ids"), TABLE)
LINEAR = Domain("linear_from_table", ("table",), TABLE)
COST = Domain(
    "lookup_cost",
    ("num_ids", "vocab_size", "dim"),
    {
        "the number of ids is": counts("num_ids"),
        "the vocabulary is": counts("vocab_size"),
        "the dimension is": counts("dim"),
    },
    ({"the vocabulary is": ("0",)}, {"the dimension is": ("0",)}),
)
DOMAINS = (ONE_HOT, BAD_ONE_HOT, LOOKUP, BAD_LOOKUP, LINEAR, COST)

TABLE_OF_7 = torch.randn(7, 3, generator=seeded(1))  # V = 7, D = 3
IDS_OF_5 = torch.tensor([5, 0, 6, 5, 2])  # unsorted, repeated, with the largest
ROWS, CODES = TABLE_OF_7[IDS_OF_5], torch.eye(7)[IDS_OF_5]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def tall_table():
    return TABLE_OF_7.clone()


def five_ids():
    return IDS_OF_5.clone()


def right_codes(ids, vocab_size):
    return (ids[..., None] == torch.arange(vocab_size)).float()


def lookups_under(sentence):
    """The rows of `LOOKUP` that are tried under a sentence."""
    return deal(LOOKUP, by_dtype, gradients=needs_gradient, unchanged=lambda row: True)[sentence]


def linears_under(sentence):
    """The tables of the rows of `LINEAR` that are tried under a sentence."""
    rows = deal(LINEAR, lambda row: "trainable", trainable=lambda row: True, copy=lambda row: True)[sentence]
    return [make_table(row, seed) for seed, row in rows]


@test_case(
    name="`one_hot` gives float32 rows of shape `(..., V)` that are 1 at the id and 0 elsewhere, for ids of any shape.",
    points=1.05,
    hidden=True,
)
def test_one_hot_in_any_shape(one_hot):
    assert_close(one_hot(five_ids(), 7), CODES)
    assert_rows_in_any_shape(lambda table, ids: one_hot(ids, len(table)), torch.eye(7))
    sizes = {"1": (1,), "more than 64": (70, 600), "of another size": (7,)}
    for seed, row in enumerate(cover(ONE_HOT)):
        of_level = sizes[row["the vocabulary is"]]
        vocab_size = of_level[seed % len(of_level)]
        ids = make_ids(row, vocab_size, seed)
        expected = right_codes(ids, vocab_size)
        assert_close(one_hot(ids, vocab_size), expected, atol=0)


@test_case(
    name="`one_hot` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.5,
    hidden=True,
)
def test_one_hot_refuses_bad_ids(one_hot):
    assert_close(one_hot(five_ids(), 7), CODES)
    assert_bad_ids_are_refused(lambda ids: one_hot(ids, 7), cover(BAD_ONE_HOT), 7)


@test_case(
    name="`one_hot_lookup` gives the rows of `table` that `ids` names, in shape `(..., D)` for ids of any shape.",
    points=0.95,
    hidden=True,
)
def test_one_hot_lookup_gives_rows(one_hot_lookup):
    assert_close(one_hot_lookup(tall_table(), five_ids()), ROWS)
    assert_rows_in_any_shape(one_hot_lookup, tall_table())
    large, ids = torch.randn(300, 2, generator=seeded(4)), torch.randint(300, (90,), generator=seeded(5))
    assert_close(one_hot_lookup(large.clone(), ids.clone()), large[ids])
    assert_rows(one_hot_lookup, lookups_under("values"))


@test_case(name="`one_hot_lookup` gives the dtype of the table.", points=0.3, hidden=True)
def test_one_hot_lookup_keeps_the_dtype(one_hot_lookup):
    assert_rows(one_hot_lookup, lookups_under("dtype"))


@test_case(
    name="`one_hot_lookup` raises an `IndexError` that quotes a bad id and the vocabulary size.",
    points=0.35,
    hidden=True,
)
def test_one_hot_lookup_refuses_bad_ids(one_hot_lookup):
    assert_close(one_hot_lookup(tall_table(), five_ids()), ROWS)
    assert_bad_ids_are_refused(lambda ids: one_hot_lookup(tall_table(), ids), cover(BAD_LOOKUP), 7)


@test_case(
    name="`one_hot_lookup` passes gradients to the table, and a row looked up several times adds them up.",
    points=0.65,
    hidden=True,
)
def test_one_hot_lookup_passes_gradients(one_hot_lookup):
    for table, ids in tables_and_ids(lookups_under("gradients")):
        assert_gradients(one_hot_lookup, table, ids)


@test_case(
    name="`one_hot_lookup` works by a matrix product of one-hot rows and the table.",
    points=0.15,
    hidden=True,
)
def test_one_hot_lookup_multiplies(one_hot_lookup):
    assert_close(one_hot_lookup(tall_table(), five_ids()), ROWS)
    work = count_operations(one_hot_lookup, torch.ones(29, 11), torch.zeros(13, dtype=torch.int64))
    whole = work.matrix_multiply_adds >= 13 * 29 * 11 or work.handed_to_numpy > 0
    require(whole, "the product should multiply whole one-hot rows")
    work = count_operations(one_hot_lookup, torch.ones(29, 11), torch.tensor(3))
    require(work.matrix_multiply_adds >= 29 * 11 or work.handed_to_numpy > 0, "a single id, too")
    work = count_operations(one_hot_lookup, torch.ones(1200, 1), torch.zeros(900, dtype=torch.int64))
    require(work.matrix_multiply_adds >= 900 * 1200 or work.handed_to_numpy > 0, "many ids, too")


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
    assert_close(linear(torch.eye(7)[ids]).detach(), TABLE_OF_7[ids])


@test_case(name="`linear_from_table` gives a trainable layer of the table's dtype.", points=0.5, hidden=True)
def test_linear_trains(linear_from_table):
    for table in linears_under("trainable"):
        expected = table.detach().T.clone()
        linear = linear_from_table(table)
        assert_copied(linear.weight.detach(), expected)
        require(linear.weight.requires_grad and linear.weight.is_leaf, "the layer is not trainable")
    linear = linear_from_table(tall_table())
    linear(CODES).sum().backward()
    times = torch.bincount(IDS_OF_5, minlength=7).float()
    assert_close(linear.weight.grad, times.expand(3, 7), of="the gradient of the weight")


@test_case(
    name="`linear_from_table` gives an independent copy: changing the layer or the table leaves the other as it was.",
    points=0.6,
    hidden=True,
)
def test_linear_is_a_copy(linear_from_table):
    for table in linears_under("copy"):
        before = table.detach().clone()
        linear = linear_from_table(table)
        with torch.no_grad():
            table += 1.0
        assert_copied(linear.weight.detach(), before.T, of="the layer's weight, after the table was changed,")
        after = table.detach().clone()
        with torch.no_grad():
            linear.weight.zero_()
        assert_copied(linear_from_table(table).weight.detach(), after.T, of="a new layer's weight")


def same_costs(lookup_cost, reference, rows, unit):
    for row in rows:
        sizes = [COUNTS[row[name]] for name in ("the number of ids is", "the vocabulary is", "the dimension is")]
        got, expected = lookup_cost(*sizes), reference.lookup_cost(*sizes)
        of_unit = {name: number for name, number in got.items() if unit in name} if isinstance(got, dict) else got
        assert_equal(of_unit, {name: number for name, number in expected.items() if unit in name})


@test_case(
    name="`lookup_cost` gives the multiply-adds of both ways to look up, as whole numbers.", points=0.35, hidden=True
)
def test_multiply_adds(lookup_cost, reference):
    same_costs(lookup_cost, reference, cover(COST), "multiply_adds")


@test_case(name="`lookup_cost` gives the bytes of both ways to look up, as whole numbers.", points=0.3, hidden=True)
def test_bytes(lookup_cost, reference):
    same_costs(lookup_cost, reference, reversed(cover(COST)), "bytes")


@test_case(name="The functions of `one_hot` leave their arguments as they were.", points=0.1, hidden=True)
def test_arguments_stay(one_hot, one_hot_lookup, linear_from_table):
    ids, zeros = five_ids(), torch.zeros(2, dtype=torch.int64)
    with unchanged(ids=ids, zeros=zeros):
        codes = one_hot(ids, 7)
        assert_close(one_hot(zeros, 1), torch.ones(2, 1))
    assert_close(codes, CODES)
    one_hot(torch.zeros_like(ids), 7)
    assert_close(codes, CODES, of="the earlier result")
    many = torch.arange(400).remainder(300)
    large = one_hot(many, 300)
    one_hot(many.flip(0), 300)
    assert_close(large, torch.eye(300)[many], of="the earlier result")
    for table, ids in tables_and_ids(lookups_under("unchanged")):
        with unchanged(table=table, ids=ids):
            codes = one_hot(ids, len(table))
            got = one_hot_lookup(table, ids)
            linear = linear_from_table(table)
        assert_close(codes, right_codes(ids, len(table)), atol=0)
        assert_copied(got, table.detach()[ids])
        assert_copied(linear.weight.detach(), table.detach().T)
