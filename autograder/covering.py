"""Covering arrays: the fewest calls in which any two levels of a function's domain meet."""

from __future__ import annotations

from functools import cache

from covertable import make

from .check.testing.domain import Domain, Row, spread


@cache
def cover(domain: Domain) -> tuple[Row, ...]:
    """Rows in which any two levels of two factors meet, if they can: a covering array of the domain's strength."""
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
    strength = min(2, len(factors))
    rows = [dict(row) for row in make(factors, strength=strength, salt=domain.function, constraints=constraints)]
    return tuple(rows if domain.strength == 2 else spread(rows))
