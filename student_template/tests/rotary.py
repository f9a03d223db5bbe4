"""Public cases of `rotary`: positions as a turn of queries and keys."""

import math

import torch
from check.testing.api import assert_close, count_operations, raises, require, test_case, unchanged

OK_FORMAT = False
name = "rotary"

ROWS = torch.arange(48.0).reshape(2, 3, 8).sub(20).div(9)  # two texts of three tokens
OTHERS = torch.arange(32.0).reshape(2, 2, 8).sub(11).div(-7)  # two texts of two tokens


def turned(x, base=10000.0):
    """The right result, number by number and in float64: (B, T, D)."""
    dim = x.shape[2]

    def row(position, numbers):
        for i in range(dim // 2):
            a, b, angle = numbers[2 * i], numbers[2 * i + 1], position / base ** (2 * i / dim)
            yield a * math.cos(angle) - b * math.sin(angle)
            yield a * math.sin(angle) + b * math.cos(angle)

    texts = [[list(row(t, numbers)) for t, numbers in enumerate(text)] for text in x.double().tolist()]
    return torch.tensor(texts, dtype=torch.float64)


def scores(queries, keys, base=10000.0):
    """The right scores in float64: (B, T, S)."""
    return torch.einsum("btd,bsd->bts", turned(queries, base), turned(keys, base))


@test_case(
    name="`rotate_by_position` turns (a, b), columns 2i and 2i + 1 at position t, into "
    "(a cos(t * w_i) - b sin(t * w_i), a sin(t * w_i) + b cos(t * w_i)).",
    points=0.75,
)
def test_pairs_are_turned(rotate_by_position):
    quarter = torch.tensor([[[1.0, 0, 1, 0], [1.0, 0, 1, 0]]])
    right = torch.tensor([[[1.0, 0, 1, 0], [0.540302, 0.841471, 0.99995, 0.0099998]]])
    assert_close(rotate_by_position(quarter), right, of="rotate_by_position(x)")
    assert_close(rotate_by_position(ROWS.clone()), turned(ROWS).float(), of="what two texts give")


@test_case(name="`rotate_by_position` uses the `base` it is given, 10000 if none is.", points=0.2)
def test_another_base(rotate_by_position):
    assert_close(rotate_by_position(ROWS.clone(), 50.0), turned(ROWS, 50.0).float(), of="what base 50 gives")


@test_case(
    name="`rotate_by_position` stays within (1e-5 + 4e-7 * t) times the largest number of `x`, also at 3,000 "
    "positions.",
    points=0.2,
)
def test_three_thousand_positions(rotate_by_position):
    x = torch.ones(1, 3000, 2)
    atol = 1e-5 + 4e-7 * torch.arange(3000, dtype=torch.float64)[:, None]
    assert_close(rotate_by_position(x), turned(x).float(), atol=atol, of="what 3,000 positions give")


@test_case(name="`rotate_by_position` refuses an odd D with a `ValueError` that quotes it.", points=0.3)
def test_odd_columns_are_refused(rotate_by_position):
    assert_close(rotate_by_position(ROWS[..., :2]), turned(ROWS[..., :2]).float(), of="what two columns give")
    with raises(ValueError, quoting=[7]):
        rotate_by_position(ROWS[..., :7])


@test_case(
    name="`rotate_by_position` gives the dtype of `x`, and computes angles in float32 at least.",
    points=0.3,
)
def test_sixteen_bits_stay_sixteen_bits(rotate_by_position):
    x = torch.ones(1, 300, 2).bfloat16()
    right = turned(x)
    assert_close(rotate_by_position(x), right.bfloat16(), atol=2**-6, of="what 300 positions in bfloat16 give")


@test_case(
    name="`rotate_by_position` has no loop over positions: more rows take no more lines of Python or "
    "tensor operations.",
    points=0.2,
)
def test_no_loop_over_positions(rotate_by_position):
    assert_close(rotate_by_position(ROWS.clone()), turned(ROWS).float(), of="what two texts give")
    few, many = (count_operations(rotate_by_position, torch.ones(1, length, 4)) for length in (100, 1000))
    steps = many.calls + many.lines - few.calls - few.lines
    require(
        steps < 200,
        f"1000 positions took {steps} more lines and tensor operations than 100 positions: "
        "let one operation work on all positions at once",
    )


@test_case(name="`rotate_by_position` passes gradients to `x`.", points=0.2)
def test_gradients_reach_the_input(rotate_by_position):
    x = ROWS.clone().requires_grad_()
    got = rotate_by_position(x)
    assert_close(got, turned(ROWS).float(), of="what two texts give")
    require(got.requires_grad, "no gradient can flow from the result back to x")
    (gradient,) = torch.autograd.grad(got.square().sum() / 2, x)  # of half the squared length, which a turn keeps
    assert_close(gradient, ROWS, of="the gradient of half the squared length")


@test_case(
    name="`rotary_scores` gives the dot product of every query with every key, both turned by their positions: "
    "entry (b, t, s) is for query t and key s of text b.",
    points=0.75,
)
def test_scores_are_dot_products_of_turned_rows(rotary_scores):
    got = rotary_scores(ROWS.clone(), OTHERS.clone())
    assert_close(got, scores(ROWS, OTHERS).float(), atol=1e-4, of="rotary_scores(queries, keys)")


@test_case(name="`rotary_scores` uses the `base` it is given, 10000 if none is.", points=0.2)
def test_the_scores_have_a_base(rotary_scores):
    got = rotary_scores(ROWS.clone(), OTHERS.clone(), 50.0)
    assert_close(got, scores(ROWS, OTHERS, 50.0).float(), atol=1e-4, of="the scores with base 50")


@test_case(
    name="`rotary_scores` is `queries[b, t] @ M @ keys[b, s]`, where M turns a sinusoid on by t - s positions.",
    points=0.1,
)
def test_the_shift_matrix_gives_the_same_scores(rotary_scores):
    queries, keys = ROWS[:1, :, :2], OTHERS[:1, :, :2]  # with two columns M turns by t - s radians

    def score(t, s):
        sine, cosine = math.sin(t - s), math.cos(t - s)
        return queries[0, t] @ torch.tensor([[cosine, sine], [-sine, cosine]]) @ keys[0, s]

    right = torch.tensor([[[score(t, s) for s in range(2)] for t in range(3)]])
    assert_close(rotary_scores(queries.clone(), keys.clone()), right, atol=1e-4, of="rotary_scores(queries, keys)")


@test_case(
    name="`rotary_scores` depends on positions through s - t alone: rows n positions further on, "
    "queries and keys alike, have the same scores.",
    points=0.4,
)
def test_only_the_distance_counts(rotary_scores):
    n = 4
    right = scores(ROWS, OTHERS).float()
    before = torch.zeros(2, n, 8)
    further = rotary_scores(torch.cat([before, ROWS], dim=1), torch.cat([before, OTHERS], dim=1))
    assert_close(further[:, n:, n:], right, atol=1e-4, of=f"the scores of the same rows {n} positions further on")


@test_case(name="`rotary_scores` passes gradients to `queries` and `keys`.", points=0.2)
def test_gradients_reach_queries_and_keys(rotary_scores):
    queries, keys = ROWS.clone().requires_grad_(), OTHERS.clone().requires_grad_()
    got = rotary_scores(queries, keys)
    right = scores(ROWS, OTHERS).float()
    assert_close(got, right, atol=1e-4, of="rotary_scores(queries, keys)")
    require(got.requires_grad, "no gradient can flow from the scores back to queries and keys")
    gradients = torch.autograd.grad(got.sum(), (queries, keys), allow_unused=True)
    for rows, gradient, what in ((ROWS, gradients[0], "queries"), (OTHERS, gradients[1], "keys")):
        require(gradient is not None, f"no gradient reaches the {what}")
        total = (rows * gradient).sum(dim=(1, 2))  # the scores are linear in each of the two
        assert_close(total, right.sum(dim=(1, 2)), atol=1e-3, of=f"{what} times their gradient, summed")


@test_case(name="The functions of `rotary` leave their arguments as they were.", points=0.2)
def test_arguments_stay(rotate_by_position, rotary_scores):
    x, queries, keys = ROWS.clone(), ROWS.clone(), OTHERS.clone()
    with unchanged(x=x, queries=queries, keys=keys):
        assert_close(rotate_by_position(x), turned(ROWS).float(), of="what two texts give")
        assert_close(rotary_scores(queries, keys), scores(ROWS, OTHERS).float(), atol=1e-4, of="the scores")
