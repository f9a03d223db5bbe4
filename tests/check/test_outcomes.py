"""What is written down of a call is bounded, however much a wrong function gives."""

from __future__ import annotations

import pytest
import torch

from autograder.check.hints.signatures import MOST, signature

TOO_MUCH = signature(torch.zeros(MOST + 1))


@pytest.mark.parametrize(
    "value",
    [
        torch.zeros(1).expand(2**40),
        [[0] * 1000] * 4000,
        [torch.zeros(MOST)] * 3,
        dict.fromkeys(range(MOST + 1)),
    ],
    ids=["tensor", "lists", "tensors", "dict"],
)
def test_millions_of_items_are_too_much_and_all_alike(value):
    assert signature(value).agrees(TOO_MUCH.record)


def test_what_is_not_too_much_is_told_apart():
    most = signature(torch.zeros(MOST))
    assert not most.agrees(TOO_MUCH.record)
    assert most.agrees(signature(torch.zeros(MOST)).record)


def test_a_long_text_counts_by_its_beginning():
    assert len(signature("x" * 10**6).words) < 2000
