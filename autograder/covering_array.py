"""Covering arrays: the fewest calls in which any two levels of a function's domain meet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
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


def deal(
    domain: Domain, sentence_of: Callable[[Row], str], **everywhere: Callable[[Row], bool]
) -> dict[str, list[tuple[int, Row]]]:
    """Deal the rows of a domain out to the sentences that its calls are tried under: each is tried once, if it can be.

    Args:
        sentence_of: gives the sentence that a row is tried under, where no other takes it.
        everywhere: sentences that are to be tried at every level, each with the rows that it can be tried on. A row
            that is needed for two of them is tried under both.

    Returns:
        For each sentence its rows, each with its place among all, by which its numbers are drawn.
    """
    dealt: dict[str, list[Row]] = defaultdict(list)
    taken: list[Row] = []
    for sentence, suits in everywhere.items():
        dealt[sentence] = spread(filter(suits, cover(domain)), rather_not=taken)
        taken += dealt[sentence]
    for row in cover(domain):
        if row not in taken:
            dealt[sentence_of(row)].append(row)
    numbered = list(enumerate(cover(domain)))
    return defaultdict(list, {of: [(at, row) for at, row in numbered if row in rows] for of, rows in dealt.items()})
