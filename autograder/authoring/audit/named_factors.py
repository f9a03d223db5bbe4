"""Whether what failing inputs have in common is what is wrong: said of functions that are wrong where some levels meet.

What a mutant of the domain makes of an example follows from what becomes of it when one of its calls is spoilt. So
each example runs once for each of its calls and each way to be wrong, and not for each mutant.
"""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...check.hints.failing_inputs import Example, Examples, agrees, outcome, parted, tells_apart
from ...check.testing.domain import Domain, Phrases
from .case_trials import namespace
from .domain_mutants import Covered, DomainMutant, Tap
from .faults import WAYS

Spoilt = Mapping[str, Sequence[Sequence[Phrases]]]
"""For each way to be wrong, and each example, the levels of the calls that show when they are spoilt."""


@dataclass(frozen=True)
class Named:
    """For how many mutants of the domain the levels that are wrong are named.

    Attributes:
        tried: mutants that cases catch, of ways to be wrong that an example shows at all.
        missed: those for which no levels are named, or others.
    """

    tried: int
    missed: tuple[DomainMutant, ...]


def named(covered: Iterable[Covered], examples: Examples, source: str) -> Named:
    """What is said of the mutants that a question's cases catch.

    Args:
        covered: its domains, each with these mutants.
        source: the reference's text.
    """
    tried, missed = 0, []
    of_function = {
        name: {frozenset(of_domain[0].row): of_domain for of_domain in all} for name, all in examples.items()
    }
    for one in covered:
        if own := of_function.get(one.domain.function, {}).get(frozenset(one.domain.factors)):
            seen = _seen(one.domain, own, namespace(source))
            can_show = [mutant for mutant in one.caught if any(seen[mutant.way.name])]
            tried += len(can_show)
            missed += [mutant for mutant in can_show if levels_named(own, mutant, seen) != mutant.levels]
    return Named(tried, tuple(missed))


def levels_named(examples: Sequence[Example], mutant: DomainMutant, seen: Spoilt) -> Phrases:
    """The levels that are named for one mutant; none where nothing is."""
    is_wrong = [any(mutant.levels <= row for row in rows) for rows in seen[mutant.way.name]]
    wrong, right = ([e.row for e in some] for some in parted(examples, [not is_it for is_it in is_wrong]))
    of_wrong, of_right = tells_apart(wrong, right) if wrong and right else ((), ())
    return frozenset(of_wrong or of_right)


def _seen(domain: Domain, examples: Sequence[Example], environment: dict[str, Any]) -> Spoilt:
    """What shows when calls of examples are spoilt; the environment's functions are wrapped."""
    tap = Tap(environment, [domain])
    seen: dict[str, list[list[Phrases]]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for example in examples:
            tap.begin()
            outcome(example.code, environment)
            calls = [call.rows.get(domain) for call in tap.calls]
            for way in WAYS:
                shows = []
                for at, row in enumerate(calls):
                    if row:
                        tap.begin(at, way)
                        is_right = agrees(outcome(example.code, environment), example)
                        if tap.spoilt and not is_right:
                            shows.append(frozenset(row.items()))
                seen[way.name].append(shows)
    return seen
