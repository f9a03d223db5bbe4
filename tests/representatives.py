"""Which of many alike `make test` runs; `make test-all` and a plain `pytest` run them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest


def representatives(
    values: Iterable[Any], kind: Callable[[Any], Hashable] = lambda value: None, count: int = 1
) -> list[Any]:
    """Parameters for `pytest.mark.parametrize`: those behind the first `count` of their kind are `thorough`.

    Args:
        values: one for each test; a tuple where the test takes several arguments.
        kind: what a value stands for; where it is left out, all stand for each other.
    """
    seen: Counter[Hashable] = Counter()
    parameters = []
    for value in values:
        seen[kind(value)] += 1
        marks = [pytest.mark.thorough] if seen[kind(value)] > count else []
        parameters.append(pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=marks))
    return parameters
