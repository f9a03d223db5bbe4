"""Hidden cases of `sinusoidal`: positions as sines and cosines."""

from functools import cache

import torch
from check.testing.api import assert_close, count_operations, raises, require, test_case, unchanged

OK_FORMAT = False
name = "sinusoidal_hidden"


@cache
def encoding(positions, dim, base=10000.0):
    """The right rows of `positions`, a range or a tuple, in float64: (positions, D)."""
    places = torch.tensor(positions, dtype=torch.float64)
    angles = places[:, None] / base ** (torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)


@cache
def tolerance(positions):
    """What a right float32 computation may be off by in each row: (positions, 1)."""
    places = torch.tensor(positions, dtype=torch.float64)
    return 1e-5 + 4e-7 * places.abs()[:, None]


def text(*shape, seed=1):
    return drawn(*shape, seed=seed).clone()


@cache
def drawn(*shape, seed):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def same_shift(got, offset, dim, base=10000.0):
    """Demand a float32 (D, D) that moves right encodings by `offset`, tried at many positions."""
    start = max(0, -offset)
    positions = tuple(start + p for p in (0, 1, 2, 3, 5, 8, 40, 333, 1234, 3000, 7777, 31416))
    require(isinstance(got, torch.Tensor) and got.dtype == torch.float32, "not a float32 tensor")
    require(got.shape == (dim, dim), "not of shape (D, D)")
    moved = encoding(positions, dim, base) @ got.detach().double().T
    right = encoding(tuple(p + offset for p in positions), dim, base)
    assert_close(moved, right, atol=1.5 * (1e-5 + 4e-7 * abs(offset)))  # each number sums a sine and a cosine part


def same_sum(got, before, base=10000.0):
    """Demand `before`, the input as it was, plus the right encoding.

    In 16 bits the encoding may be rounded before it is added, and the sum again.
    """
    length, dim = before.shape[1:]
    once = torch.finfo(before.dtype).eps / 2 if before.dtype.itemsize == 2 else 0.0
    rows = encoding(range(length), dim, base)
    atol = tolerance(range(length)) + once * rows.abs()
    assert_close(got, (before.double() + rows).to(before.dtype), atol=atol)


@test_case(
    name="`sinusoidal_encoding` gives `(P, D)`: in row p column 2i is sin(p * w_i) and column 2i + 1 is cos(p * w_i).",
    points=1.0,
    hidden=True,
)
def test_sines_and_cosines_alternate(sinusoidal_encoding):
    for rows, dim in [(1, 6), (7, 2), (33, 10)]:
        assert_close(sinusoidal_encoding(rows, dim), encoding(range(rows), dim).float(), atol=tolerance(range(rows)))


@test_case(name="`sinusoidal_encoding` uses the `base` it is given, 10000 if none is.", points=0.5, hidden=True)
def test_another_base(sinusoidal_encoding):
    for base in ((), (300.0,)):
        right = encoding(range(10), 16, *base).float()
        assert_close(sinusoidal_encoding(10, 16, *base), right, atol=tolerance(range(10)))


@test_case(
    name="`sinusoidal_encoding` stays within 1e-5 + 4e-7 * p in row p, also at 3,000 positions.",
    points=0.4,
    hidden=True,
)
def test_three_thousand_positions(sinusoidal_encoding):
    right, atol = encoding(range(3000), 6).float(), tolerance(range(3000))
    assert_close(sinusoidal_encoding(3000, 6), right, atol=atol)


@test_case(
    name="`sinusoidal_encoding` gives a tensor of the caller's own: changing it in place changes no later result.",
    points=0.2,
    hidden=True,
)
def test_results_are_the_callers(sinusoidal_encoding):
    right = encoding(range(9), 6).float()
    for _ in range(2):
        got = sinusoidal_encoding(9, 6)
        assert_close(got, right, atol=tolerance(range(9)))
        got.zero_()


@test_case(
    name="`sinusoidal_encoding` has no loop over positions: more rows take no more lines of Python or "
    "tensor operations.",
    points=0.2,
    hidden=True,
)
def test_no_loop_over_positions(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(10, 16), encoding(range(10), 16).float(), atol=tolerance(range(10)))
    few, many = (count_operations(sinusoidal_encoding, rows, 8) for rows in (150, 1200))
    require(many.calls + many.lines - few.calls - few.lines < 250, "a loop over positions")


@test_case(name="`shift_matrix(k, D) @ PE[p]` is `PE[p + k]` for every position p.", points=0.7, hidden=True)
def test_the_shift_moves_every_position_on(shift_matrix):
    for offset, dim in [(7, 10), (2, 2)]:
        same_shift(shift_matrix(offset, dim), offset, dim)


@test_case(
    name="`shift_matrix` takes a negative offset, which goes back, and offset 0, which stays.",
    points=0.5,
    hidden=True,
)
def test_the_shift_goes_back(shift_matrix):
    for offset in (-3, 0):
        same_shift(shift_matrix(offset, 12), offset, 12)


