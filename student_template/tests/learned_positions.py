"""Public cases of `learned_positions`: positions as a learned table."""

import torch
from check.testing.api import (
    assert_close,
    assert_normal,
    minilm_positions,
    raises,
    require,
    table_of,
    test_case,
    unchanged,
    with_rows,
)

OK_FORMAT = False
name = "learned_positions"

ROWS = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])  # four positions, D = 2
TEXTS = torch.tensor(
    [
        [[0.5, 0.0], [0.0, 0.5], [0.0, 0.0]],
        [[-1.0, 7.0], [0.25, 0.25], [100.0, 0.0]],
    ]
)  # B = 2, T = 3


def same_sum(module, rows=ROWS, texts=TEXTS):
    """Demand some texts plus the first rows; give the sum."""
    got = module(texts.clone())
    assert_close(got, texts + rows[:3], of="the sum of the texts and the rows of the table")
    return got


def same_rows(extended, size):
    """Demand a module of `size` rows that begins with ROWS; give its rows."""
    rows = table_of(extended, size, 2).detach()
    require(torch.equal(rows[:4], ROWS.to(rows.dtype)), f"the old rows became {rows[:4].tolist()}")
    return rows


def assert_independent(extend_positions, LearnedPositions, size):
    """Demand that what becomes of a module of `size` rows leaves the one of four rows as it was."""
    learned = with_rows(LearnedPositions(4, 2), ROWS)
    extended = extend_positions(learned, size)
    same_rows(extended, size)
    with torch.no_grad():
        table_of(extended, size, 2).zero_()
    same_rows(learned, 4)


@test_case(
    name="`LearnedPositions` has exactly one parameter, its `(max_positions, dim)` table, trainable and float32.",
    points=0.1,
)
def test_one_table(LearnedPositions):
    module = with_rows(LearnedPositions(4, 2), ROWS)
    same_sum(module)
    table = table_of(module, 4, 2)
    count = len(list(module.parameters()))
    require(count == 1, f"the module should have one parameter, its table, but has {count}")
    require(table.requires_grad, "the table should be trainable")
    require(table.dtype == torch.float32, f"the table should be float32, but is {table.dtype}")


@test_case(
    name="`LearnedPositions` draws its table from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.3,
)
def test_the_table_starts_small(LearnedPositions):
    module = LearnedPositions(2000, 2)
    rows = table_of(module, 2000, 2).detach().clone()
    same_sum(module, rows)
    assert_normal(rows, 0.02)


@test_case(
    name="`LearnedPositions` draws from torch's global random state: equal seeds repeat a table, a second "
    "module differs.",
    points=0.1,
)
def test_draws_repeat_by_seed_alone(LearnedPositions):
    start = torch.get_rng_state()
    module = LearnedPositions(4, 2)
    rows = table_of(module, 4, 2).detach().clone()
    same_sum(module, rows)
    second = table_of(LearnedPositions(4, 2), 4, 2).detach()
    require(not torch.equal(second, rows), "two modules were drawn with the same table")
    torch.set_rng_state(start)
    again = table_of(LearnedPositions(4, 2), 4, 2).detach()
    assert_close(again, rows, of="the table drawn from the same random state")


@test_case(name="`LearnedPositions` adds row t of its table to position t of every text of `(B, T, D)`.", points=0.5)
def test_rows_are_added(LearnedPositions):
    same_sum(with_rows(LearnedPositions(4, 2), ROWS))


@test_case(name="`LearnedPositions` takes a text of exactly `max_positions` positions.", points=0.1)
def test_the_full_length_fits(LearnedPositions):
    same_sum(with_rows(LearnedPositions(3, 2), ROWS[:3]), ROWS[:3])


@test_case(
    name="`LearnedPositions` refuses more positions than rows with a `ValueError` that quotes both numbers.",
    points=0.3,
)
def test_too_many_positions_are_refused(LearnedPositions):
    rows = torch.arange(24.0).reshape(12, 2) / 7
    module = with_rows(LearnedPositions(12, 2), rows)
    same_sum(module, rows)
    with raises(ValueError, quoting=[13, 12]):
        module(torch.zeros(3, 13, 2))


@test_case(
    name="`LearnedPositions` gives each row the gradients of its position, summed over the texts, and unused rows 0.",
    points=0.3,
)
def test_rows_get_gradients(LearnedPositions):
    module = with_rows(LearnedPositions(4, 2), ROWS)
    result, table = same_sum(module), table_of(module, 4, 2)
    require(result.requires_grad, "no gradient can flow from the result back to the table")
    (result * TEXTS).sum().backward()
    summed = torch.tensor([[-0.5, 7.0], [0.25, 0.75], [100.0, 0.0], [0.0, 0.0]])
    require(table.grad is not None, "no gradient reached the table")
    assert_close(table.grad, summed, of="the gradient of the table")


@test_case(name="`LearnedPositions` hands the gradient of its result on to its input unchanged.", points=0.1)
def test_gradients_reach_the_input(LearnedPositions):
    x = TEXTS.clone().requires_grad_()
    result = with_rows(LearnedPositions(4, 2), ROWS)(x)
    assert_close(result, TEXTS + ROWS[:3], of="the sum of the texts and the rows of the table")
    (gradient,) = torch.autograd.grad(result, x, TEXTS)
    assert_close(gradient, TEXTS, of="the gradient of the input")


@test_case(
    name="`LearnedPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.15,
)
def test_dtypes(LearnedPositions):
    module = with_rows(LearnedPositions(4, 2), ROWS)
    for dtype in (torch.float64, torch.bfloat16):
        same_sum(module.to(dtype), ROWS.to(dtype), TEXTS.to(dtype))


