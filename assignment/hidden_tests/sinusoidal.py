"""Hidden cases of `sinusoidal`: positions as sines and cosines."""

from functools import cache

import torch
from check.testing.api import (
    TEXT,
    Domain,
    assert_close,
    count_operations,
    make_text,
    raises,
    require,
    set_up,
    test_case,
    unchanged,
    untouched,
)

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "sinusoidal_hidden"


# The domain of each function ---------------------------------------------------------------------

DIM = {
    "2": lambda c: c.dim == 2,
    "above 64": lambda c: c.dim > 64,
    "between 2 and 64": lambda c: True,
}
BASE = {
    "not given": lambda c: c.base is None,
    "below 10,000": lambda c: c.base < 10_000,
    "above 10,000": lambda c: True,
}
BASES = {"not given": (), "below 10,000": (50.0,), "above 10,000": (123_456,)}
DIMS = {"2": 2, "above 64": 66, "between 2 and 64": 10}


def asked_before(name):
    """Whether a function was asked for the same sizes just before, with another base."""
    return {
        "were asked for before, with another base": lambda c: (
            c.before
            and (c.before[-1].arguments[name], c.before[-1].dim) == (c.arguments[name], c.dim)
            and c.before[-1].base != c.base
        ),
        "were not asked for before": lambda c: True,
    }


ENCODING = Domain(
    "sinusoidal_encoding",
    ("num_positions", "dim", "base"),
    {
        "the number of positions is": {
            "above 512": lambda c: c.num_positions > 512,
            "equal to `dim`": lambda c: c.num_positions == c.dim,
            "another one": lambda c: True,
        },
        "`dim` is": DIM,
        "`base` is": BASE,
        "these sizes": asked_before("num_positions"),
    },
    where=lambda c: c.dim % 2 == 0,
)
SHIFT = Domain(
    "shift_matrix",
    ("offset", "dim", "base"),
    {
        "the offset is": {
            "beyond 512, or below -512": lambda c: abs(c.offset) > 512,
            "positive": lambda c: c.offset > 0,
            "negative or 0": lambda c: True,
        },
        "`dim` is": DIM,
        "`base` is": BASE,
        "these sizes": asked_before("offset"),
    },
    where=lambda c: c.dim % 2 == 0,
)
OFFSETS = {"beyond 512, or below -512": (600, -700), "positive": (1, 7), "negative or 0": (-3, 0, -1)}
ODD = {"1": lambda c: c.dim == 1, "larger": lambda c: True}
ODD_ENCODING = Domain(
    "sinusoidal_encoding",
    ("num_positions", "dim", "base"),
    {"the odd `dim` is": ODD},
    where=lambda c: c.dim % 2,
    strength=1,
)
ODD_SHIFT = Domain(
    "shift_matrix", ("offset", "dim", "base"), {"the odd `dim` is": ODD}, where=lambda c: c.dim % 2, strength=1
)
MODULE = Domain(
    "SinusoidalPositions",
    ("x",),
    TEXT | {"`base` is": BASE},
    where=lambda c: c.module is not None,
    built_of=("dim", "base"),
)
ODD_MODULE = Domain(
    "SinusoidalPositions",
    ("x",),
    {"the odd `dim` is": ODD},
    where=lambda c: c.module is None and c.dim % 2,
    strength=1,
    built_of=("dim", "base"),
)
DOMAINS = (ENCODING, ODD_ENCODING, SHIFT, ODD_SHIFT, MODULE, ODD_MODULE)


