"""Which of many alike `make test` runs; `make test-all` and a plain `pytest` run them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest

__all__ = ["first_of_each"]


def first_of_each(kind: Callable[[Any], Hashable], values: Iterable[Any], count: int = 1) -> list[Any]:
    """Parameters for `pytest.mark.parametrize`: those behind the first `count` of their kind are `thorough`.

    Args:
        kind: what a value stands for in the quick run.
        values: one for each test; a tuple where the test takes several arguments.
    """
    seen: Counter[Hashable] = Counter()
    parameters = []
    for value in values:
        seen[kind(value)] += 1
        marks = [pytest.mark.thorough] if seen[kind(value)] > count else []
        parameters.append(pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=marks))
    return parameters