@test_case(name="`LearnedPositions` changes neither its input nor its `state_dict()`.", points=0.05)
def test_a_call_leaves_things_alone(LearnedPositions):
    x, module = TEXTS.clone(), with_rows(LearnedPositions(4, 2), ROWS)
    with unchanged(x=x, module=module):
        got = module(x)
    assert_close(got, TEXTS + ROWS[:3], of="the sum of the texts and the rows of the table")


@test_case(
    name="`extend_positions` gives a `LearnedPositions` of `max_positions` rows that starts with the old "
    "rows, bit for bit.",
    points=0.35,
)
def test_old_rows_are_kept(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(4, 2), ROWS), 6)
    kind = type(extended).__name__
    require(isinstance(extended, torch.nn.Module), f"expected a LearnedPositions, got {kind}")
    rows = same_rows(extended, 6)
    require(table_of(extended, 6, 2).requires_grad, "the new table should be trainable")
    assert_close(extended(torch.zeros(1, 6, 2)).detach(), rows[None], of="what the new module adds to zeros")


@test_case(
    name="`extend_positions` draws the new rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.25,
)
def test_new_rows_are_fresh(extend_positions, LearnedPositions):
    rows = same_rows(extend_positions(with_rows(LearnedPositions(4, 2), ROWS), 1004), 1004)
    assert_normal(rows[4:], 0.02)
    require(len(rows[4:].unique()) > 1900, "2000 new numbers should hardly repeat")


@test_case(
    name="`extend_positions` gives a module that takes texts up to its new length and refuses longer ones.",
    points=0.2,
)
def test_the_new_length_counts(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(4, 2), ROWS), 6)
    rows = same_rows(extended, 6)
    assert_close(extended(torch.zeros(1, 6, 2)).detach(), rows[None], of="what the new module adds to zeros")
    with raises(ValueError, quoting=[7, 6]):
        extended(torch.zeros(1, 7, 2))


@test_case(
    name="`extend_positions` gives an independent module: training one leaves the other as it is.",
    points=0.05,
)
def test_the_modules_are_independent(extend_positions, LearnedPositions):
    assert_independent(extend_positions, LearnedPositions, 5)


@test_case(name="`extend_positions` gives an independent copy at the same size, too.", points=0.05)
def test_the_same_size_is_a_copy(extend_positions, LearnedPositions):
    assert_independent(extend_positions, LearnedPositions, 4)


@test_case(name="`extend_positions` keeps the dtype of the table.", points=0.1)
def test_the_dtype_is_kept(extend_positions, LearnedPositions):
    rows = same_rows(extend_positions(with_rows(LearnedPositions(4, 2).double(), ROWS), 6), 6)
    require(rows.dtype == torch.float64, f"the new table should be float64 as the old one is, but is {rows.dtype}")


@test_case(name="`extend_positions` leaves `learned` as it was.", points=0.05)
def test_the_old_module_is_left_alone(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(4, 2), ROWS)
    with unchanged(learned=learned):
        extended = extend_positions(learned, 6)
    same_rows(extended, 6)


@test_case(name="`extend_positions` refuses to shrink with a `ValueError`.", points=0.1)
def test_shrinking_is_refused(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(4, 2), ROWS)
    same_rows(extend_positions(learned, 5), 5)
    with raises(ValueError):
        extend_positions(learned, 3)


@test_case(
    name="`similarity_by_offset` gives `(P,)`: entry k is the mean cosine similarity of rows p and p + k over all p.",
    points=0.6,
)
def test_similarity_by_hand(similarity_by_offset):
    table = torch.tensor([[1.0, 0, 0], [3, 4, 0], [0, 0, 2], [0, -5, 0]])
    # neighbours: 0.6, 0 and 0; two apart: 0 and -0.8; three apart: 0
    assert_close(similarity_by_offset(table), torch.tensor([1.0, 0.2, -0.4, 0.0]))


@test_case(
    name="`similarity_by_offset` takes any number of rows, one row and more rows than columns included.",
    points=0.1,
)
def test_similarity_of_any_number_of_rows(similarity_by_offset):
    assert_close(similarity_by_offset(torch.tensor([[3.0, -4.0]])), torch.tensor([1.0]), of="what one row gives")
    table = torch.tensor([[3.0, 4], [4, 3], [0, 2], [-1, 0], [0, -5]])
    # neighbours: 0.96, 0.6, 0 and 0; two apart: 0.8, -0.8 and -1; three apart: -0.6 and -0.6; four apart: -0.8
    assert_close(similarity_by_offset(table), torch.tensor([1.0, 0.39, -1 / 3, -0.6, -0.8]), of="what five rows give")


@test_case(name="`similarity_by_offset` gives the dtype of the table.", points=0.1)
def test_similarity_keeps_the_dtype(similarity_by_offset):
    table = torch.tensor([[1.0, 0], [3, 4], [0, -2]], dtype=torch.float64)
    assert_close(similarity_by_offset(table), torch.tensor([1.0, -0.1, 0.0], dtype=torch.float64))


@test_case(name="`similarity_by_offset` is right on the position table of a real model.", points=0.05)
def test_similarity_of_a_real_table(similarity_by_offset):
    table = minilm_positions()[:40].clone()
    with unchanged(table=table):
        got = similarity_by_offset(table)
    first = torch.tensor([1.0, 0.863957, 0.644905, 0.500749, 0.524243])
    assert_close(got[:5], first, of="the first five of 40 entries")
