"""Evidence of the hints of `rotary`.

What each pair was turned by is a complex number: pairs (a, b) as a + bi, after the turn divided by before. A mistake
in a turn shows in the scores, too, where nothing more is claimed than that they are wrong.
"""

import torch

from autograder.check.hints.probing import numbers
from autograder.hint_evidence import accepted, every, no_gradient, right, times, wrong, wrong_error

X = numbers(2, 4, 6)
QUERIES, KEYS = X, numbers(2, 3, 6, start=3)


def pairs(x):
    return torch.view_as_complex(x.detach().double().unflatten(-1, (-1, 2)).contiguous())


def alike(one, other):
    return one.shape == other.shape and one.allclose(other.to(one), atol=1e-4)


def turns(claim):
    """By what each pair of the batch (2, 4, 6) was turned, and by what it should be: both (2, 4, 3)."""
    return {"a batch": lambda got, right: claim(pairs(got) / pairs(X), pairs(right) / pairs(X)), "scores": wrong}


def numbers_of_pairs(first, second):
    """What is true of the first numbers of all pairs, and of the second ones."""
    return {
        "a batch": lambda got, right: (
            first(got[..., ::2], right[..., ::2]) and second(got[..., 1::2], right[..., 1::2])
        ),
        "scores": wrong,
    }


def keeps_lengths_of_halves(got, _):
    """Columns i and i + D/2 keep their length together, which turned neighbours do not."""
    first, second = got.chunk(2, -1)
    return alike(first**2 + second**2, sum(half**2 for half in X.chunk(2, -1)))


def turned(rows, base=10000.0, sign=1):
    """The rows' pairs, turned; (B, T, D/2) complex."""
    frequencies = base ** -(torch.arange(0, rows.shape[-1], 2).double() / rows.shape[-1])
    angles = torch.arange(rows.shape[1]).double()[:, None] * frequencies
    return pairs(rows) * torch.polar(torch.ones_like(angles), sign * angles)


def scores(queries, keys):
    return (queries @ keys.conj().mT).real


def scores_are(queries, keys):
    expected = scores(queries, keys)
    return {"scores": every(wrong, lambda got, _: alike(got, expected))}


BATCH_RIGHT = {"a batch": right, "scores": right}

EVIDENCE = {
    # rotate_by_position
    "R1": {"a batch": every(wrong, keeps_lengths_of_halves), "scores": wrong},
    "R2": turns(lambda got, right: alike(got, right.conj())),
    "R3": numbers_of_pairs(wrong, right),
    "R4": numbers_of_pairs(right, wrong),
    "R5": turns(lambda got, right: all(alike(got[..., pair], right[..., 0]) for pair in range(3))),
    "R6": {
        "a batch": right,
        "another base": lambda got, _: alike(pairs(got), turned(numbers(1, 3, 4))),
        "scores of another base": wrong,
    },
    "R7": turns(lambda got, right: alike(got[..., 0], right[..., 0]) and alike(got[..., 2], right[..., 1])),
    "R8": turns(lambda got, right: alike(got[:, :3], right[:, 1:])),
    "R9": turns(lambda got, right: all(alike(got[text, at], right[text, text]) for text in (0, 1) for at in range(4))),
    "R10": {
        "a batch": every(wrong, lambda got, _: alike(got[0] - X[0], got[1] - X[1])),
        "scores": wrong,
    },
    "R11": {"a batch": right, "16 bits": lambda got, _: got[1][1] == "torch.float32"},
    "R12": {"a batch": right, "16 bits": lambda got, _: got[3] is True},
    "R13": {"odd": lambda got, right: accepted(got, right) or wrong_error(got, right)},
    "R14": {"its input": wrong, "its inputs": wrong},
    "R15": {"a batch": right, "gradient": no_gradient, "scores": right, "gradient of scores": no_gradient},
    "R16": {"a batch": lambda got, right: alike(got, right[..., [0, 2, 4, 1, 3, 5]])},
    "R17": {"a batch": right, "a loop": lambda got, _: got is True},
    # rotary_scores
    "R30": scores_are(turned(QUERIES), pairs(KEYS)),
    "R31": scores_are(pairs(QUERIES), pairs(KEYS)),
    "R32": {"scores": times(6**-0.5)},
    "R33": {"scores": lambda got, right: got.shape != right.shape and alike(got, right.mT)},
    "R34": scores_are(turned(QUERIES), turned(KEYS, sign=-1)),
    "R35": {
        "scores": right,
        "scores of another base": lambda got, _: alike(
            got, scores(turned(numbers(1, 3, 4)), turned(numbers(1, 3, 4, start=3)))
        ),
    },
    "R36": {"scores": lambda got, _: alike(got.sum(-1), torch.ones(2, 4))},
    "R37": {"scores": every(wrong, lambda got, right: alike(got, right.tril()))},
    "R38": scores_are(turned(QUERIES), turned(KEYS).sum(0, keepdim=True)),
}
