"""Says which known mistakes a student's functions make, by a table of digests that holds no code.

Every function is called by its probes. Each outcome is right, or that of some known mistake, or new:
a row of numbers. The table lists the rows that known mistakes leave, alone or two at a time. Only a row
that is explained in every place gives a hint, and that of a right function, all zeros, never does.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import torch

from ..testing.call_text import unnoted
from ..testing.cases import Case
from . import failing_inputs
from .probing import ERRORS, FOLDER, Probe, Probes, read_probes
from .signatures import Signature, kind, raised, signature

FILE = "fingerprints.json"
"""Derived by `autograder release`."""

UNSTEADY = signature("a different result at every call")

MORE = 8
"""Further runs of every probe of a function of which one probe gave two outcomes."""

OutcomeRow = tuple[int, ...]
"""The number of the outcome at each probe of a function: 0 is the right one, -1 a new one."""


@dataclass(frozen=True)
class Hint:
    """A known mistake that was found.

    Attributes:
        function: the name of the function that behaves so.
        mistake: the id of the mistake.
        text: what its student should read.
    """

    function: str
    mistake: str
    text: str


@dataclass(frozen=True)
class Known:
    """What is known of one function.

    Attributes:
        outcomes: for each probe the records of its known outcomes, the right one first.
        mistakes: for each row that mistakes leave, what explains it: one or two mistakes' ids. Where
            several explanations fit, the likeliest comes first.
        evidence: for each mistake the places of the probes that its hint rests on.
    """

    outcomes: tuple[tuple[str, ...], ...]
    mistakes: dict[OutcomeRow, tuple[tuple[str, ...], ...]]
    evidence: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """What is known of all functions.

    Attributes:
        made_from: for each question a digest of what its part of the table follows from.
        hints: for each mistake's id what a student should read.
        probes: those of all functions, which lie in files of their own.
    """

    made_from: dict[str, str]
    hints: dict[str, str]
    functions: dict[str, Known]
    probes: Probes = field(default_factory=dict)

    def to_json(self) -> str:
        functions = {
            name: {
                "outcomes": [" ".join(records) for records in known.outcomes],
                "mistakes": {
                    " ".join(map(str, row)): " or ".join(map(" and ".join, explanations))
                    for row, explanations in known.mistakes.items()
                },
                "evidence": {mistake: " ".join(map(str, places)) for mistake, places in known.evidence.items()},
            }
            for name, known in self.functions.items()
        }
        content = {"made_from": self.made_from, "hints": self.hints, "functions": functions}
        return json.dumps(content, indent=0, ensure_ascii=False) + "\n"


def read_table(path: Path) -> Table:
    """Read what `Table.to_json` wrote, and the probes of the handed-out folder that it lies in.

    Raises:
        OSError, ValueError, KeyError, TypeError, AttributeError: if the file is missing or not as it
            was written.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    functions = {
        name: Known(
            outcomes=tuple(tuple(records.split()) for records in known["outcomes"]),
            mistakes={
                tuple(map(int, row.split())): tuple(tuple(e.split(" and ")) for e in text.split(" or "))
                for row, text in known["mistakes"].items()
            },
            evidence={mistake: tuple(map(int, places.split())) for mistake, places in known["evidence"].items()},
        )
        for name, known in content["functions"].items()
    }
    return Table(content["made_from"], content["hints"], functions, read_probes(path.parents[1] / FOLDER))


def diagnose(functions: Iterable[str], environment: Mapping[str, Any], table: Table) -> tuple[Hint, ...]:
    """The known mistakes in the functions of these names, a question's; none in a right function.

    Args:
        environment: a student's functions by name, or proxies for them.
    """
    return explain({name: row_in(name, environment, table) for name in functions}, table)


def row_in(name: str, environment: Mapping[str, Any], table: Table) -> OutcomeRow:
    """The row of a function; an empty one if nothing is known of it, or it is not written yet."""
    known = table.functions.get(name)
    seen = observe(name, table.probes[name], environment) if known else ()
    return row_of(seen, known.outcomes) if known and seen else ()


def explain(rows: Mapping[str, OutcomeRow], table: Table) -> tuple[Hint, ...]:
    """The known mistakes that leave these rows, by function.

    Where several mistakes explain a function, one that must be in another function is suspected first.
    """
    explained: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name, row in rows.items():
        if row:
            known = table.functions[name]
            explained[name] = known.mistakes.get(row) or (two_at_once(row, known, table.hints),)
    certain = {mistake for several in explained.values() if len(several) == 1 for mistake in several[0]}
    return tuple(
        Hint(name, mistake, table.hints[mistake])
        for name, several in explained.items()
        for mistake in max(several, key=lambda mistakes: len(certain.intersection(mistakes)))
    )


def hint_for(needs: Sequence[str], hints: Iterable[Hint]) -> str:
    """What to say beside a failed case that takes the functions `needs`: each text once."""
    return "\n".join(dict.fromkeys(hint.text for hint in hints if hint.function in needs))


