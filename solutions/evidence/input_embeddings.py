"""Evidence of the hints of `input_embeddings`."""

from autograder.hint_evidence import (
    accepted,
    is_a,
    no_gradient,
    quotes_too_little,
    right,
    times,
    wrong,
    wrong_error,
)


def parameters(claim):
    """Of the parameters by default, with "none" and with "sinusoidal"."""
    return {"parameters": lambda got, _: claim(*got)}


def tokens(drawn):
    return {"a draw": lambda got, _: drawn(got)}


def wider(got, expected):
    return got.shape[-1] > expected.shape[-1]


def fewer(got, expected):
    return got.numel() < expected.numel()


EVIDENCE = {
    "I1": {"token rows": times(8**0.5)},
    "I2": {"token rows": right, "sinusoid": wrong, "learned": wrong},
    "I3": {"token rows": wrong, "sinusoid": right, "learned": right},
    "I4": {
        "sinusoid": wrong,
        "learned": wrong,
        "token rows": right,
        "parameters": lambda got, right: got[2] == right[0],
    },
    "I5": parameters(lambda default, none, sinusoidal: len(default) == len(none)),
    "I6": {"unknown": accepted},
    "I7": {"unknown": wrong_error},
    "T3": {"sinusoid": wrong, "learned": wrong, "token rows": right},
    "I8": {"sinusoid": wrong, "token rows": right},
    "I9": {"token rows": wider},
    "I10": {"token rows": right, "sinusoid": wrong, "learned": wrong},
    "I11": {"token rows": times(2)},
    "I12": {"token rows": times(0.5), "learned": times(0.5)},
    "I13": {"token rows": lambda got, _: float((got.norm(dim=-1) - got.norm(dim=-1).mean()).abs().max()) < 1e-2},
    "I14": {"token rows": wrong},
    "I15": {"token rows": lambda got, _: not got[0, 0].any()},
    "I16": tokens(lambda drawn: drawn[1] == 6),
    "I17": tokens(lambda drawn: drawn[2] is False),
    "I18": {"gradients": lambda got, _: any(map(no_gradient, got, got))},
    "I19": parameters(lambda default, none, sinusoidal: none == []),
    "I20": {"gradients": lambda got, _: any(map(no_gradient, got, got)), "token rows": right},
    "I21": parameters(lambda default, none, sinusoidal: "[[5, 8]" in none[0]),
    "I22": parameters(lambda default, none, sinusoidal: [each[:6] for each in default] == ["[[6, 8"] * 2),
    "I23": {"long texts": is_a(Exception), "learned": right},
    "I24": {"too long": lambda got, _: got[0] == "accepted" and got[1].shape[1] < 6},
    "I25": {"bad ids": lambda got, _: got[0][0] == "accepted"},
    "I32": {"bad ids": quotes_too_little},
    "I26": {"bad ids": accepted},
    "I27": {"16 bits": lambda got, _: "float32" in got[1]},
    "I28": {"what a call leaves": lambda got, expected: wrong(got[0], expected[0])},
    "I29": {"what a call leaves": lambda got, expected: wrong(got[1], expected[1])},
    "I30": {"token rows": fewer},
    "I33": {"parameters": lambda got, _: got == ["no module"] * 3},
    "I31": parameters(lambda default, none, sinusoidal: len(sinusoidal) > 1),
}
