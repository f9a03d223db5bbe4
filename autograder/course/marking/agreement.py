"""How far markers agree, in the figures that the literature has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations


@dataclass(frozen=True)
class Agreement:
    """Of answers that more than one has marked.

    Attributes:
        answers: how many these are.
        exact: the share of pairs of marks that are equal; None without any.
        alpha: Krippendorff's, for ordinal values: 1 is agreement, 0 chance; None where it is not defined,
            as where all values are equal.
    """

    answers: int
    exact: float | None
    alpha: float | None


def agreement(units: Sequence[Sequence[float]]) -> Agreement:
    """The agreement of the values that each unit (an answer) got from those who marked it."""
    shared = [values for values in units if len(values) > 1]
    pairs = [one == two for values in shared for one, two in permutations(values, 2)]
    return Agreement(len(shared), sum(pairs) / len(pairs) if pairs else None, ordinal_alpha(shared))


def ordinal_alpha(units: Sequence[Sequence[float]]) -> float | None:
    """Krippendorff's alpha for ordinal values, from the matrix of coincidences.

    K. Krippendorff, Content Analysis (2004), chapter 11.3: 1 - D_o / D_e, where two values are as far from each
    other as there are values between them, each end counted half, squared. Units may have any number of values.
    """
    together: Counter[tuple[float, float]] = Counter()
    for values in units:
        for pair in permutations(values, 2):
            together[pair] += 1 / (len(values) - 1)  # type: ignore[assignment]  # a count of fractions
    found = sorted({value for pair in together for value in pair})
    counts = {value: sum(together[value, other] for other in found) for value in found}
    total = sum(counts.values())

    def distance(one: float, two: float) -> float:
        between = [value for value in found if min(one, two) <= value <= max(one, two)]
        return (sum(counts[value] for value in between) - (counts[one] + counts[two]) / 2) ** 2

    observed = sum(count * distance(*pair) for pair, count in together.items())
    expected = sum(counts[one] * counts[two] * distance(one, two) for one in found for two in found)
    return 1 - (total - 1) * observed / expected if expected else None