def two_at_once(row: OutcomeRow, known: Known, hints: Mapping[str, str]) -> tuple[str, ...]:
    """The mistakes whose rows together make up a row that is not listed, as two in one line may do.

    Every outcome must be that of one of the two, and each of the two must show: in what it is told by,
    as it does alone. Where several twos fit, only what they have in common counts.
    """
    alone = [
        (ids[0], its)
        for its, several in known.mistakes.items()
        for ids in several
        if len(ids) == 1 and all(row[place] == its[place] for place in known.evidence.get(ids[0], ()))
    ]
    twos = [
        (one, other)
        for (one, its), (other, others) in combinations(alone, 2)
        if _make_up(row, its, others) and not is_one_error(row, known.outcomes, its, others)
    ]
    common = set.intersection(*({hints[one], hints[other]} for one, other in twos)) if twos else set()
    return tuple(mistake for mistake in twos[0] if hints[mistake] in common) if twos else ()


def is_one_error(row: OutcomeRow, outcomes: Sequence[Sequence[str]], *causes: OutcomeRow) -> bool:
    """Whether all that is wrong is one kind of error: then anything may be its cause.

    Args:
        causes: the rows of two mistakes that make up the row. If they show at different probes, each
            has its own error to explain, and it is not one.
    """
    wrong = [(probe, number) for probe, number in enumerate(row) if number]
    if any(number < 0 for _, number in wrong):
        return False
    kinds = {ERRORS.get(outcomes[probe][number]) for probe, number in wrong}
    return len(kinds) == 1 and None not in kinds and (not causes or any(map(all, zip(*causes, strict=True))))


def _make_up(row: OutcomeRow, one: OutcomeRow, other: OutcomeRow) -> bool:
    return (
        all(x in ({a, b} - {0} or {0}) for x, a, b in zip(row, one, other, strict=True))
        and any(x == a != 0 for x, a in zip(row, one, strict=True))
        and any(x == b != 0 for x, b in zip(row, other, strict=True))
    )


class Adviser:
    """Gives the hints beside the failed cases of one question, which it diagnoses when the first fails.

    Where no known mistake explains a case, that is what the failing inputs of its functions have in common.

    Args:
        cases: the question's.
        environment: the student's functions by name.
        path: the file with the table; without it there are no hints.
    """

    def __init__(self, cases: Iterable[Case], environment: Mapping[str, Any], path: Path) -> None:
        self.needs = {need for case in cases for need in case.needs}
        self.environment = environment
        self.path = path
        self._told: dict[str, str] = {}

    def beside(self, case: Case) -> str:
        """What to say beside a failed case; nothing where the student's code ends the attempt."""
        try:
            return hint_for(case.needs, self._hints) or "\n".join(filter(None, map(self._in_common, case.needs)))
        except BaseException:  # it may exit, or not be tried again
            return ""

    def _in_common(self, function: str) -> str:
        if function not in self._told:
            self._told[function] = failing_inputs.in_common(function, self.environment, self._examples)
        return self._told[function]

    @cached_property
    def _examples(self) -> failing_inputs.Examples:
        return failing_inputs.read_examples(self.path.parent / failing_inputs.FILE)

    @cached_property
    def _hints(self) -> tuple[Hint, ...]:
        table = read_table(self.path)
        return diagnose([name for name in table.functions if name in self.needs], self.environment, table)


def observe(
    name: str, probes: Mapping[str, Probe], environment: Mapping[str, Any], *, again: bool = True
) -> tuple[Signature, ...]:
    """The outcomes of a function's probes; none if it, or what they need, is not written yet.

    Args:
        again: whether to run the probes a second time, to see that their outcomes are steady. Where
            one is not, all run a few times more, since random numbers may agree by chance.
    """
    seen = [observe_one(name, probe, environment, runs=1 + again) for probe in probes.values()]
    if again and any(one is UNSTEADY for one in seen):
        seen = [observe_one(name, probe, environment, runs=2 + MORE) for probe in probes.values()]
    return tuple(one for one in seen if one) if all(seen) else ()


def observe_one(name: str, probe: Probe, environment: Mapping[str, Any], *, runs: int = 2) -> Signature | None:
    """The outcome of one probe of a function; None if what it needs is not written yet.

    It is `UNSTEADY` if two of the runs do not give the same.
    """
    needs = [environment.get(need) for need in (name, *list(inspect.signature(probe).parameters)[1:])]
    if any(need is None for need in needs):
        return None
    with torch.random.fork_rng(devices=[]), unnoted(), _one_thread():
        torch.default_generator.manual_seed(0)
        try:
            first = _run(probe, needs)
            steady = all(_run(probe, needs).agrees(first.record) for _ in range(runs - 1))
        except NotImplementedError:
            return None
    return first if steady else UNSTEADY


def row_of(seen: Iterable[Signature], outcomes: Iterable[Sequence[str]]) -> OutcomeRow:
    """The row of these outcomes among the known ones of each probe."""
    return tuple(
        next((number for number, record in enumerate(known) if one.agrees(record)), -1)
        for one, known in zip(seen, outcomes, strict=True)
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let torch use one thread: with tensors as small as these, more only wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def outcome_of(name: str, probe: Probe, environment: Mapping[str, Any]) -> Any:
    """What one probe of a function gives, or the exception that it ends with, as it is."""
    needs = [environment[need] for need in (name, *list(inspect.signature(probe).parameters)[1:])]
    with torch.random.fork_rng(devices=[]), unnoted(), _one_thread():
        torch.default_generator.manual_seed(0)
        try:
            return probe(*needs)
        except Exception as error:
            return error


def _run(probe: Callable[..., Any], needs: Sequence[Any]) -> Signature:
    try:
        return signature(probe(*needs))
    except NotImplementedError:
        raise
    except Exception as error:
        return raised(kind(error))
