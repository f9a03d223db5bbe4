"""Public cases of `sinusoidal`: positions as sines and cosines."""

import math

import torch
from check.testing.api import assert_close, count_operations, raises, require, test_case, unchanged

OK_FORMAT = False
name = "sinusoidal"


def right_rows(positions, dim, base=10000.0):
    """The right rows of some positions, number by number and in float64: (positions, D)."""
    angles = [[p / base ** (2 * i / dim) for i in range(dim // 2)] for p in positions]
    rows = [[f(angle) for angle in row for f in (math.sin, math.cos)] for row in angles]
    return torch.tensor(rows, dtype=torch.float64)


def tolerance(positions):
    """What a right float32 computation may be off by in each row: (positions, 1)."""
    return torch.tensor([[1e-5 + 4e-7 * abs(p)] for p in positions], dtype=torch.float64)


TEN = right_rows(range(10), 16).float()
SOME = [0, 1, 255, 1024, 2047, 2999]
FAR = right_rows(SOME, 6).float()


def same_sum(module, x, base=10000.0, atol=1e-5):
    """Demand x plus the right encoding; give the sum."""
    length, dim = x.shape[1:]
    right = (x.detach().double() + right_rows(range(length), dim, base)).to(x.dtype)
    got = module(x)
    assert_close(got, right, atol=atol, of="the sum")
    return got


@test_case(
    name="`sinusoidal_encoding` gives `(P, D)`: in row p column 2i is sin(p * w_i) and column 2i + 1 is cos(p * w_i).",
    points=0.6,
)
def test_sines_and_cosines_alternate(sinusoidal_encoding):
    first = torch.tensor([[0.0, 1, 0, 1], [0.841471, 0.540302, 0.0099998, 0.99995]])
    assert_close(sinusoidal_encoding(2, 4), first, of="sinusoidal_encoding(2, 4)")
    assert_close(sinusoidal_encoding(10, 16), TEN, of="sinusoidal_encoding(10, 16)")


@test_case(name="`sinusoidal_encoding` uses the `base` it is given, 10000 if none is.", points=0.2)
def test_another_base(sinusoidal_encoding):
    right = right_rows(range(4), 6, base=50.0).float()
    assert_close(sinusoidal_encoding(4, 6, 50.0), right, of="sinusoidal_encoding(4, 6, 50.0)")


@test_case(
    name="`sinusoidal_encoding` stays within 1e-5 + 4e-7 * p in row p, also at 3,000 positions.",
    points=0.25,
)
def test_three_thousand_positions(sinusoidal_encoding):
    got = sinusoidal_encoding(3000, 6)
    assert_close(got[SOME], FAR, atol=tolerance(SOME), of=f"sinusoidal_encoding(3000, 6)[{SOME}]")
    require(len(got) == 3000, f"sinusoidal_encoding(3000, 6) should have 3000 rows, not {len(got)}")


@test_case(
    name="`sinusoidal_encoding` gives a tensor of the caller's own: changing it in place changes no later result.",
    points=0.1,
)
def test_results_are_the_callers(sinusoidal_encoding):
    sinusoidal_encoding(10, 16).zero_()
    assert_close(sinusoidal_encoding(10, 16), TEN, of="the second result, after the first was overwritten with 0,")


@test_case(
    name="`sinusoidal_encoding` has no loop over positions: more rows take no more lines of Python or "
    "tensor operations.",
    points=0.2,
)
def test_no_loop_over_positions(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(10, 16), TEN, of="sinusoidal_encoding(10, 16)")
    few = count_operations(sinusoidal_encoding, 100, 4)
    many = count_operations(sinusoidal_encoding, 1000, 4)
    steps = many.calls + many.lines - few.calls - few.lines
    require(
        steps < 200,
        f"1000 positions took {steps} more lines and tensor operations than 100 positions: "
        "let one operation work on all positions at once",
    )


@test_case(name="`sinusoidal_encoding` refuses an odd `dim` with a `ValueError` that quotes it.", points=0.2)
def test_odd_dim_is_refused(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(2, 2), right_rows([0, 1], 2).float(), of="sinusoidal_encoding(2, 2)")
    with raises(ValueError, quoting=[7]):
        sinusoidal_encoding(4, 7)
    with raises(ValueError, quoting=[1]):
        sinusoidal_encoding(4, 1)


@test_case(name="`shift_matrix(k, D) @ PE[p]` is `PE[p + k]` for every position p.", points=0.5)
def test_the_shift_moves_every_position_on(shift_matrix):
    for k in (1, 3):
        got = shift_matrix(k, 16)
        kind = getattr(got, "dtype", type(got))
        require(kind == torch.float32, f"shift_matrix({k}, 16) should be a float32 tensor, not {kind}")
        moved = torch.stack([got @ TEN[p] for p in range(10 - k)])
        assert_close(moved, TEN[k:], atol=2e-5, of=f"shift_matrix({k}, 16) @ PE[p] for p = 0 .. {9 - k}")


@test_case(name="`shift_matrix` takes a negative offset, which goes back, and offset 0, which stays.", points=0.2)
def test_the_shift_goes_back(shift_matrix):
    back = torch.tensor([[-0.4161, -0.9093], [0.9093, -0.4161]])  # cos 2 = -0.4161, sin 2 = 0.9093
    assert_close(shift_matrix(-2, 2), back, atol=1e-4, of="shift_matrix(-2, 2)")
    stay = torch.tensor([[1.0 if row == column else 0.0 for column in range(4)] for row in range(4)])
    assert_close(shift_matrix(0, 4), stay, of="shift_matrix(0, 4)")


@test_case(name="`shift_matrix` uses the `base` it is given, 10000 if none is.", points=0.1)
def test_the_shift_has_a_base(shift_matrix):
    rows = right_rows([2, 3, 4], 4, base=100.0).float()
    moved = torch.stack([shift_matrix(2, 4, 100.0) @ row for row in right_rows(range(3), 4, base=100.0).float()])
    assert_close(moved, rows, atol=2e-5, of="shift_matrix(2, 4, 100.0) @ PE[p] for p = 0 .. 2")


@test_case(
    name="`shift_matrix` takes large offsets, forward and back, and may be off by 1e-5 + 4e-7 * |offset| there.",
    points=0.1,
)
def test_the_shift_goes_far(shift_matrix):
    for k in (3000, -3000):
        ((sine, cosine),) = right_rows([k], 2).tolist()
        right = torch.tensor([[cosine, sine], [-sine, cosine]])
        assert_close(shift_matrix(k, 2), right, atol=1e-5 + 4e-7 * abs(k), of=f"shift_matrix({k}, 2)")


@test_case(name="`shift_matrix` refuses an odd `dim` with a `ValueError` that quotes it.", points=0.05)
def test_the_shift_refuses_an_odd_dim(shift_matrix):
    assert_close(shift_matrix(0, 2), torch.tensor([[1.0, 0.0], [0.0, 1.0]]), of="shift_matrix(0, 2)")
    with raises(ValueError, quoting=[5]):
        shift_matrix(2, 5)


@test_case(
    name="Building `SinusoidalPositions` with an odd `dim` raises a `ValueError` that quotes it.",
    points=0.1,
)
def test_the_module_refuses_an_odd_dim(SinusoidalPositions):
    same_sum(SinusoidalPositions(2), torch.ones(1, 3, 2))
    with raises(ValueError, quoting=[9]):
        SinusoidalPositions(9)


@test_case(
    name="`SinusoidalPositions` adds row t of the encoding to position t of every text of `(B, T, D)`.",
    points=0.4,
)
def test_the_module_adds_the_encoding(SinusoidalPositions):
    x = torch.arange(80.0).reshape(2, 5, 8).sub(40).div(7)  # two texts of five tokens
    same_sum(SinusoidalPositions(8), x)


@test_case(name="`SinusoidalPositions` uses the `base` it is given, 10000 if none is.", points=0.1)
def test_the_module_has_a_base(SinusoidalPositions):
    same_sum(SinusoidalPositions(4, 100.0), torch.ones(1, 3, 4), base=100.0)


@test_case(name="`SinusoidalPositions` takes any number of positions, 20,000 included.", points=0.1)
def test_twenty_thousand_positions(SinusoidalPositions):
    some = [0, 1, 4999, 5000, 19_999]
    got = SinusoidalPositions(2)(torch.zeros(1, 1, 2).expand(1, 20_000, 2))
    require(got.shape == (1, 20_000, 2), f"the sum should be (1, 20000, 2), but is {tuple(got.shape)}")
    assert_close(got[0, some], right_rows(some, 2).float(), atol=tolerance(some), of=f"the sum at positions {some}")


@test_case(
    name="`SinusoidalPositions` gives the same for a text whatever was called before, a longer text or a shorter one.",
    points=0.1,
)
def test_calls_do_not_disturb_each_other(SinusoidalPositions):
    module = SinusoidalPositions(4)
    for length in (3, 6, 2):
        same_sum(module, torch.ones(1, length, 4))


@test_case(
    name="`SinusoidalPositions` has no parameters. It may have buffers, persistent or not.",
    points=0.1,
)
def test_the_module_has_no_parameters(SinusoidalPositions):
    module = SinusoidalPositions(4)
    same_sum(module, torch.ones(1, 3, 4))
    count = len(list(module.parameters()))
    require(count == 0, f"the module should have no parameters, but has {count}")


@test_case(name="`SinusoidalPositions` hands the gradient of its result on to its input unchanged.", points=0.15)
def test_gradients_reach_the_input(SinusoidalPositions):
    x = torch.linspace(-1, 1, 24).reshape(2, 3, 4).requires_grad_()
    result = same_sum(SinusoidalPositions(4), x)
    weights = torch.arange(24.0).reshape(2, 3, 4)
    require(result.requires_grad, "no gradient can flow from the result back to the input")
    (gradient,) = torch.autograd.grad((result * weights).sum(), x)
    assert_close(gradient, weights, of="the gradient of the input")


@test_case(name="`SinusoidalPositions` changes neither its input nor its `state_dict()`.", points=0.05)
def test_the_input_is_left_alone(SinusoidalPositions):
    x = torch.linspace(-1, 1, 24).reshape(2, 3, 4)
    module = SinusoidalPositions(4)
    with unchanged(x=x, module=module):
        same_sum(module, x)


@test_case(
    name="`SinusoidalPositions` computes angles, sines and cosines in float32 at least, after `.half()` and "
    "`.bfloat16()` too.",
    points=0.15,
)
def test_sixteen_bits_are_for_the_result_alone(SinusoidalPositions):
    same_sum(SinusoidalPositions(8).bfloat16(), torch.zeros(1, 300, 8).bfloat16(), atol=2**-8)


@test_case(
    name="`SinusoidalPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.25,
)
def test_sixteen_bits_stay_sixteen_bits(SinusoidalPositions):
    x = torch.linspace(-1, 1, 48).reshape(2, 3, 8).bfloat16()
    same_sum(SinusoidalPositions(8).bfloat16(), x, atol=2**-8)  # a bfloat16 has 8 significant bits
