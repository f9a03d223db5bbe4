"""Functions that only pretend earn nothing: not one case of any question passes on them."""

from __future__ import annotations

import copy
import inspect
import math

import pytest
import torch
from torch import nn

import solutions.embeddings as reference
from tests.in_process import CODE_QUESTIONS, FUNCTIONS, cases, not_passed

CLASSES = {name for name in FUNCTIONS if inspect.isclass(getattr(reference, name))}
NUMBERS = (
    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 19 20 23 29 32 33 40 41 50 64 100 128 512 513 1000 3000 "
    "-1 -2 -3 -4 -5 -7 none sinusoidal learned"
)


def always_raising(error: type[Exception]):
    """Every function and module raises `error`, its message full of numbers that a case may ask for."""

    def fail(*args, **kwargs):
        raise error(NUMBERS)

    return {
        name: type(name, (nn.Module,), {"__init__": lambda self, *a, **k: nn.Module.__init__(self), "forward": fail})
        if name in CLASSES
        else fail
        for name in FUNCTIONS
    }


def returning(answer):
    """Every function returns answer(right result, arguments); modules do in `forward`.

    The right result is computed on copies: who only pretends to train leaves the tables alone.
    """

    def pretend(name):
        right = getattr(reference, name)
        if name in CLASSES:

            class Pretender(nn.Module):
                def __init__(self, *args, **kwargs):
                    super().__init__()
                    self.right = right(*args, **kwargs)

                def forward(self, *args):
                    return answer(self.right(*args), args)

            return Pretender

        def function(*args, **kwargs):
            return answer(right(*copy.deepcopy(args), **kwargs), (*args, *kwargs.values()))

        return function

    return {name: pretend(name) for name in FUNCTIONS}


def zeros_like(right, arguments):
    if isinstance(right, torch.Tensor):
        return torch.zeros_like(right)
    if isinstance(right, nn.Module):
        return right_shaped(right, torch.zeros_like)
    return blank(right, 0)


def random_like(right, arguments):
    if isinstance(right, torch.Tensor):
        if right.is_floating_point():
            return torch.rand_like(right, dtype=torch.float32).to(right.dtype)
        return torch.randint_like(right, 0, 2**31)
    if isinstance(right, nn.Module):
        return right_shaped(right, lambda p: torch.rand_like(p, dtype=torch.float32).to(p.dtype))
    return blank(right, math.pi)


def right_shaped(module: nn.Module, fill) -> nn.Module:
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(fill(parameter))
    return module


def blank(right, number):
    """The same structure with every number replaced."""
    if isinstance(right, tuple):
        return tuple(zeros_like(item, ()) if number == 0 else random_like(item, ()) for item in right)
    if isinstance(right, list):
        return [blank(item, number) for item in right]
    if isinstance(right, dict):
        return {key: type(value)(number) for key, value in right.items()}
    return type(right)(number) if isinstance(right, int | float) else right


PRETENDERS = {
    **{
        f"raise {error.__name__}": always_raising(error)
        for error in (IndexError, KeyError, ValueError, TypeError, RuntimeError)
    },
    "return None": returning(lambda right, arguments: None),
    "return their first argument": returning(lambda right, arguments: arguments[0] if arguments else None),
    "return zeros of the right shape": returning(zeros_like),
    "return random numbers of the right shape": returning(random_like),
}


@pytest.mark.parametrize("question", CODE_QUESTIONS)
@pytest.mark.parametrize("pretence", PRETENDERS)
def test_no_case_passes_on_functions_that(pretence, question):
    lost = not_passed(PRETENDERS[pretence], question)
    passed = [case.title for case in cases(question) if case.title not in lost]
    assert passed == []
