"""Answers by heart earn nothing: a public check counts where its function works beyond the public inputs.

Public inputs lie in every student's folder, so a function that lists their answers passes the public cases. What
it gives elsewhere shows it: it passes no hidden case, and no value that these compare is right.
"""

from __future__ import annotations

from collections.abc import Collection, Sized
from typing import Any

import torch

from ..check.testing.cases import Case
from ..check.testing.comparison import Compare

SAID = (
    "The check itself passes. But in the checks that run only when it is graded, `{}` gave no right value for other "
    "inputs (wrong ones, or none in the time that there is), and a check counts only where its function works beyond "
    "its own inputs."
)


class Agreement:
    """A judge that lets every comparison decide for itself.

    Attributes:
        is_some: whether a value was right that is not empty.
    """

    def __init__(self) -> None:
        self.is_some = False

    def __call__(self, compare: Compare, got: Any, expected: Any, how: dict[str, Any]) -> None:
        compare(got, expected, **how)
        self.is_some |= not _is_empty(expected)


def suspects(tried: Collection[Case], passed: Collection[Case]) -> dict[tuple[Case, ...], list[Case]]:
    """For each function of which no hidden case passes, those that were tried, and the public ones that pass."""
    found: dict[tuple[Case, ...], list[Case]] = {}
    for case in passed:
        hidden = tuple(other for other in tried if other.hidden and other.needs[:1] == case.needs[:1])
        if not case.hidden and hidden and not any(other in passed for other in hidden):
            found.setdefault(hidden, []).append(case)
    return found


def _is_empty(value: Any) -> bool:
    """Whether it is what a function gives that does nothing."""
    return not value.numel() if isinstance(value, torch.Tensor) else isinstance(value, Sized) and not len(value)
