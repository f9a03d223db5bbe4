"""Noting the calls of a student's functions, so that a failing case can quote them."""

from __future__ import annotations

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from autograder.check.testing import call_text
from autograder.check.testing.call_recorder import CallRecorder, NotTriedAgain
from autograder.check.testing.operation_counts import count_operations


class Doubled(nn.Module):
    """A student's module, at the top of this file so that it can be pickled."""

    def __init__(self, dim: int, scale: float = 2.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((dim,), scale))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.weight


@pytest.fixture
def doubled():
    """The class, as it was, after the test."""
    before = {"__init__": Doubled.__dict__["__init__"]}
    yield Doubled
    Doubled.__init__ = before["__init__"]
    if "__call__" in Doubled.__dict__:
        del Doubled.__call__


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def noting(told) -> CallRecorder:
    return CallRecorder(told.append, {"stuck": "never ended"})


def test_a_call_can_be_quoted(noting, told):
    add = noting.wrap("add", lambda a, *, b=1: a + b)
    assert add(torch.tensor([1, 2]), b=3).tolist() == [4, 5]
    assert call_text.last_call() == "add(tensor([1, 2]), b=3)"
    assert told == ["add"]


def test_a_call_is_quoted_with_its_arguments_as_they_were_when_it_was_made(noting):
    def spoil(table, words, rows, module, many):
        table.zero_()
        words.append("late")
        rows[0].zero_()
        module.weight.data.zero_()
        many.zero_()

    module = nn.Embedding.from_pretrained(torch.tensor([[1.5, 2.0]]))
    noting.wrap("spoil", spoil)(torch.ones(2), ["a"], [torch.ones(1)], module, torch.ones(50).bfloat16())
    assert call_text.last_call().split("\n") == [
        "spoil(",
        "    tensor([1, 1]),",
        "    ['a'],",
        "    [tensor([1])],",
        "    <Embedding with weight tensor([[1.5, 2]])>,",
        "    <bfloat16 tensor 50: 1, 1, 1, 1, ...>)",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.tensor(2.5), "tensor(2.5)"),
        (torch.tensor([[1, 2]]).double(), "tensor([[1, 2]], float64)"),
        (torch.zeros(0, 3), "<empty float32 tensor 0x3>"),
        (torch.tensor([True]), "tensor([True])"),
        (1 / 3, "0.333333"),
        (True, "True"),
        ((1, "a"), "(1, 'a')"),
        ((torch.tensor(1), 2), "(tensor(1), 2)"),
        ({"a": 0}, "{'a': 0}"),
        (list(range(1000)), str(list(range(1000)))[: call_text.LONG - 1] + "…"),
        (dict(enumerate("ab" * 500)), str(dict(enumerate("ab" * 500)))[: call_text.LONG - 1] + "…"),
        (np.zeros((2, 3)), "<numpy float64 array 2x3>"),
        (torch.Generator(), "<torch.Generator>"),
    ],
)
def test_a_value_is_shown_in_one_short_line(value, text):
    assert call_text.show(value) == text


def test_only_the_outermost_call_is_noted(noting, told):
    inner = noting.wrap("inner", lambda x: x)
    outer = noting.wrap("outer", lambda x: inner(x + 1))
    assert outer(1) == 2
    assert call_text.last_call() == "outer(1)"
    assert told == ["outer"]


def test_a_call_that_raises_leaves_the_next_one_outermost(noting):
    noisy = noting.wrap("noisy", lambda x: 1 / x)
    with pytest.raises(ZeroDivisionError):
        noisy(0)
    noisy(2)
    assert call_text.last_call() == "noisy(2)"


def test_a_class_stays_itself_and_its_calls_are_noted(noting, told, doubled):
    signature = inspect.signature(doubled)
    assert noting.wrap("Doubled", doubled) is doubled
    module = doubled(3, scale=4.0)
    assert call_text.last_call() == "Doubled(3, scale=4)"
    assert module(torch.ones(3)).tolist() == [4, 4, 4]
    assert call_text.last_call() == "Doubled(3, scale=4)(tensor([1, 1, 1]))"
    assert told == ["Doubled", "Doubled"]
    assert isinstance(module, Doubled)
    assert inspect.signature(doubled) == signature
    assert copy.deepcopy(module)(torch.ones(3)).tolist() == [4, 4, 4]
    assert call_text.last_call() == "Doubled(...)(tensor([1, 1, 1]))"
    assert torch.equal(pickle.loads(pickle.dumps(module)).weight, module.weight)


def test_a_class_without_calls_of_its_own_gets_none(noting):
    class Plain:
        pass

    noting.wrap("Plain", Plain)
    assert not callable(Plain())


def test_what_is_no_function_is_left_alone(noting):
    assert noting.wrap("table", 3) == 3


def test_operations_are_counted_as_if_nothing_were_noted(noting, doubled):
    def scale(table, factor):
        rows = []
        for row in table:
            rows.append(row * factor)
        return torch.stack(rows)

    table, factor = torch.ones(3, 2), torch.tensor(2.0)
    assert count_operations(noting.wrap("scale", scale), table, factor) == count_operations(scale, table, factor)
    module = doubled(2)
    before = count_operations(module, table)
    noting.wrap("Doubled", doubled)
    assert count_operations(module, table) == before


def test_what_hung_is_not_tried_again_and_nobody_swallows_that(noting):
    stuck = noting.wrap("stuck", lambda: 1)

    def student_code():
        try:
            return stuck()
        except Exception:
            return 2

    with pytest.raises(NotTriedAgain, match="stuck"):
        student_code()