def made_encodings():
    """Positions, dim and base of each row of `ENCODING`, and the sentence that it is tried under."""
    for seed, row in enumerate(cover(ENCODING)):
        dim, base = DIMS[row["`dim` is"]], BASES[row["`base` is"]]
        count = {"above 512": 514, "equal to `dim`": dim}
        other = (1, dim + 13, dim // 2 + 2)[seed % 3]
        if row["these sizes"] == "were asked for before, with another base":
            sentence = "calls"
        else:
            sentence = "base" if base else "values"
        yield sentence, count.get(row["the number of positions is"], other), dim, base


def same_encodings(sinusoidal_encoding, sentence):
    for of, count, dim, base in made_encodings():
        if of != sentence:
            continue
        for given in ((77.0,), (77.5,), base) if of == "calls" else (base,):
            right = encoding(range(count), dim, *given).float()
            assert_close(sinusoidal_encoding(count, dim, *given), right, atol=tolerance(range(count)))


def same_shifts(shift_matrix, sentence):
    for seed, row in enumerate(cover(SHIFT)):
        offsets, dim, base = OFFSETS[row["the offset is"]], DIMS[row["`dim` is"]], BASES[row["`base` is"]]
        offset = offsets[seed % len(offsets)]
        of = "base" if base else "far" if abs(offset) > 512 else "on" if offset > 0 else "back"
        if of != sentence:
            continue
        is_again = row["these sizes"] == "were asked for before, with another base"
        for given in ((77.0,), (77.5,), base) if is_again else (base,):
            same_shift(shift_matrix(offset, dim, *given), offset, dim, *given)


def sums(SinusoidalPositions, sentence, around=untouched):
    """Demand the right sums of the rows of `MODULE` tried under a sentence; give each row's last text and sum."""
    dealt = deal(MODULE, sentence_of, gradient=needs_gradient, unchanged=lambda row: True)
    for seed, row in dealt[sentence]:
        texts, base = make_text(row, seed), BASES[row["`base` is"]]
        module = set_up(SinusoidalPositions(texts[-1].shape[-1], *base), row, texts[-1].dtype)
        for x in texts:
            with around(x=x, module=module):
                got = module(x)
            same_sum(got, x.detach(), *base)
        yield x, got


def same_texts(SinusoidalPositions, sentence, around=untouched):
    for _ in sums(SinusoidalPositions, sentence, around):
        pass


def needs_gradient(row):
    return row["the input"] == "needs a gradient"


def sentence_of(row):
    """Which sentence a row of `MODULE` is tried under."""
    if row["the text"] != "is the first":
        return "calls"
    if row["the dtype is"] != "float32":
        return "dtype"
    return "values" if row["`base` is"] == "not given" else "base"


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
    require(isinstance(got, torch.Tensor), "not a tensor")
    require(got.shape == (dim, dim), "not of shape (D, D)")
    moved = (encoding(positions, dim, base) @ got.detach().double().T).to(got.dtype)
    right = encoding(tuple(p + offset for p in positions), dim, base).float()
    assert_close(moved, right, atol=1.5 * (1e-5 + 4e-7 * abs(offset)))  # each number sums a sine and a cosine part


def same_sum(got, before, base=10000.0, rounded=0.0):
    """Demand `before`, the input as it was, plus the right encoding.

    In 16 bits the encoding may be rounded before it is added, and the sum again; `rounded` is what the
    encoding lost before.
    """
    length, dim = before.shape[1:]
    once = torch.finfo(before.dtype).eps / 2 if before.dtype.itemsize == 2 else rounded
    rows = encoding(range(length), dim, base)
    atol = tolerance(range(length)) + once * rows.abs()
    assert_close(got, (before.double() + rows).to(before.dtype), atol=atol)


@test_case(
    name="`sinusoidal_encoding` gives `(P, D)`: in row p column 2i is sin(p * w_i) and column 2i + 1 is cos(p * w_i).",
    points=0.8,
    hidden=True,
)
def test_sines_and_cosines_alternate(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(33, 10), encoding(range(33), 10).float(), atol=tolerance(range(33)))
    same_encodings(sinusoidal_encoding, "values")


@test_case(name="`sinusoidal_encoding` uses the `base` it is given, 10000 if none is.", points=0.5, hidden=True)
def test_another_base(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(9, 16), encoding(range(9), 16).float(), atol=tolerance(range(9)))
    right = encoding(range(9), 16, 300.0).float()
    assert_close(sinusoidal_encoding(9, 16, 300.0), right, atol=tolerance(range(9)))
    same_encodings(sinusoidal_encoding, "base")


@test_case(
    name="`sinusoidal_encoding` stays within 1e-5 + 4e-7 * p in row p, also at 3,000 positions.",
    points=0.3,
    hidden=True,
)
def test_three_thousand_positions(sinusoidal_encoding):
    right, atol = encoding(range(3000), 70, 500.0).float(), tolerance(range(3000))
    assert_close(sinusoidal_encoding(3000, 70, 500.0), right, atol=atol)
    right = encoding(range(3000), 200, 2.0).float()  # of high frequencies alone, which add up what each is off by
    assert_close(sinusoidal_encoding(3000, 200, 2.0), right, atol=atol)


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
    same_encodings(sinusoidal_encoding, "calls")


@test_case(
    name="`sinusoidal_encoding` has no loop over positions: more rows take no more lines of Python or "
    "tensor operations.",
    points=0.2,
    hidden=True,
)
def test_no_loop_over_positions(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(9, 14), encoding(range(9), 14).float(), atol=tolerance(range(9)))
    few, many = (count_operations(sinusoidal_encoding, rows, 2) for rows in (150, 60_000))
    require(many.calls + many.lines - few.calls - few.lines < 250, "a loop over positions")


@test_case(name="`shift_matrix(k, D) @ PE[p]` is `PE[p + k]` for every position p.", points=0.7, hidden=True)
def test_the_shift_moves_every_position_on(shift_matrix):
    same_shift(shift_matrix(7, 10), 7, 10)
    same_shifts(shift_matrix, "on")


@test_case(
    name="`shift_matrix` takes a negative offset, which goes back, and offset 0, which stays.",
    points=0.5,
    hidden=True,
)
def test_the_shift_goes_back(shift_matrix):
    for offset in (-3, 0):
        same_shift(shift_matrix(offset, 12), offset, 12)
    same_shifts(shift_matrix, "back")


@test_case(name="`shift_matrix` uses the `base` it is given, 10000 if none is.", points=0.2, hidden=True)
def test_the_shift_has_a_base(shift_matrix):
    same_shift(shift_matrix(-2, 8, 50.0), -2, 8, 50.0)
    same_shift(shift_matrix(2, 8), 2, 8)
    same_shifts(shift_matrix, "base")


@test_case(
    name="`shift_matrix` takes large offsets, forward and back, and may be off by 1e-5 + 4e-7 * |offset| there.",
    points=0.2,
    hidden=True,
)
def test_the_shift_goes_far(shift_matrix):
    for offset in (-4321, 25000):
        same_shift(shift_matrix(offset, 6), offset, 6)
    same_shifts(shift_matrix, "far")


@test_case(
    name="`sinusoidal_encoding` refuses an odd `dim` with a `ValueError` that quotes it.", points=0.1, hidden=True
)
def test_odd_dim_is_refused(sinusoidal_encoding):
    assert_close(sinusoidal_encoding(3, 2), encoding(range(3), 2).float())
    for dim in (13, 1):
        with raises(ValueError, quoting=[dim]):
            sinusoidal_encoding(3, dim)


@test_case(name="`shift_matrix` refuses an odd `dim` with a `ValueError` that quotes it.", points=0.2, hidden=True)
def test_the_shift_refuses_an_odd_dim(shift_matrix):
    same_shift(shift_matrix(1, 2), 1, 2)
    with raises(ValueError, quoting=[11]):
        shift_matrix(0, 11)
    with raises(ValueError, quoting=[1]):
        shift_matrix(3, 1)


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
    with raises(ValueError, quoting=[1]):
        SinusoidalPositions(1)


@test_case(
    name="`SinusoidalPositions` adds row t of the encoding to position t of every text of `(B, T, D)`.",
    points=0.5,
    hidden=True,
)
def test_the_module_adds_the_encoding(SinusoidalPositions):
    x = text(12, 5, 16)
    same_sum(SinusoidalPositions(16)(x.clone()), x)
    same_texts(SinusoidalPositions, "values")


@test_case(name="`SinusoidalPositions` uses the `base` it is given, 10000 if none is.", points=0.2, hidden=True)
def test_the_module_has_a_base(SinusoidalPositions):
    x = text(2, 5, 10)
    for base in (300.0, 300.5):
        same_sum(SinusoidalPositions(10, base)(x.clone()), x, base=base)
    same_texts(SinusoidalPositions, "base")


@test_case(name="`SinusoidalPositions` takes any number of positions, 20,000 included.", points=0.2, hidden=True)
def test_twenty_thousand_positions(SinusoidalPositions):
    x = text(1, 1, 4).expand(1, 33_000, 4)
    module = SinusoidalPositions(4, 300.0)
    same_sum(module(x), x, base=300.0)
    same_sum(module(x[:, :9]), x[:, :9], base=300.0)


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
    x = text(2, 5, 6)
    module = SinusoidalPositions(6).bfloat16()
    module(x.bfloat16())
    same_sum(module.float()(x.clone()), x, rounded=2**-8 if list(module.buffers()) else 0.0)
    same_texts(SinusoidalPositions, "calls")


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
    long = text(1, 1100, 2).requires_grad_()
    for x, got in (*sums(SinusoidalPositions, "gradient"), (long, SinusoidalPositions(2)(long))):
        upstream = torch.ones_like(x) * torch.tensor([1.0, -2.0], dtype=x.dtype).repeat(x.shape[-1] // 2)
        (gradient,) = torch.autograd.grad(got, x, upstream)
        assert_close(gradient, upstream)


@test_case(name="`SinusoidalPositions` changes neither its input nor its `state_dict()`.", points=0.1, hidden=True)
def test_a_call_leaves_things_alone(SinusoidalPositions):
    x, module = text(1, 1, 2).expand(1, 6000, 2), SinusoidalPositions(2)
    with unchanged(module=module):
        got = module(x)
    same_sum(got, x)
    same_texts(SinusoidalPositions, "unchanged", around=unchanged)


@test_case(
    name="`SinusoidalPositions` gives the dtype of its input after `.double()`, `.half()` and `.bfloat16()`.",
    points=0.2,
    hidden=True,
)
def test_dtypes(SinusoidalPositions):
    same_texts(SinusoidalPositions, "dtype")
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        x = text(1, 1, 4).to(dtype).expand(1, 4500, 4)
        same_sum(SinusoidalPositions(4).to(dtype)(x), x)


@test_case(
    name="`SinusoidalPositions` computes angles, sines and cosines in float32 at least, after `.half()` and "
    "`.bfloat16()` too.",
    points=0.2,
    hidden=True,
)
def test_sixteen_bits_are_for_the_result_alone(SinusoidalPositions):
    for dtype in (torch.bfloat16, torch.float16):
        x = text(1, 700, 6).to(dtype)  # of frequencies that 16 bits do not hold
        same_sum(SinusoidalPositions(6).to(dtype)(x.clone()), x)
