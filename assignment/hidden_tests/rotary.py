"""Hidden cases of `rotary`: positions as a turn of queries and keys."""

import torch
from check.testing.api import assert_close, count_operations, raises, require, test_case, unchanged

OK_FORMAT = False
name = "rotary_hidden"


def rows(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def turned(x, base=10000.0):
    """The right result in float64: (B, T, D)."""
    length, dim = x.shape[1:]
    frequencies = base ** -(torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    turns = torch.polar(torch.ones(()).double(), torch.outer(torch.arange(length).double(), frequencies))
    pairs = torch.view_as_complex(x.detach().double().unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * turns).flatten(-2)


def scores(queries, keys, base=10000.0):
    return torch.einsum("btd,bsd->bts", turned(queries, base), turned(keys, base))


def same_turn(got, x, base=10000.0):
    """Demand what is right for x as it was before the call, in its dtype."""
    positions = torch.arange(x.shape[1], dtype=torch.float64)[:, None]
    atol = (1e-5 + 4e-7 * positions) * max(1.0, float(x.detach().abs().max()))
    assert_close(got, turned(x, base).to(x.dtype), atol=atol)


def same_scores(got, queries, keys, base=10000.0):
    assert_close(got, scores(queries, keys, base).to(queries.dtype), atol=1e-4)


@test_case(
    name="`rotate_by_position` turns (a, b), columns 2i and 2i + 1 at position t, into "
    "(a cos(t * w_i) - b sin(t * w_i), a sin(t * w_i) + b cos(t * w_i)).",
    points=1.1,
    hidden=True,
)
def test_pairs_are_turned(rotate_by_position):
    for shape in ((3, 7, 10), (1, 1, 2), (5, 2, 6), (4, 4, 4)):
        x = rows(*shape)
        same_turn(rotate_by_position(x.clone()), x)
    across = rows(6, 9, 2).transpose(0, 2)  # (2, 9, 6), not contiguous
    same_turn(rotate_by_position(across), across)


@test_case(name="`rotate_by_position` uses the `base` it is given, 10000 if none is.", points=0.5, hidden=True)
def test_another_base(rotate_by_position):
    x = rows(2, 10, 8)
    same_turn(rotate_by_position(x.clone()), x)
    same_turn(rotate_by_position(x.clone(), 300.0), x, base=300.0)


@test_case(
    name="`rotate_by_position` stays within (1e-5 + 4e-7 * t) times the largest number of `x`, also at 3,000 "
    "positions.",
    points=0.5,
    hidden=True,
)
def test_three_thousand_positions(rotate_by_position):
    x = rows(1, 3000, 6)
    same_turn(rotate_by_position(x.clone()), x)


@test_case(
    name="`rotate_by_position` has no loop over positions: more rows take no more lines of Python or "
    "tensor operations.",
    points=0.2,
    hidden=True,
)
def test_no_loop_over_positions(rotate_by_position):
    x = rows(1, 1200, 8)
    same_turn(rotate_by_position(x[:, :20].clone()), x[:, :20])
    few, many = (count_operations(rotate_by_position, x[:, :length].clone()) for length in (150, 1200))
    require(many.calls + many.lines - few.calls - few.lines < 250, "a loop over positions")


@test_case(
    name="`rotate_by_position` gives the dtype of `x`, and computes angles in float32 at least.",
    points=0.4,
    hidden=True,
)
def test_dtypes(rotate_by_position):
    x = rows(2, 7, 8).double()
    same_turn(rotate_by_position(x.clone()), x)
    for dtype, atol in ((torch.float16, 2**-8), (torch.bfloat16, 2**-5)):
        short = rows(1, 700, 4).to(dtype)
        assert_close(rotate_by_position(short.clone()), turned(short).to(dtype), atol=atol)


@test_case(name="`rotate_by_position` refuses an odd D with a `ValueError` that quotes it.", points=0.2, hidden=True)
def test_odd_columns_are_refused(rotate_by_position):
    x = rows(2, 3, 4)
    same_turn(rotate_by_position(x.clone()), x)
    with raises(ValueError, quoting=[33]):
        rotate_by_position(rows(2, 3, 33))


@test_case(name="`rotate_by_position` passes gradients to `x`.", points=0.3, hidden=True)
def test_gradients_reach_the_input(rotate_by_position):
    x = rows(2, 5, 6).requires_grad_()
    got = rotate_by_position(x)
    same_turn(got, x)
    upstream = rows(2, 5, 6, seed=2)
    (gradient,) = torch.autograd.grad(got, x, turned(upstream).float())
    assert_close(gradient, upstream)  # a turn is undone by its transpose


@test_case(
    name="`rotary_scores` gives the dot product of every query with every key, both turned by their positions: "
    "entry (b, t, s) is for query t and key s of text b.",
    points=1.1,
    hidden=True,
)
def test_scores_are_dot_products_of_turned_rows(rotary_scores):
    for texts, t, s, dim in ((3, 4, 6, 10), (1, 5, 1, 2), (2, 3, 3, 4)):
        queries, keys = rows(texts, t, dim), rows(texts, s, dim, seed=2)
        same_scores(rotary_scores(queries.clone(), keys.clone()), queries, keys)


@test_case(
    name="`rotary_scores` depends on positions through s - t alone: rows n positions further on, "
    "queries and keys alike, have the same scores.",
    points=0.4,
    hidden=True,
)
def test_only_the_distance_counts(rotary_scores):
    queries, keys = rows(2, 3, 8), rows(2, 4, 8, seed=2)
    same_scores(rotary_scores(queries.clone(), keys.clone()), queries, keys)
    for n in (1, 57):
        before = rows(2, n, 8, seed=3)
        further = rotary_scores(torch.cat([before, queries], dim=1), torch.cat([before, keys], dim=1))
        same_scores(further[:, n:, n:], queries, keys)


@test_case(
    name="`rotary_scores` is `queries[b, t] @ M @ keys[b, s]`, where M turns a sinusoid on by t - s positions.",
    points=0.5,
    hidden=True,
)
def test_the_shift_matrix_gives_the_same_scores(rotary_scores, reference):
    queries, keys = rows(2, 3, 6), rows(2, 5, 6, seed=2)
    shifts = torch.stack([torch.stack([reference.shift_matrix(t - s, 6) for s in range(5)]) for t in range(3)])
    right = torch.einsum("btd,tsde,bse->bts", queries, shifts, keys)
    assert_close(rotary_scores(queries.clone(), keys.clone()), right, atol=1e-4)


@test_case(name="`rotary_scores` uses the `base` it is given, 10000 if none is.", points=0.4, hidden=True)
def test_the_scores_have_a_base(rotary_scores):
    queries, keys = rows(2, 6, 8), rows(2, 3, 8, seed=2)
    same_scores(rotary_scores(queries.clone(), keys.clone()), queries, keys)
    same_scores(rotary_scores(queries.clone(), keys.clone(), 50.0), queries, keys, base=50.0)


@test_case(name="`rotary_scores` passes gradients to `queries` and `keys`.", points=0.2, hidden=True)
def test_gradients_reach_queries_and_keys(rotary_scores):
    queries, keys = rows(2, 4, 6).requires_grad_(), rows(2, 3, 6, seed=2).requires_grad_()
    got = rotary_scores(queries, keys)
    same_scores(got, queries, keys)
    gradients = torch.autograd.grad(got.sum(), (queries, keys))
    right = scores(queries, keys).sum()
    for of, gradient in zip((queries, keys), gradients, strict=True):
        assert_close((of * gradient).sum().detach(), right.float(), atol=1e-3)


@test_case(name="The functions of `rotary` leave their arguments as they were.", points=0.2, hidden=True)
def test_arguments_stay(rotate_by_position, rotary_scores):
    x, keys = rows(2, 5, 4), rows(2, 3, 4, seed=2)
    with unchanged(x=x, keys=keys):
        same_turn(rotate_by_position(x), x.clone())
        same_scores(rotary_scores(x, keys), x.clone(), keys.clone())
