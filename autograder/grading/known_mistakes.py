"""One mistake costs once: what a case comes to where a function's values are those of a known mistake.

Most cases first need a right value, so a known mistake that changes values fails nearly all of them, those
of what it does right included. Its values are known, too: the mistake is put into the reference and the
cases are run on it, here, as they are run on the reference. So a case that such a function fails is judged once
more by the mistake's values, and passes where these are what came and all else that it demands holds.

Three things always cost their points: what the mistake itself does wrong beside its values; the sentence that
its values violate; and a case that a program which does no work passes by the mistake's values. Nothing that a
student's process says is believed: what it gives must equal what was computed here.
"""

from __future__ import annotations

import copy
import random
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch
from torch import nn

from ..assignment import Assignment
from ..check.testing.cases import Case, run_case
from ..check.testing.comparison import Compare, Judge, Mismatch, is_alike, is_close, judged_by
from ..errors import GraderError
from ..misconceptions import Misconception, apply, misconceptions
from ..sandbox.mirror import SEED

MOST_REMEMBERED = 500
"""Known mistakes, alone or together, whose values are kept."""

Values = tuple[Any, ...]
"""What a case compares, in its order, as a known mistake gives it."""


@dataclass(frozen=True)
class Presumed:
    """A case that is judged by the values of known mistakes.

    Attributes:
        mistakes: their ids.
    """

    case: Case
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class _Seen:
    """What a case comes to on the mistake itself.

    Attributes:
        holds: whether it passes but for its values.
        differ: in what these are wrong: "dtype", "shape", "numbers"; nothing where all are right.
    """

    holds: bool
    differ: frozenset[str]
    values: Values


class KnownMistakes:
    """What cases come to on known mistakes, found out when a student first makes one.

    Args:
        cases: those of each question.
        reference: the module of the reference solution.
    """

    def __init__(self, assignment: Assignment, cases: Mapping[str, Sequence[Case]], reference: types.ModuleType):
        self._assignment = assignment
        self._cases = cases
        self._reference = reference
        self._carried = lru_cache(MOST_REMEMBERED)(self._values_by_case)

    def values(self, case: Case, mistakes: tuple[str, ...]) -> Values | None:
        """By which values a case is judged of a function that makes these mistakes; None if by none.

        Args:
            mistakes: the ids of known mistakes of the case's question.
        """
        return self._carried(case.question, mistakes).get(case) if mistakes else None

    def holds(self, case: Case, mistakes: tuple[str, ...], environment: Mapping[str, Any]) -> bool:
        """Whether a case that functions of our own fail passes by the values of the mistakes that they make."""
        values = self.values(case, mistakes)
        return values is not None and _passes(case, {**environment, "reference": self._reference}, judge_by(values))

    def _values_by_case(self, question_id: str, ids: tuple[str, ...]) -> dict[Case, Values]:
        made = [self._library[id] for id in ids if id in self._library]
        environment = self._environment(made)
        if not environment or len(made) < len(ids):
            return {}
        seen = {case: _seen(case, environment) for case in self._cases[question_id]}
        costs = {title for mistake in made for title in _titles(mistake, seen)}
        return {
            case: of.values
            for case, of in seen.items()
            if of.holds and of.differ and case.title not in costs and not _is_idle_work(case, of.values, environment)
        }

    def _environment(self, mistakes: Sequence[Misconception]) -> dict[str, Any]:
        """The reference with these mistakes in it; nothing where they cannot stand together."""
        for order in (mistakes, mistakes[::-1]):
            try:
                source = apply(self._assignment.reference.read_text("utf-8"), order)
                code = compile(source, self._assignment.code_file, "exec", dont_inherit=True)
            except (GraderError, SyntaxError):
                continue
            module = types.ModuleType("known_mistake")
            exec(code, module.__dict__)
            return {**module.__dict__, "reference": self._reference}
        return {}

    @cached_property
    def _library(self) -> dict[str, Misconception]:
        questions = [q.id for q in self._assignment.code_questions]
        return {mistake.id: mistake for id in questions for mistake in misconceptions(id, self._assignment.root)}


def judge_by(values: Values) -> Judge:
    """A judge that takes for right what is right and what a known mistake gives in its place."""
    left = iter(values)

    def judge(compare: Compare, got: Any, expected: Any, how: dict[str, Any]) -> None:
        presumed = next(left, None)
        try:
            compare(got, expected, **how)
        except Mismatch:
            if not _is_alike(got, presumed, how):
                raise

    return judge


