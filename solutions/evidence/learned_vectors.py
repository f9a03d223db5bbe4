"""Evidence of the hints of `learned_vectors`. The probes' steps have the learning rate 0.7, or 0.1 ("a small rate")."""

import torch

from autograder.check.hints.probing import numbers
from autograder.hint_evidence import is_a, right, wrong

RATE, PAIRS = 0.7, 5


def moves(claim):
    """Of how far both tables move in the first step, each beside how far they should."""

    def compared(got, expected):
        start = expected_start(expected)
        return claim(
            [g.detach() - s for g, s in zip(got, start, strict=True)],
            [e.detach() - s for e, s in zip(expected, start, strict=True)],
        )

    return compared


def expected_start(tables):
    return [numbers(*table.shape, start=start) for table, start in zip(tables, (1.0, 2.0), strict=True)]


def times_too_far(factor):
    return moves(
        lambda got, right: all(g.allclose(factor * r, rtol=0.05, atol=0.02) for g, r in zip(got, right, strict=True))
    )


def only_one_moves(at):
    return moves(lambda got, right: not got[1 - at].any() and bool(got[at].any()))


def not_a_move(got, expected):
    return moves(lambda moved, _: not any(each.any() for each in moved))(got, expected)


def rising(got, expected):
    return got[-1] > got[0]


def falling(got, expected):
    return got[-1] < got[0]


FIRST_STEP_RIGHT = {"first step": right, "tables": wrong}

EVIDENCE = {
    "V1": {"first loss": lambda got, right: abs(got[0] - PAIRS * right[0]) < 1e-3},
    "V2": {"first loss": wrong},
    "V3": {"first loss": wrong},
    "V4": {"first loss": wrong, "first step": only_one_moves(0)},
    "V5": {"first loss": wrong, "losses": lambda got, right: got[0] - got[-1] < right[0] - right[-1]},
    "V6": {"first loss": lambda got, _: -1 <= got[0] < 0},
    "V7": {"first loss": wrong},
    "V8": {"first loss": wrong},
    "V9": {"first loss": wrong},
    "V10": {"first loss": wrong},
    "V11": {"first loss": wrong},
    "V12": {"losses": wrong},
    "V13": {"first loss": lambda got, _: len(got) == 1, "losses": lambda got, right: abs(got[0] - right[1]) < 1e-4},
    "V14": {"losses": lambda got, _: all(isinstance(loss, torch.Tensor) for loss in got)},
    "V15": {"losses": is_a(float)},
    "V16": {"losses": lambda got, _: got is None},
    "V17": {"losses": is_a(torch.Tensor)},
    "V18": {"losses": lambda got, _: len(got) == 4, "first loss": lambda got, _: len(got) == 2},
    "V19": {"no steps": lambda got, right: bool(got[0]) and wrong(got[1:], right[1:])},
    "V20": {"first step": only_one_moves(0)},
    "V21": {"first step": only_one_moves(1)},
    "V22": {"first step": lambda got, expected: right(got[0], expected[0]) and wrong(got[1], expected[1])},
    "V23": {"losses": rising, "first step": times_too_far(-1)},
    "V24": {"first step": times_too_far(1 / RATE)},
    "V25": {"first loss": right, "first step": times_too_far(1 / PAIRS)},
    "V26": FIRST_STEP_RIGHT,
    "V27": {
        "first loss": right,
        "first step": moves(lambda got, right: all(g.norm() < r.norm() for g, r in zip(got, right, strict=True))),
    },
    "V28": {
        "first loss": right,
        "first step": moves(
            lambda got, _: all(bool(((g.abs() - RATE).abs() < 0.01).logical_or(g == 0).all()) for g in got)
        ),
    },
    "V29": FIRST_STEP_RIGHT,
    "V30": {"first loss": right, "first step": wrong},
    "V31": FIRST_STEP_RIGHT,
    "V32": {"losses": right, "tables": right, "old gradients": wrong},
    "V33": {"first step": not_a_move, "losses": lambda got, right: len(set(got)) == 1},
    "V34": {"losses": falling, "first step": not_a_move},
    "V35": {"old parameters": lambda got, _: got[:2] == [False, False], "first loss": right},
    "V36": {"old parameters": lambda got, _: got[2:4] == [False, False]},
    "V37": {"first loss": wrong, "no steps": lambda got, expected: wrong(got[1:], expected[1:])},
    "V38": {"first step": lambda got, _: all(bool(((table.norm(dim=-1) - 1).abs() < 1e-3).all()) for table in got)},
    "V39": {"old parameters": lambda got, expected: wrong(got[4], expected[4])},
    "V40": {"losses": is_a(TypeError)},
    "V41": {"first loss": wrong},
    "V42": {"losses": is_a(RuntimeError)},
}
