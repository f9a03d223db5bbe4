"""Public cases of `learned_positions`: positions as a learned table."""

import torch
from check.testing.api import assert_close, raises, require, table_of, test_case, with_rows

OK_FORMAT = False
name = "learned_positions"

ROWS = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])  # four positions, D = 2
TEXTS = torch.tensor(
    [
        [[0.5, 0.0], [0.0, 0.5], [0.0, 0.0]],
        [[-1.0, 7.0], [0.25, 0.25], [100.0, 0.0]],
    ]
)  # B = 2, T = 3


def same_sum(module, rows=ROWS):
    """Demand TEXTS plus the first rows; give the sum."""
    got = module(TEXTS.clone())
    assert_close(got, TEXTS + rows[:3], of="the sum of the texts and the rows of the table")
    return got


@test_case(
    name="`LearnedPositions` has exactly one parameter, its `(max_positions, dim)` table, trainable and float32.",
    points=0.2,
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
    points=0.4,
)
def test_the_table_starts_small(LearnedPositions):
    module = LearnedPositions(2000, 2)
    rows = table_of(module, 2000, 2).detach().clone()
    same_sum(module, rows)
    mean, spread = float(rows.mean()), float(rows.std())
    require(0.0175 < spread < 0.0225, f"the standard deviation should be 0.02, but it is {spread:.4g}")
    require(abs(mean) < 0.003, f"the mean of 4000 numbers should be about 0, but it is {mean:.4g}")


@test_case(name="`LearnedPositions` adds row t of its table to position t of every text of `(B, T, D)`.", points=0.7)
def test_rows_are_added(LearnedPositions):
    same_sum(with_rows(LearnedPositions(4, 2), ROWS))


@test_case(
    name="`LearnedPositions` refuses more positions than rows with a `ValueError` that quotes both numbers.",
    points=0.4,
)
def test_too_many_positions_are_refused(LearnedPositions):
    rows = torch.arange(24.0).reshape(12, 2) / 7
    module = with_rows(LearnedPositions(12, 2), rows)
    same_sum(module, rows)
    with raises(ValueError, quoting=[13, 12]):
        module(torch.zeros(3, 13, 2))


@test_case(
    name="`LearnedPositions` gives each row the gradients of its position, summed over the texts, and unused rows 0.",
    points=0.4,
)
def test_rows_get_gradients(LearnedPositions):
    module = with_rows(LearnedPositions(4, 2), ROWS)
    result, table = same_sum(module), table_of(module, 4, 2)
    require(result.requires_grad, "no gradient can flow from the result back to the table")
    (result * TEXTS).sum().backward()
    summed = torch.tensor([[-0.5, 7.0], [0.25, 0.75], [100.0, 0.0], [0.0, 0.0]])
    require(table.grad is not None, "no gradient reached the table")
    assert_close(table.grad, summed, of="the gradient of the table")


@test_case(
    name="`extend_positions` gives a `LearnedPositions` of `max_positions` rows that starts with the old "
    "rows, bit for bit.",
    points=0.6,
)
def test_old_rows_are_kept(extend_positions, LearnedPositions):
    extended = extend_positions(with_rows(LearnedPositions(4, 2), ROWS), 6)
    kind = type(extended).__name__
    require(isinstance(extended, torch.nn.Module), f"expected a LearnedPositions, got {kind}")
    rows = table_of(extended, 6, 2).detach()
    require(torch.equal(rows[:4], ROWS), f"the old rows became {rows[:4].tolist()}")
    require(bool((rows[4:] != 0).all()), f"the new rows should be drawn at random, not {rows[4:].tolist()}")
    assert_close(extended(torch.zeros(1, 6, 2)).detach(), rows[None], of="what the new module adds to zeros")


@test_case(name="`extend_positions` refuses to shrink with a `ValueError`.", points=0.3)
def test_shrinking_is_refused(extend_positions, LearnedPositions):
    learned = with_rows(LearnedPositions(4, 2), ROWS)
    assert_close(table_of(extend_positions(learned, 5), 5, 2).detach()[:4], ROWS, of="the old rows")
    with raises(ValueError):
        extend_positions(learned, 3)


@test_case(
    name="`similarity_by_offset` gives `(P,)`: entry k is the mean cosine similarity of rows p and p + k over all p.",
    points=1.0,
)
def test_similarity_by_hand(similarity_by_offset):
    table = torch.tensor([[1.0, 0, 0], [3, 4, 0], [0, 0, 2], [0, -5, 0]])
    # neighbours: 0.6, 0 and 0; two apart: 0 and -0.8; three apart: 0
    assert_close(similarity_by_offset(table), torch.tensor([1.0, 0.2, -0.4, 0.0]))