def _is_alike(got: Any, presumed: Any, how: dict[str, Any]) -> bool:
    try:
        return presumed is not None and is_alike(got, presumed, **{k: v for k, v in how.items() if k == "atol"})
    except RuntimeError:  # a tolerance for each number, of the right shape
        return False


def _seen(case: Case, environment: Mapping[str, Any]) -> _Seen:
    """Run a case on a known mistake and let all values pass."""
    values: list[Any] = []
    differ: set[str] = set()

    def judge(compare: Compare, got: Any, expected: Any, how: dict[str, Any]) -> None:
        values.append(copy.deepcopy(got.detach() if isinstance(got, torch.Tensor) else got))
        try:
            compare(got, expected, **how)
        except Mismatch:
            differ.add(_difference(got, expected))

    holds = _passes(case, environment, judge)
    return _Seen(holds, frozenset(differ), tuple(values))


def _difference(got: Any, expected: Any) -> str:
    if isinstance(got, torch.Tensor) and isinstance(expected, torch.Tensor):
        if got.shape != expected.shape:
            return "shape"
        if got.dtype != expected.dtype:
            short = min((got.dtype, expected.dtype), key=lambda dtype: dtype.itemsize)
            return "dtype" if is_close(got.to(short), expected.to(short)) else "numbers"
    return "numbers"


def _titles(mistake: Misconception, seen: Mapping[Case, _Seen]) -> Iterator[str]:
    """The sentences that a mistake's values violate: that which it names, or the first that speaks of them."""
    wrong = [case for case, of in seen.items() if of.differ or not of.holds]
    if mistake.sentence:
        yield from (case.title for case in wrong if case.title.startswith(mistake.sentence))
        return
    kinds = frozenset[str]().union(*(of.differ for of in seen.values()))
    spoken_of = next((kind for kind in ("numbers", "shape", "dtype") if kind in kinds), "")
    if spoken_of in ("shape", "dtype") and (named := [case for case in wrong if spoken_of in case.title]):
        yield named[0].title
        return
    of_values = [case for case in wrong if seen[case].differ]
    yield from (case.title for case in ([c for c in of_values if c.is_about_values] or of_values)[:1])


def _is_idle_work(case: Case, values: Values, environment: Mapping[str, Any]) -> bool:
    """Whether the mistake's values can be had without work: then they are no evidence of any."""
    name = case.needs[0]
    idle = _idle_classes if isinstance(environment[name], type) else _idle_functions
    return any(_passes(case, {**environment, name: made}, judge_by(values)) for made in idle(environment[name]))


def _idle_functions(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Functions that leave their arguments alone and give one of them, a constant or nothing."""
    for at in range(3):
        yield lambda *given, at=at, **named: (*given, *named.values())[at]
    hollows: tuple[Callable[[Any], Any], ...] = (_zeros, _constant, lambda value: [], lambda value: None)
    for hollow in hollows:
        yield lambda *given, hollow=hollow, **named: hollow(
            function(*map(_copy, given), **{name: _copy(value) for name, value in named.items()})
        )


def _copy(value: Any) -> Any:
    """A copy; torch's own is of leaves alone."""
    return value.clone() if isinstance(value, torch.Tensor) and not value.is_leaf else copy.deepcopy(value)


def _idle_classes(cls: type[nn.Module]) -> Iterator[type[nn.Module]]:
    """Modules with the right parameters that give what they were given, or a constant."""
    for forward in (
        lambda self, given: given,
        lambda self, given: _zeros(cls.forward(self, given)),
        lambda self, given: _constant(cls.forward(self, given)),
    ):
        yield type(cls.__name__, (cls,), {"forward": forward})


def _zeros(value: Any) -> Any:
    """A value of the same kind without any content."""
    if isinstance(value, torch.Tensor):
        return torch.zeros_like(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_zeros, value))
    if isinstance(value, dict):
        return dict.fromkeys(value, 0)
    return type(value)() if isinstance(value, int | float | str) else value


def _constant(value: Any) -> Any:
    """A tensor or list that repeats its first item."""
    if isinstance(value, torch.Tensor) and value.numel() > 1:
        return value.flatten()[0].expand(value.shape)
    return value[:1] * len(value) if isinstance(value, list) and len(value) > 1 else _zeros(value)


def _passes(case: Case, environment: Mapping[str, Any], judge: Judge) -> bool:
    """Run a case from the random states that it has for a student."""
    torch.default_generator.manual_seed(SEED)
    np.random.seed(SEED)
    random.seed(SEED)
    with judged_by(judge):
        return run_case(case, environment).outcome == "passed"
