"""Comparisons that say, when they fail, what was expected, what came and where the two part."""

from __future__ import annotations

import copy
import functools
import numbers
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from .call_text import call_of, show
from .differences import difference
from .tolerances import ABSOLUTE, RELATIVE

MOST_NUMBERS, MOST_WORDS = 12, 60
"""What the message of an exception that must quote something may hold: whoever lists all quotes nothing."""


class Mismatch(AssertionError):
    """A student's result is not the expected one; the text is written for the student.

    Args:
        message: what differs.
        got: the result that it is about, by which the call to quote is found.
    """

    def __init__(self, message: str, got: Any = None) -> None:
        super().__init__(message)
        self.call = call_of(got)


class NotAsAsked(Mismatch):
    """A call raises what it should not, or nothing where it should, or changes what is not its own."""


class NoTable(Mismatch):
    """A module lacks the parameters that a case fills before it looks at anything."""


Compare = Callable[..., None]
Judge = Callable[[Compare, Any, Any, dict[str, Any]], None]
"""Takes a comparison, what came, what is right and the comparison's options; raises what it would."""

_judges: list[Judge] = []


@contextmanager
def judged_by(judge: Judge) -> Iterator[None]:
    """Let `judge` decide on every value that the block compares.

    So the grader tells whether a function that makes a known mistake is right in everything else.
    """
    _judges.append(judge)
    try:
        yield
    finally:
        _judges.pop()


def compares_values(compare: Compare) -> Compare:
    """Make a comparison of what came with what is right one that a judge can decide on."""

    @functools.wraps(compare)
    def compared(got: Any, expected: Any, **how: Any) -> None:
        if not _judges:
            return compare(got, expected, **how)
        judge = _judges.pop()  # what a comparison is made of is not judged once more
        try:
            return judge(compare, got, expected, how)
        finally:
            _judges.append(judge)

    return compared


def require(condition: bool, message: str) -> None:
    """Raise `Mismatch` with `message`, a sentence for the student, unless `condition` holds."""
    if not condition:
        raise Mismatch(message)


@compares_values
def assert_close(
    got: Any, expected: torch.Tensor, *, atol: float | torch.Tensor = ABSOLUTE, of: str = "the result"
) -> None:
    """Demand a tensor of `expected`'s shape, dtype and values.

    Args:
        got: what the student's code gave.
        expected: the right tensor, any shape.
        atol: the absolute tolerance for floating numbers, one for all or broadcastable to
            `expected`; 1e-5 of the expected size and the rounding of its dtype come on top.
            Integers and booleans must be equal.
        of: what is compared, as the message's subject.

    Raises:
        Mismatch: naming type, shape, dtype or the first number that differs.
    """
    if is_close(got, expected, atol=atol):
        return
    wrong = None
    if not isinstance(got, torch.Tensor):
        raise Mismatch(f"{of} should be a tensor of shape {_shape(expected)}, but it is {show(got)}", got)
    if got.shape != expected.shape:
        message = (
            f"{of} has the wrong shape\n  expected {_shape(expected)}: {show(expected)}\n"
            f"  got      {_shape(got)}: {show(got)}"
        )
    elif got.dtype != expected.dtype:
        message = f"{of} has the wrong dtype: expected {_dtype(expected)}, got {_dtype(got)}"
    else:
        wrong = _differing(got.detach(), expected.detach(), atol)
        message = _describe(got.detach(), expected.detach(), wrong, of)
    raise Mismatch("\n  ".join(filter(None, (message, difference(got, expected, wrong)))), got)


def is_close(got: Any, expected: torch.Tensor, *, atol: float | torch.Tensor = ABSOLUTE) -> bool:
    """Whether `assert_close` would be content: for questions that accept one of several right answers."""
    if not isinstance(got, torch.Tensor) or got.shape != expected.shape or got.dtype != expected.dtype:
        return False
    return torch.equal(got, expected) or not _differing(got.detach(), expected.detach(), atol).any()


@compares_values
def assert_equal(got: Any, expected: Any, *, of: str = "the result") -> None:
    """Demand a plain Python value (number, string, list, dict ...) that equals `expected`.

    A number may be of any type that counts as one, also inside lists and dicts: NumPy's do,
    tensors do not. The order of a dict's keys plays no part.
    """
    if not _equals(got, expected):
        raise Mismatch(f"{of} is not as expected\n  expected {show(expected)}\n  got      {show(got)}", got)


def is_alike(got: Any, expected: Any, *, atol: float | torch.Tensor = ABSOLUTE) -> bool:
    """Whether two values are of one kind and equal but for rounding: tensors, numbers, texts, lists, dicts."""
    if isinstance(expected, torch.Tensor):
        return is_close(got, expected, atol=atol)
    if isinstance(expected, float | int) and type(expected) is not bool:
        near = ABSOLUTE * (1 + abs(expected))
        return isinstance(got, numbers.Real) and abs(float(got) - expected) <= near
    if type(got) is not type(expected):
        return False
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(is_alike(got[key], expected[key]) for key in expected)
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(map(is_alike, got, expected))
    return bool(got == expected)


