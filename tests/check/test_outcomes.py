"""What is written down of a call is bounded, however much a wrong function gives."""

from __future__ import annotations

import pytest
import torch

from autograder.check.outcomes import MOST, outcome

TOO_MUCH = outcome(torch.zeros(MOST + 1))


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
    assert outcome(value).agrees(TOO_MUCH.record)


def test_what_is_not_too_much_is_told_apart():
    most = outcome(torch.zeros(MOST))
    assert not most.agrees(TOO_MUCH.record)
    assert most.agrees(outcome(torch.zeros(MOST)).record)


def test_a_long_text_counts_by_its_beginning():
    assert len(outcome("x" * 10**6).words) < 2000
