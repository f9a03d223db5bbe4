"""Evidence of the hints of `sinusoidal`.

`sinusoidal_encoding` and `SinusoidalPositions` may get the same hint. Probes that only one of them has say nothing of
the other.
"""

from autograder.hint_evidence import (
    equals,
    every,
    finished,
    is_a,
    no_gradient,
    quotes_too_little,
    right,
    wrong,
    wrong_error,
)


def row(at, *numbers):
    """What the encoding's row begins with, of sinusoids of 8 columns."""
    return lambda got, _: got[at][: len(numbers)].allclose(got.new_tensor(numbers), atol=1e-4)


def columns(claim):
    """Of the encoding and the right one, both (P, D)."""
    return lambda got, expected: got.shape == expected.shape and claim(got, expected)


def moved_by(count):
    """Row 0 is the right row `count`, and so on."""
    return lambda got, right: got[: len(right) - count].allclose(right[count:], atol=1e-4)


def same_set(got, right):
    return got.numel() == right.numel() and got.flatten().sort()[0].allclose(right.flatten().sort()[0], atol=1e-4)


def halves(got, right):
    return got.allclose(right[:, [0, 2, 4, 6, 1, 3, 5, 7]], atol=1e-4)


def sines_before_cosines(got, _):
    """Each number of the first half and its partner in the second are of one angle, the fourth of which is small."""
    sines, cosines = got.flatten().chunk(2)
    return (sines**2 + cosines**2 - 1).abs().max() < 1e-4 and sines[3].abs() < 0.5


def first_pair_alone(got, right):
    return got[:, :2].allclose(right[:, :2], atol=1e-4) and not got.allclose(right, atol=1e-4)


def dtype_of(text):
    return lambda got, _: text in got[1]


def odd(claim):
    return {"odd": claim}


def refused_late(got, _):
    return got[0] == "accepted"


EVIDENCE = {
    "S1": {"rows": halves, "a batch": wrong},
    "S2": {
        "rows": every(wrong, columns(lambda got, right: got[:, 0].allclose(right[:, 0], atol=1e-4))),
        "a batch": wrong,
    },
    "S40": {"rows": columns(lambda got, _: abs(float(got[1, -2]) - 1e-4) < 1e-5), "a batch": wrong, "on": wrong},
    "S4": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S5": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S8": {"rows": row(0, 1, 0, 1, 0), "a batch": wrong},
    "S9": {"rows": lambda got, _: not got[0].any(), "a batch": wrong},
    "S10": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S41": {"rows": right, "another base": wrong},
    "S42": {"a batch": right, "another base": wrong},
    "S12": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S14": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S15": {"rows": moved_by(1), "a batch": wrong},
    "S16": {"rows": moved_by(2), "a batch": wrong},
    "S18": {
        "rows": columns(
            lambda got, _: float(got[:, 0].abs().max()) < 1e-3 and float((got[:, 1] - 1).abs().max()) < 1e-3
        ),
        "a batch": wrong,
    },
    "S19": {"rows": columns(lambda got, _: float((got[1:] - got[:-1]).abs().max()) < 0.1), "a batch": wrong},
    "S20": {"rows": wrong, "a batch": wrong, "on": wrong},
    "S21": {
        "rows": columns(lambda got, _: got[:, :2].allclose(got[:, 2:4]) and got[:, :2].allclose(got[:, 6:])),
        "a batch": wrong,
        "on": wrong,
    },
    "S22": {"rows": columns(first_pair_alone), "a batch": wrong, "on": wrong},
    "S25": {"rows": right, "dtype": dtype_of("float64"), "a batch": finished},
    "S26": {"rows": every(wrong, same_set), "a batch": wrong},
    "S33": {
        "rows": every(wrong, columns(sines_before_cosines)),
        "a batch": wrong,
    },
    "S28": {"rows": lambda got, _: not got[0].any() and bool(got[1:].any()), "a batch": wrong},
    "S29": {"rows": lambda got, _: float(got.abs().max()) > 1.001, "a batch": wrong},
    "S30": {"rows": wrong, "a batch": wrong},
    "S31": odd(wrong),
    "S43": odd(quotes_too_little),
    "S44": odd(wrong_error),
    "S45": odd(refused_late),
    "S32": {"rows": lambda got, right: got.allclose(right[1:], atol=1e-4), "a batch": wrong},
    "S46": {"rows": right, "a loop": lambda got, _: got is True, "a batch": finished},
    "S47": {"rows": right, "late rows": wrong, "a batch": right, "a long text": wrong},
    "S48": {"rows": right, "late rows": wrong, "a long text": wrong},
    # shift_matrix
    "S50": {"on": lambda got, right: got.allclose(right.T, atol=1e-4)},
    "S51": {"on": wrong},
    "S52": {"on": wrong},
    "S53": {"on": right, "back": wrong},
    "S54": {"on": right, "another base": wrong},
    "S55": {"on": wrong},
    "S56": {
        "on": columns(
            lambda got, right: got[:2, :2].allclose(right[:2, :2], atol=1e-4) and not got.allclose(right, atol=1e-4)
        )
    },
    "S57": {"on": right, "dtype": dtype_of("float64")},
    # SinusoidalPositions
    "P1": {"16 bits": lambda got, _: "float32" in got[1][1]},
    "P2": {"parameters": wrong},
    "P3": {"a batch": wrong},
    "P5": {"its input": wrong},
    "P6": {"gradient": lambda got, _: isinstance(got, str), "a batch": wrong},
    "P7": {"a batch": wrong, "gradient": wrong},
    "P10": {"a batch": lambda got, right: got.shape[-1] == 2 * right.shape[-1]},
    "P11": {"a batch": wrong, "gradient": wrong},
    "P13": {"a batch": right, "gradient": no_gradient},
    "P19": {"a batch": wrong, "gradient": right},
    "P20": {"a long text": is_a(Exception), "a batch": right},
    "P30": {"a batch": wrong},
    "P31": {"16 bits": lambda got, _: got[3] is True},
    "P32": {"a batch": right, "several calls": wrong},
    "P33": {"several calls": lambda got, _: got[:2] != [True, True]},
    "P34": {"a batch": wrong},
    "P35": {"parameters": equals("no module")},
}
