"""A sentence says what differs in kind where it explains every number, and nothing is said elsewhere."""

from __future__ import annotations

import pytest
import torch

from autograder.check.testing.comparison import Mismatch, assert_close
from autograder.check.testing.differences import difference


def numbers(*shape, seed=1):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


X = numbers(4, 6)
BATCH = numbers(2, 5, 6)


@pytest.mark.parametrize(
    ("got", "expected", "said"),
    [
        (X.double(), X, "The numbers are right, only their dtype is not."),
        (X.T, X, "It is right but transposed: rows and columns have changed places."),
        (X.flatten(), X, "The numbers are right and in the right order, only the shape is not."),
        (X[None], X, "The numbers are right and in the right order, only the shape is not."),
        (BATCH.transpose(0, 1), BATCH, "The numbers are right, but the axes are in a different order."),
        (X[:-1], X, "It is right except for the last row, which is missing."),
        (X[1:], X, "It is right except for the first row, which is missing."),
        (X, X[1:], "It is right except for the first row, which is too many."),
        (X[:, :-1], X, "It is right except for the last column, which is missing."),
        (X[0, 1:], X[0], "It is right except for the first number, which is missing."),
        (BATCH[:, :-1], BATCH, "It is right except for the last row, which is missing."),
        (BATCH.mean(1), BATCH, "It is the mean of what is expected over axis 1."),
        (X.sum(0), X, "It is the sum of what is expected over axis 0."),
        (-X, X, "Every number has the wrong sign."),
        (X * 6**0.5, X, "Every number is 2.45 = sqrt(6) times what is expected."),
        (X / 4, X, "Every number is 0.25 = 1 / 4 times what is expected."),
        (X * 6, X, "Every number is 6 times what is expected."),
        (numbers(3, 32) * 32**0.5, numbers(3, 32), "Every number is 5.66 = sqrt(32) times what is expected."),
        (X * 1.7, X, "Every number is 1.7 times what is expected."),
        (X + 0.5, X, "Every number is 0.5 too large."),
        (torch.arange(5) - 1, torch.arange(5), "Every number is 1 too small."),
        (X[:, :4].T, X[:, :4], "It is right but transposed: rows and columns have changed places."),
        (X.abs(), X, "The sizes are right, but no number is negative."),
        (
            X / X.norm(dim=1, keepdim=True),
            X,
            "Every row points in the right direction, but was divided by its length.",
        ),
        (X[1:], X[:-1], "Every row is the one that belongs in the next place."),
        (X[:-1], X[1:], "Every row is the one that belongs in the previous place."),
        (X.roll(1, 0), X, "Every row is the one that belongs in the previous place."),
        (X[[2, 0, 3, 1]], X, "All rows are right, but in a different order."),
        (X[:, [0, 2, 4, 1, 3, 5]], X, "All columns are right, but in a different order."),
        (X[0].flip(0), X[0], "All numbers are right, but in a different order."),
        (
            torch.where(torch.arange(6) % 2 == 1, X + numbers(4, 6, seed=2), X),
            X,
            "It is right except for the odd columns, counted from 0.",
        ),
        (torch.cat([X[:-1], numbers(1, 6, seed=3)]), X, "It is right except for the last row."),
        (torch.cat([numbers(1, 6, seed=3), X[1:]]), X, "It is right except for the first row."),
        (torch.cat([X[:2], numbers(2, 6, seed=3)]), X, "It is right up to row 1 and wrong from row 2 on."),
        (torch.cat([X[:1], numbers(3, 6, seed=3)]), X, "Only the first row is right."),
        (X.bfloat16().float(), X, "All numbers are nearly right, off by at most"),
        (X.log(), X, "Some numbers are NaN."),
    ],
)  # fmt: skip
def test_what_differs_in_kind_is_said(got, expected, said):
    assert difference(got, expected).startswith(said)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (numbers(4, 6, seed=2), X),
        (numbers(3, 3, seed=2), X),
        (torch.zeros(4, 6), X),
        (torch.ones(4, 6), X),
        (X[0, :1] * 3, X[0, :1]),  # one number is a multiple of any other
        (torch.tensor([0.0, 1.0, 0.0]), torch.tensor([1.0, 0.0, 0.0])),  # any order of ones and zeros fits
        (torch.empty(0, 3), X),
        (X, torch.empty(0, 3)),
        (torch.tensor(2.0), torch.tensor(3.0)),
        (torch.cat([X[:2] * 2, X[2:] * 3 + 1]), X),
    ],
)
def test_nothing_is_said_where_no_sentence_explains_every_number(got, expected):
    assert difference(got, expected) == ""


def test_no_place_is_called_right_that_does_not_pass():
    got = X.clone()
    got[:, 2] += 1
    with pytest.raises(Mismatch, match="It is right except for column 2"):
        assert_close(got, X)
    got[0, 3] += 5e-5
    with pytest.raises(Mismatch) as problem:
        assert_close(got, X)
    assert "right but" not in str(problem.value)
    with pytest.raises(Mismatch, match="It is right except for column 2"):
        assert_close(got, X, atol=1e-4)