@test_case(name="`shift_matrix` uses the `base` it is given, 10000 if none is.", points=0.2, hidden=True)
def test_the_shift_has_a_base(shift_matrix):
    same_shift(shift_matrix(2, 8), 2, 8)
    same_shift(shift_matrix(-2, 8, 50.0), -2, 8, 50.0)


@test_case(
    name="`shift_matrix` takes large offsets, forward and back, and may be off by 1e-5 + 4e-7 * |offset| there.",
    points=0.2,
    hidden=True,
)
def test_the_shift_goes_far(shift_matrix):
    for offset in (-4321, 25000):
        same_shift(shift_matrix(offset, 6), offset, 6)


@test_case(name="`shift_matrix` refuses an odd `dim` with a `ValueError` that quotes it.", points=0.2, hidden=True)
def test_the_shift_refuses_an_odd_dim(shift_matrix):
    same_shift(shift_matrix(1, 2), 1, 2)
    with raises(ValueError, quoting=[11]):
        shift_matrix(0, 11)


@test_case(
    name="Building `SinusoidalPositions` with an odd `dim` raises a `ValueError` that quotes it.",
    points=0.2,
    hidden=True,
)
def test_the_module_refuses_an_odd_dim(SinusoidalPositions):
    x = torch.tensor([[[0.5, 0.25]], [[3.0, -2.0]]])
    assert_close(SinusoidalPositions(2)(x.clone()), x + torch.tensor([0.0, 1.0]))
    with raises(ValueError, quoting=[33]):
        SinusoidalPositions(33)


@test_case(
    name="`SinusoidalPositions` adds row t of the encoding to position t of every text of `(B, T, D)`.",
    points=0.5,
    hidden=True,
)
def test_the_module_adds_the_encoding(SinusoidalPositions):
    x = text(12, 5, 16)
    same_sum(SinusoidalPositions(16)(x.clone()), x)
    across = text(10, 16, 3).transpose(0, 2)  # (3, 16, 10), not contiguous
    same_sum(SinusoidalPositions(10, 300.0)(across.clone()), across, base=300.0)


@test_case(name="`SinusoidalPositions` takes any number of positions, 20,000 included.", points=0.2, hidden=True)
def test_twenty_thousand_positions(SinusoidalPositions):
    x = text(1, 20000, 2)
    same_sum(SinusoidalPositions(2)(x.clone()), x)


@test_case(
    name="`SinusoidalPositions` gives the same for a text whatever was called before, a longer text or a shorter one.",
    points=0.2,
    hidden=True,
)
def test_calls_do_not_disturb_each_other(SinusoidalPositions):
    module = SinusoidalPositions(6)
    for length in (3, 40, 4):
        x = text(2, length, 6)
        got = module(x.clone())
        same_sum(got, x)
        got.zero_()  # the result is the caller's
    other = SinusoidalPositions(4, 20.0)
    x = text(2, 5, 4)
    same_sum(other(x.clone()), x, base=20.0)


@test_case(
    name="`SinusoidalPositions` has no parameters. It may have buffers, persistent or not.",
    points=0.1,
    hidden=True,
)
def test_the_module_has_no_parameters(SinusoidalPositions):
    module = SinusoidalPositions(6)
    x = text(2, 5, 6)
    same_sum(module(x.clone()), x)
    require(not list(module.parameters()), "the module has parameters")


@test_case(
    name="`SinusoidalPositions` hands the gradient of its result on to its input unchanged.",
    points=0.2,
    hidden=True,
)
def test_gradients_reach_the_input(SinusoidalPositions):
    module = SinusoidalPositions(6)
    x = text(3, 5, 6).requires_grad_()
    got = module(x)
    same_sum(got, x.detach())
    upstream = text(3, 5, 6, seed=2)
    (gradient,) = torch.autograd.grad(got, x, upstream)
    assert_close(gradient, upstream)


@test_case(name="`SinusoidalPositions` changes neither its input nor its `state_dict()`.", points=0.1, hidden=True)
def test_a_call_leaves_things_alone(SinusoidalPositions):
    module = SinusoidalPositions(2)
    short, long = text(3, 5, 2), torch.zeros(1, 6000, 2)
    with unchanged(short=short, long=long, module=module):
        same_sum(module(short), short.clone())
        module(long)


@test_case(
    name="`SinusoidalPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.2,
    hidden=True,
)
def test_dtypes(SinusoidalPositions):
    for dtype in (torch.float64, torch.float16):  # bfloat16 below
        x = text(2, 7, 8).to(dtype)
        same_sum(SinusoidalPositions(8).to(dtype)(x.clone()), x)


@test_case(
    name="`SinusoidalPositions` computes angles, sines and cosines in float32 at least, after `.half()` and "
    "`.bfloat16()` too.",
    points=0.2,
    hidden=True,
)
def test_sixteen_bits_are_for_the_result_alone(SinusoidalPositions):
    x = text(1, 700, 8).bfloat16()
    same_sum(SinusoidalPositions(8).bfloat16()(x.clone()), x)
