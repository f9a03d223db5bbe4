"""A student who overwrites what a case hands over spoils nothing for the cases and students after."""

from __future__ import annotations

import inspect
from pathlib import Path

import torch
from torch import nn

import solutions.embeddings as reference
from tests.in_process import CODE_QUESTIONS, FUNCTIONS, namespace, not_passed


def overwrite(value):
    if isinstance(value, torch.Tensor) and not value.requires_grad:
        value.detach().zero_()
    elif isinstance(value, list | dict):
        value.clear()
    elif isinstance(value, nn.Module):
        for parameter in value.parameters():
            parameter.data.zero_()
    elif hasattr(value, "vectors"):
        value.vectors[:] = 0


def overwriting(function):
    """The same function or class, but it ruins every argument once it has answered."""
    if inspect.isclass(function):

        class Overwriting(function):
            def forward(self, *args):
                answer = super().forward(*args).clone()
                for value in args:
                    overwrite(value)
                return answer

        return Overwriting

    def call(*args, **kwargs):
        answer = function(*args, **kwargs)
        if isinstance(answer, torch.Tensor):
            answer = answer.clone()
        for value in (*args, *kwargs.values()):
            overwrite(value)
        return answer

    return call


def test_a_student_who_overwrites_arguments_spoils_nothing_for_the_next():
    source = Path(reference.__file__).read_text("utf-8")
    vandal = {name: overwriting(getattr(reference, name)) for name in FUNCTIONS}
    lost = {question: not_passed(vandal, question) for question in CODE_QUESTIONS}
    assert all(lost.values()), "overwriting arguments should cost points in every question"
    right = namespace(source)
    after = {question: not_passed(right, question) for question in CODE_QUESTIONS}
    assert after == {question: {} for question in CODE_QUESTIONS}
