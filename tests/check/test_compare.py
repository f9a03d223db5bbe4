"""`assert_equal` takes every number that counts as one, and nothing that only looks like it."""

import numpy as np
import pytest
import torch

from autograder.check.testing.comparison import Mismatch, assert_close, assert_equal


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ({"b": np.int64(1), "a": 0}, {"a": 0, "b": 1}),
        ([("cat", np.float32(0.5))], [("cat", 0.5)]),
        ([], []),
        (2, 2.0),
        ({"a": 12.0}, {"a": 12}),  # a whole number, whatever its type
    ],
    ids=repr,
)
def test_what_equals_in_kind_and_content_passes(got, expected):
    assert_equal(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ({"a": 0.5}, {"a": 0}),
        ({"a": False}, {"a": 0}),
        ({"a": torch.tensor(0)}, {"a": 0}),
        ({"a": 0, "b": 1}, {"a": 0}),
        ([("a", 0)], {"a": 0}),
        ([1, 2], [1, 3]),
        ([1], [1, 2]),
        ((1, 2), [1, 2]),
        (None, []),
        (1, True),
    ],
    ids=repr,
)
def test_what_differs_in_kind_or_content_is_a_mismatch(got, expected):
    with pytest.raises(Mismatch, match="not as expected"):
        assert_equal(got, expected)


@pytest.mark.parametrize(
    ("got", "last_line"),
    [
        (torch.tensor([[1.0, 4.0], [2.0, 5.0], [3.0, 7.0]]), "It is right but transposed"),
        (
            torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]).double(),
            "The numbers are right, only their dtype",
        ),
        (torch.tensor([[-1.0, -2.0, -3.0], [-4.0, -5.0, -7.0]]), "Every number has the wrong sign"),
        (torch.tensor([[0.0, 2.0, 3.0], [4.0, 5.0, 9.0]]), "first difference at index [0, 0]"),
    ],
)
def test_a_wrong_tensor_is_told_with_what_differs_in_kind_if_that_is_clear(got, last_line):
    with pytest.raises(Mismatch) as told:
        assert_close(got, torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]))
    assert str(told.value).splitlines()[-1].strip().startswith(last_line)
