"""Hidden cases of `learned_positions`: positions as a learned table."""

from functools import cache

import torch
from check.testing.api import (
    assert_close,
    minilm_positions,
    raises,
    require,
    table_of,
    test_case,
    unchanged,
    with_rows,
)

OK_FORMAT = False
name = "learned_positions_hidden"


def numbers(*shape, seed=1):
    return drawn(*shape, seed=seed).clone()


@cache
def drawn(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


ROWS = numbers(7, 5, seed=2)  # seven positions, D = 5


def same_sum(module, x, rows=ROWS):
    """Demand `x` plus the first rows; give the sum."""
    right = (x.detach().double() + rows[: x.shape[1]].double()).to(x.dtype)
    got = module(x)
    assert_close(got, right)
    return got


def is_normal(rows):
    """Mean 0 and deviation 0.02 of at least 3,000 numbers, and about 1 in 22 beyond two deviations."""
    scaled = rows.double() / 0.02
    far = float((scaled.abs() > 2).double().mean())
    return 0.91 < float(scaled.std()) < 1.09 and abs(float(scaled.mean())) < 0.12 and 0.02 < far < 0.075


@test_case(
    name="`LearnedPositions` has exactly one parameter, its `(max_positions, dim)` table, trainable and float32.",
    points=0.1,
    hidden=True,
)
def test_one_table(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    same_sum(module, numbers(2, 4, 5))
    table = table_of(module, 7, 5)
    require(len(list(module.parameters())) == 1, "more than one parameter")
    require(table.requires_grad and table.dtype == torch.float32, "not trainable, or not float32")


@test_case(
    name="`LearnedPositions` draws its table from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.4,
    hidden=True,
)
def test_the_table_starts_small(LearnedPositions):
    module = LearnedPositions(300, 15)
    rows = table_of(module, 300, 15).detach().clone()
    same_sum(module, numbers(2, 4, 15), rows)
    varied = bool((rows.std(0) > 0.01).all() and (rows.std(1) > 0.002).all())
    require(is_normal(rows) and varied, "not drawn as asked")


@test_case(
    name="`LearnedPositions` draws from torch's global random state: equal seeds repeat a table, a second "
    "module differs.",
    points=0.2,
    hidden=True,
)
def test_draws_repeat_by_seed_alone(LearnedPositions):
    torch.default_generator.manual_seed(3)
    modules = [LearnedPositions(7, 5) for _ in range(2)]
    first, second = (table_of(module, 7, 5).detach().clone() for module in modules)
    same_sum(modules[0], numbers(2, 4, 5), first)
    require(not torch.equal(first, second), "two modules with one table")
    torch.default_generator.manual_seed(3)
    assert_close(table_of(LearnedPositions(7, 5), 7, 5).detach(), first)


@test_case(
    name="`LearnedPositions` adds row t of its table to position t of every text of `(B, T, D)`.",
    points=0.5,
    hidden=True,
)
def test_rows_are_added(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    same_sum(module, numbers(6, 6, 5))
    same_sum(module, numbers(5, 3, 9).transpose(0, 2))  # (9, 3, 5), not contiguous


@test_case(name="`LearnedPositions` takes a text of exactly `max_positions` positions.", points=0.2, hidden=True)
def test_the_full_length_fits(LearnedPositions):
    same_sum(with_rows(LearnedPositions(7, 5), ROWS), numbers(2, 7, 5))


@test_case(
    name="`LearnedPositions` refuses more positions than rows with a `ValueError` that quotes both numbers.",
    points=0.4,
    hidden=True,
)
def test_too_many_positions_are_refused(LearnedPositions):
    for rows in (ROWS, ROWS[:1]):
        count = len(rows)
        module = with_rows(LearnedPositions(count, 5), rows)
        if count > 1:
            same_sum(module, numbers(2, 4, 5))
        with raises(ValueError, quoting=[count, count + 1]):
            module(torch.zeros(3, count + 1, 5))


@test_case(
    name="`LearnedPositions` gives each row the gradients of its position, summed over the texts, and unused rows 0.",
    points=0.3,
    hidden=True,
)
def test_rows_get_gradients(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    got, upstream = same_sum(module, numbers(3, 4, 5)), numbers(3, 4, 5, seed=4)
    (gradient,) = torch.autograd.grad(got, table_of(module, 7, 5), upstream)
    assert_close(gradient, torch.cat([upstream.sum(0), torch.zeros(3, 5)]))


@test_case(
    name="`LearnedPositions` hands the gradient of its result on to its input unchanged.",
    points=0.2,
    hidden=True,
)
def test_gradients_reach_the_input(LearnedPositions):
    x, upstream = numbers(3, 4, 5).requires_grad_(), numbers(3, 4, 5, seed=4)
    got = same_sum(with_rows(LearnedPositions(7, 5), ROWS), x)
    (gradient,) = torch.autograd.grad(got, x, upstream)
    assert_close(gradient, upstream)


@test_case(
    name="`LearnedPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.2,
    hidden=True,
)
def test_dtypes(LearnedPositions):
    module = LearnedPositions(7, 5)
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        with_rows(module.to(dtype), ROWS)
        same_sum(module, numbers(2, 6, 5).to(dtype), ROWS.to(dtype))


@test_case(name="`LearnedPositions` changes neither its input nor its `state_dict()`.", points=0.1, hidden=True)
def test_a_call_leaves_things_alone(LearnedPositions):
    module = with_rows(LearnedPositions(7, 5), ROWS)
    x = numbers(2, 4, 5)
    with unchanged(x=x, module=module):
        same_sum(module, x)


@test_case(
    name="`extend_positions` gives a `LearnedPositions` of `max_positions` rows that starts with the old "
    "rows, bit for bit.",
    points=0.2,
    hidden=True,
)
def test_old_rows_are_kept(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    for size in (40, 8):
        extended = extend_positions(learned, size)
        require(isinstance(extended, LearnedPositions), "not a LearnedPositions")
        table = table_of(extended, size, 5)
        require(table.requires_grad, "the table is frozen")
        require(torch.equal(table.detach()[:7], ROWS), "the old rows changed")
        same_sum(extended, numbers(2, 7, 5))


@test_case(
    name="`extend_positions` draws the new rows from a normal distribution with mean 0 and standard deviation 0.02.",
    points=0.5,
    hidden=True,
)
def test_new_rows_are_fresh(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    torch.default_generator.manual_seed(13)
    first, second = (table_of(extend_positions(learned, 707), 707, 5).detach() for _ in range(2))
    require(torch.equal(first[:7], ROWS), "the old rows changed")
    require(not torch.equal(first[7:], second[7:]), "the new rows are always the same")
    require(is_normal(first[7:]) and len(first[7:].unique()) > 3000, "not drawn as asked")


@test_case(
    name="`extend_positions` gives a module that takes texts up to its new length and refuses longer ones.",
    points=0.4,
    hidden=True,
)
def test_the_new_length_counts(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(7, 5), ROWS), 9)
    rows = table_of(extended, 9, 5).detach().clone()
    require(torch.equal(rows[:7], ROWS), "the old rows changed")
    same_sum(extended, numbers(2, 9, 5), rows)
    with raises(ValueError, quoting=[10, 9]):
        extended(torch.zeros(2, 10, 5))


@test_case(
    name="`extend_positions` gives an independent module: training one leaves the other as it is.",
    points=0.3,
    hidden=True,
)
def test_the_modules_are_independent(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    extended = extend_positions(learned, 9)
    with torch.no_grad():
        table_of(extended, 9, 5).sub_(3.0)
    same_sum(learned, numbers(2, 7, 5))
    with torch.no_grad():
        table_of(learned, 7, 5).add_(1.0)
    same_sum(extended, numbers(2, 7, 5), ROWS - 3.0)


@test_case(name="`extend_positions` gives an independent copy at the same size, too.", points=0.3, hidden=True)
def test_the_same_size_is_a_copy(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    copy = extend_positions(learned, 7)
    require(torch.equal(table_of(copy, 7, 5).detach(), ROWS), "the rows changed")
    with torch.no_grad():
        table_of(copy, 7, 5).zero_()
    same_sum(learned, numbers(2, 7, 5))


@test_case(name="`extend_positions` keeps the dtype of the table.", points=0.2, hidden=True)
def test_the_dtype_is_kept(extend_positions, LearnedPositions):
    learned = LearnedPositions(7, 5)
    for dtype in (torch.float64, torch.bfloat16):
        rows = (ROWS.double() / 3).to(dtype)  # in float64, more digits than a float32 holds
        table = table_of(extend_positions(with_rows(learned.to(dtype), rows), 9), 9, 5)
        require(table.dtype == dtype, "another dtype")
        require(torch.equal(table.detach()[:7], rows), "the old rows changed")


@test_case(name="`extend_positions` leaves `learned` as it was.", points=0.1, hidden=True)
def test_the_old_module_is_left_alone(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    with unchanged(learned=learned):
        table = table_of(extend_positions(learned, 10), 10, 5).detach()
    require(torch.equal(table[:7], ROWS), "the old rows changed")
    require(table_of(learned, 7, 5).requires_grad, "the old table was frozen")


@test_case(name="`extend_positions` refuses to shrink with a `ValueError`.", points=0.2, hidden=True)
def test_shrinking_is_refused(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(7, 5), ROWS)
    require(torch.equal(table_of(extend_positions(learned, 8), 8, 5).detach()[:7], ROWS), "the old rows changed")
    with raises(ValueError):
        extend_positions(learned, 6)


UNEVEN = (numbers(6, 9) + 0.4) * torch.tensor([0.1, 3.0, 40.0, 1.0, 0.5, 7.0])[:, None]  # of many lengths
MANY = numbers(4, 11).T + 0.5  # more rows than columns


def similarity(table):
    """The right answer, pair by pair in float64."""
    unit = table.double() / table.double().norm(dim=1, keepdim=True)
    count, likeness = len(unit), (unit @ unit.T).tolist()
    means = [sum(likeness[p][p + k] for p in range(count - k)) / (count - k) for k in range(count)]
    return torch.tensor(means, dtype=table.dtype)


@test_case(
    name="`similarity_by_offset` gives `(P,)`: entry k is the mean cosine similarity of rows p and p + k over all p.",
    points=0.7,
    hidden=True,
)
def test_similarity(similarity_by_offset):
    assert_close(similarity_by_offset(UNEVEN.clone()), similarity(UNEVEN))


@test_case(
    name="`similarity_by_offset` takes any number of rows, one row and more rows than columns included.",
    points=0.2,
    hidden=True,
)
def test_similarity_of_any_number_of_rows(similarity_by_offset):
    for table in (numbers(1, 3), MANY):
        assert_close(similarity_by_offset(table.clone()), similarity(table))


@test_case(name="`similarity_by_offset` gives the dtype of the table.", points=0.2, hidden=True)
def test_similarity_keeps_the_dtype(similarity_by_offset):
    assert_close(similarity_by_offset(UNEVEN.double()), similarity(UNEVEN.double()))
    rough = MANY.bfloat16()  # a function may compute in 16 bits all the way
    assert_close(similarity_by_offset(rough.clone()), similarity(rough), atol=0.03)


@test_case(name="`similarity_by_offset` is right on the position table of a real model.", points=0.1, hidden=True)
def test_similarity_of_a_real_table(similarity_by_offset):
    table = minilm_positions()[:48].clone()  # alone: a part would take the whole table across the wall
    right = similarity(table)
    with unchanged(table=table):
        assert_close(similarity_by_offset(table), right)
