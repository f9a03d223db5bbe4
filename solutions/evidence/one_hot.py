"""Evidence of the hints of `one_hot`."""

from autograder.hint_evidence import (
    every,
    is_a,
    no_gradient,
    quotes_too_little,
    right,
    wrong,
    wrong_error,
)


def narrower(got, expected):
    return got.shape[-1] < expected.shape[-1]


def same_numbers(got, expected):
    return got.numel() == expected.numel() and bool((got.flatten() == expected.flatten()).all())


def dtype_is(text):
    return lambda got, expected: text in got[1]


def close(got, expected):
    return got.shape == expected.shape and got.double().allclose(expected.double(), atol=1e-5)


def entry(name, claim):
    """An entry of a cost, and what it must be to the right one."""
    return {"a cost": lambda got, right: claim(got[name], right[name])}


def parameters(claim):
    """The parameters of a layer of 5 inputs and 3 outputs, each as a text of shape, dtype and whether it learns."""
    return {"what it is": lambda got, _: claim(got[1])}


EVIDENCE = {
    "O1": {"a batch": narrower},
    "O2": {"a batch": same_numbers, "dtype": dtype_is("int")},
    "O30": {"a batch": same_numbers, "dtype": dtype_is("bool")},
    "O31": {"a batch": same_numbers, "dtype": dtype_is("float64")},
    "O11": {"bad ids": lambda got, _: got[0][0] == "accepted" and bool(got[0][1].any())},
    "O32": {"bad ids": lambda got, _: any(each[0] == "accepted" and not each[1].any(-1).all() for each in got)},
    "O33": {"bad ids": wrong_error},
    "O34": {"bad ids": quotes_too_little},
    "O60": {"a batch": is_a(RuntimeError)},
    "O13": {"a batch": every(wrong, lambda got, _: bool(((got != 0) & (got != 1)).any()))},
    "O35": {"a batch": lambda got, right: got.shape != right.shape and got.movedim(0, -1).equal(right)},
    "O36": {"a batch": lambda got, right: got.numel() < right.numel()},
    "O37": {"a batch": every(wrong, same_numbers)},
    "O38": {"a batch": lambda got, right: got.equal(right.roll(-1, -1)) if right.shape[-1] == 5 else wrong(got, right)},
    "O39": {"a batch": right, "work": lambda got, _: got is False},
    "O41": {"a batch": wrong},
    "O42": {"dtypes": wrong},
    "O43": {"dtypes": is_a(Exception)},
    "O59": {"a batch": is_a(Exception)},
    "O44": {"a batch": right, "gradient": no_gradient},
    "O45": {"a batch": wrong},
    "O46": {"a batch": wrong, "a square table": right},
    "O6": {"rows": wrong},
    "O8": parameters(lambda told: len(told) == 2) | {"rows": wrong},
    "O47": parameters(lambda told: len(told) == 2) | {"rows": right},
    "O9": {"aliases": wrong},
    "O49": parameters(lambda told: any("False" in each for each in told)),
    "O50": {"float64": lambda got, _: not any("float64" in each for each in got)},
    "O51": {"rows": wrong, "a square table": wrong},
    "O52": entry("one_hot_multiply_adds", lambda got, right: got < right and right % got == 0),
    "O53": entry("one_hot_multiply_adds", lambda got, right: got == 2 * right),
    "O54": entry("lookup_multiply_adds", lambda got, right: got > 0),
    "O55": {
        "a cost": lambda got, right: all(4 * got[name] == right[name] for name in ("lookup_bytes", "one_hot_bytes"))
    },
    "O56": {
        "a cost": lambda got, right: all(got[name] == 2 * right[name] for name in ("lookup_bytes", "one_hot_bytes"))
    },
    "O57": entry("lookup_bytes", lambda got, right: got == right * 7 / 3),
}
