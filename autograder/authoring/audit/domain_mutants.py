"""Mutants of the domain: functions that are wrong just where some levels of their factors meet.

Whether a case catches one follows from whether it catches a function that is wrong at one single call of
the case. So each case runs once for each of its calls and each way to be wrong, and not for each mutant.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...check.testing.cases import Case
from ...check.testing.domain import Domain, Inputs, Phrases, Row, phrases_in
from ...covering_array import cover
from .case_trials import namespace, not_passed
from .faults import UNSPOILT, WAYS, Way


@dataclass(frozen=True)
class DomainMutant:
    """The reference, wrong in one way wherever some levels meet.

    Attributes:
        domain: of the function that is wrong.
        levels: the factors and their levels.
        way: what is wrong there.
    """

    domain: Domain
    levels: Phrases
    way: Way

    def __str__(self) -> str:
        return f"`{self.domain.function}` {self.way.name} where {in_words(self.levels)}"


@dataclass
class _Noted:
    """One call that a case makes: its levels in each domain that it is of, and its arguments as they were."""

    rows: dict[Domain, Row]
    inputs: Inputs


@dataclass(frozen=True)
class Seen:
    """One call of a case, spoilt: whether the case noticed."""

    row: Row
    way: Way
    caught: bool


@dataclass(frozen=True)
class Covered:
    """How well the cases of one question cover a domain.

    Attributes:
        pairs: levels that can meet, as many as the domain's strength; `met` are those that do, in a call of some case.
        caught, missed: the mutants that the cases catch, and those that they do not.
    """

    domain: Domain
    pairs: frozenset[Phrases]
    met: frozenset[Phrases]
    caught: tuple[DomainMutant, ...]
    missed: tuple[DomainMutant, ...]

    @property
    def levels(self) -> int:
        return sum(map(len, self.domain.factors.values()))


def in_words(levels: Phrases) -> str:
    return " and ".join(f"{factor} {level}" for factor, level in sorted(levels))


def covered(domains: Sequence[Domain], cases: Sequence[Case], source: str, reference: Any) -> tuple[Covered, ...]:
    """Run the cases on functions that are wrong at one call each."""
    environment = namespace(source)
    tap = Tap(environment, domains)
    environment["reference"] = reference
    seen: dict[Domain, list[Seen]] = defaultdict(list)
    rows: dict[Domain, list[Row]] = defaultdict(list)
    for case in cases:
        tap.begin()
        not_passed([case], environment)
        for at, call in enumerate(tap.calls):  # of the run above: each begins a list of its own
            for domain, row in call.rows.items():
                rows[domain].append(row)
            for way in WAYS if call.rows else ():
                tap.begin(at, way)
                caught = bool(not_passed([case], environment))
                if tap.spoilt:
                    for domain, row in call.rows.items():
                        seen[domain].append(Seen(row, way, caught))
    return tuple(_covered(domain, rows[domain], seen[domain]) for domain in domains)


def _covered(domain: Domain, rows: Iterable[Row], seen: Sequence[Seen]) -> Covered:
    pairs = {pair for row in cover(domain) for pair in phrases_in(row) if len(pair) == domain.strength}
    met = {pair for row in rows for pair in phrases_in(row)}
    tried: set[DomainMutant] = set()
    caught: set[DomainMutant] = set()
    for one in seen:
        if one.way.name in domain.outside:
            continue
        mutants = {
            DomainMutant(domain, levels, one.way)
            for levels in phrases_in(one.row, min(one.way.strength, domain.strength))
        }
        tried |= mutants
        caught |= mutants if one.caught else set()
    missed = tried - caught
    return Covered(domain, frozenset(pairs), frozenset(pairs & met), tuple(caught), tuple(sorted(missed, key=str)))


class Tap:
    """Stands around functions: notes the calls that a case makes of them, and spoils one."""

    def __init__(self, environment: dict[str, Any], domains: Iterable[Domain]) -> None:
        self.calls: list[_Noted] = []
        self.spoilt = False
        self._domains: dict[str, list[Domain]] = defaultdict(list)
        for domain in domains:
            self._domains[domain.function].append(domain)
        self._built: dict[int, tuple[tuple, dict]] = {}
        for name in self._domains:
            value = environment[name]
            if isinstance(value, type):
                self._watch_class(name, value)
            else:
                environment[name] = self._around(name, value)
        self.begin()

    def begin(self, at: int = -1, way: Way | None = None) -> None:
        """Start a case, and spoil its call number `at`."""
        self.calls = []
        self._built.clear()
        self._before: dict[str, list[Inputs]] = defaultdict(list)
        self._at, self._way, self.spoilt, self._depth = at, way, False, 0

    def _around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def noted(*args: Any, **named: Any) -> Any:
            return self._call(name, function, args, named)

        return noted

    def _watch_class(self, name: str, cls: Any) -> None:
        build, call = cls.__init__, cls.__call__

        def init(instance: Any, *args: Any, **named: Any) -> None:
            outermost = self._depth == 0
            self._call(name, functools.partial(build, instance), (), {}, (args, named))
            if outermost:
                self._built[id(instance)] = args, named

        def called(instance: Any, *args: Any, **named: Any) -> Any:
            built = self._built.get(id(instance), ((), {}))
            return self._call(name, functools.partial(call, instance), args, named, built, {"module": instance})

        cls.__init__, cls.__call__ = init, called

    def _call(
        self,
        name: str,
        function: Callable[..., Any],
        args: tuple,
        named: dict[str, Any],
        built: tuple[tuple, dict] = ((), {}),
        module: Mapping[str, Any] | None = None,
    ) -> Any:
        is_built = not module and built != ((), {})
        bound = functools.partial(function, *built[0], **built[1]) if is_built else function
        make = functools.partial(bound, *args, **named)
        if self._depth:
            return make()
        at, before = len(self.calls), self._before[name]
        rows, arguments = {}, dict[str, Any]()
        for domain in self._domains[name]:
            given = {**domain.bind_built(*built), **(module or {}), **named}
            inputs = domain.bind(args, given, before)
            arguments = dict(inputs.arguments)
            if row := domain.row_of(inputs):
                rows[domain] = row
        kept = Inputs({key: _kept(value) for key, value in arguments.items()}, tuple(before))
        before.append(kept)
        self.calls.append(_Noted(rows, kept))
        self._depth += 1
        try:
            if at != self._at or not self._way:
                return make()
            result = self._way.spoil(make, {key: value for key, value in arguments.items() if key != "module"})
            self.spoilt = result is not UNSPOILT
        except Exception:
            self.spoilt = self._way is not None and at == self._at and self._way.name == "raises another error"
            raise
        finally:
            self._depth -= 1
        return make() if result is UNSPOILT else result


def _kept(value: Any) -> Any:
    """What a later call can be compared with, whatever becomes of the value."""
    if isinstance(value, list | dict):
        return value.copy()
    return value.detach().clone() if hasattr(value, "detach") else value