@contextmanager
def raises(error: type[Exception], *, quoting: Iterable[Any] = ()) -> Iterator[None]:
    """Demand that the block raises `error` (or a subclass), its message quoting every value given.

    Numbers are looked for as whole numbers in digits, everything else as it is printed.

    Raises:
        Mismatch: if nothing is raised, another error is, or the message leaves a value out.
    """
    quoting = tuple(quoting)
    quoted = " and ".join(map(str, quoting))
    wanted = error.__name__ + (f" whose message contains {quoted}" if quoting else "")
    try:
        yield
    except error as error:
        missing = [value for value in quoting if not quotes(str(error), value)]
        numbers, words = len(re.findall(r"\d+", str(error))), len(re.findall(r"\w+", str(error)))
        if quoting and (numbers > MOST_NUMBERS or words > MOST_WORDS):
            raise NotAsAsked(
                f"the {type(error).__name__} should quote {quoted} and little else, but its message contains "
                f"{numbers} numbers and {words} words"
            ) from None
        if missing:
            raise NotAsAsked(
                f"the {type(error).__name__} should quote {' and '.join(map(str, missing))}, "
                f"but its message is: {str(error) or '(empty)'}"
            ) from None
    except NotImplementedError:
        raise
    except Exception as error:
        raise NotAsAsked(f"expected {wanted}, but {type(error).__name__} was raised: {error}") from None
    else:
        raise NotAsAsked(f"expected {wanted}, but nothing was raised")


@contextmanager
def unchanged(**named: Any) -> Iterator[None]:
    """Demand that the block leaves the tensors, lists and dicts given by name as they were.

    Modules are compared by their `state_dict()` and by whether they are in training.

    Raises:
        Mismatch: naming what changed.
    """
    before = {name: _snapshot(value) for name, value in named.items()}
    yield
    for name, value in named.items():
        now = _state(value) if isinstance(value, torch.nn.Module) else value
        if not _identical(before[name], now):
            raise NotAsAsked(f"the call changed `{name}`, which is the caller's: work on a copy instead")


def _differing(got: torch.Tensor, expected: torch.Tensor, atol: float | torch.Tensor) -> torch.Tensor:
    """Which numbers differ by more than the tolerance: a bool tensor of their shape."""
    if not (expected.is_floating_point() or expected.is_complex()):
        return got != expected
    rtol = max(RELATIVE, torch.finfo(expected.dtype).eps)
    precise = torch.complex128 if expected.is_complex() else torch.float64
    got, expected = got.to(precise), expected.to(precise)
    return ~((got - expected).abs() <= atol + rtol * expected.abs())  # NaN is never close


def _equals(got: Any, expected: Any) -> bool:
    """Whether a plain value equals `expected` in kind and content."""
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        return not isinstance(got, bool) and isinstance(got, numbers.Real) and bool(got == expected)
    if not isinstance(got, type(expected)):
        return False
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_equals(got[key], expected[key]) for key in expected)
    if isinstance(expected, list | tuple):
        return len(got) == len(expected) and all(map(_equals, got, expected))
    return bool(got == expected)


def _describe(got: torch.Tensor, expected: torch.Tensor, wrong: torch.Tensor, of: str) -> str:
    count, total = int(wrong.sum()), wrong.numel()
    where = tuple(wrong.nonzero()[0].tolist())
    at = f" at index {list(where)}" if where else ""
    lines = [f"{of} has {count} of {total} numbers wrong" if total > 1 else f"{of} is wrong"]
    lines.append(f"  expected {show(expected)}")
    lines.append(f"  got      {show(got)}")
    if total > 1:
        parted = f"expected {_number(expected[where])}, got {_number(got[where])}"
        lines.append(f"  first difference{at}: {parted}")
    return "\n".join(lines)


def _number(value: torch.Tensor) -> str:
    number = value.item()
    return f"{number:.6g}" if isinstance(number, float) else str(number)


def _shape(tensor: torch.Tensor) -> str:
    return str(tuple(tensor.shape))


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def quotes(message: str, value: Any) -> bool:
    """Whether a message holds a value; a number must stand by itself, not within another."""
    if isinstance(value, int):
        return re.search(rf"(?<![\d.]){re.escape(str(value))}(?![\d]|\.\d)", message) is not None
    return str(value) in message


def _snapshot(value: Any) -> Any:
    if isinstance(value, torch.nn.Module):
        return {name: _snapshot(part) for name, part in _state(value).items()}
    if isinstance(value, torch.Tensor):
        return value.detach().clone()
    return copy.deepcopy(value)


def _state(module: torch.nn.Module) -> dict[str, Any]:
    return {**module.state_dict(), "in training": [part.training for part in module.modules()]}


def _identical(before: Any, after: Any) -> bool:
    if isinstance(before, torch.Tensor):
        return before.shape == after.shape and before.dtype == after.dtype and torch.equal(before, after)
    if isinstance(before, dict):
        return list(before) == list(after) and all(_identical(before[key], after[key]) for key in before)
    return bool(before == after)
