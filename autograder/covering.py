"""Covering arrays: the fewest calls in which any two levels of a function's domain meet."""

from __future__ import annotations

from functools import cache

from covertable import make

from .check.testing.domain import Domain, Row, spread


@cache
def cover(domain: Domain, strength: int = 2) -> tuple[Row, ...]:
    """Rows in which any two levels of two factors meet, if they can; of a domain of strength 1 a spread of them.

    Args:
        strength: how many levels meet instead; one less in a domain of strength 1.
    """
    constraints = [
        {
            "operator": "not",
            "condition": {
                "operator": "and",
                "conditions": [
                    {"operator": "in", "left": name, "values": list(levels)} for name, levels in pair.items()
                ],
            },
        }
        for pair in domain.never
    ]
    factors = {name: list(levels) for name, levels in domain.factors.items()}
    meet = min(max(2, strength + domain.strength - 2), len(factors))
    rows = [dict(row) for row in make(factors, strength=meet, salt=domain.function, constraints=constraints)]
    return tuple(spread(rows) if (domain.strength, strength) == (1, 2) else rows)
