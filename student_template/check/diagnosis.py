"""Says which known mistakes a student's functions make, by a table of digests that holds no code.

Every function is called by its probes. Each outcome is right, or that of some known mistake, or new:
a row of numbers. The table lists the rows that known mistakes leave, alone or two at a time. Only a row
that agrees in every place gives a hint, and the row of a right function is all zeros and not listed.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from .calls import unnoted
from .outcomes import Outcome, kind, outcome
from .probes import PROBES

FILE = "fingerprints.json"
"""Derived by `autograder release`."""

UNSTEADY = "another result at every call"

Row = tuple[int, ...]
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
    """

    outcomes: tuple[tuple[str, ...], ...]
    mistakes: dict[Row, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True)
class Table:
    """What is known of all functions.

    Attributes:
        made_from: for each question a digest of what its part of the table follows from.
        hints: for each mistake's id what a student should read.
    """

    made_from: dict[str, str]
    hints: dict[str, str]
    functions: dict[str, Known]

    def to_json(self) -> str:
        functions = {
            name: {
                "outcomes": [" ".join(records) for records in known.outcomes],
                "mistakes": {
                    " ".join(map(str, row)): " or ".join(map(" and ".join, explanations))
                    for row, explanations in known.mistakes.items()
                },
            }
            for name, known in self.functions.items()
        }
        content = {"made_from": self.made_from, "hints": self.hints, "functions": functions}
        return json.dumps(content, indent=0, ensure_ascii=False) + "\n"


def read_table(path: Path) -> Table:
    """Read what `Table.to_json` wrote.

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
        )
        for name, known in content["functions"].items()
    }
    return Table(content["made_from"], content["hints"], functions)


def diagnose(functions: Iterable[str], environment: Mapping[str, Any], table: Table) -> tuple[Hint, ...]:
    """The known mistakes in the functions of these names, a question's; none in a right function.

    A mistake that shows in an earlier function already is the first to be suspected in a later one.

    Args:
        environment: a student's functions by name, or stand-ins for them.
    """
    hints: list[Hint] = []
    for name in functions:
        known = table.functions.get(name)
        seen = observe(name, environment) if known else None
        if known and seen:
            explanations = known.mistakes.get(row_of(seen, known.outcomes), ((),))
            suspected = {hint.mistake for hint in hints}
            likeliest = max(explanations, key=lambda ids: len(suspected.intersection(ids)))
            hints += [Hint(name, mistake, table.hints[mistake]) for mistake in likeliest]
    return tuple(hints)


def hint_for(needs: Sequence[str], hints: Iterable[Hint]) -> str:
    """What to say beside a failed case that takes the functions `needs`: each text once."""
    return "\n".join(dict.fromkeys(hint.text for hint in hints if hint.function in needs))


def observe(name: str, environment: Mapping[str, Any], *, twice: bool = True) -> tuple[Outcome, ...]:
    """The outcomes of a function's probes; none if it, or what they need, is not written yet.

    Args:
        twice: whether to run every probe a second time, to see that its outcome is steady.
    """
    seen = []
    with torch.random.fork_rng(devices=[]), unnoted(), _one_thread():
        for probe in PROBES[name].values():
            others = list(inspect.signature(probe).parameters)[1:]
            needs = [environment.get(need) for need in (name, *others)]
            if any(need is None for need in needs):
                return ()
            try:
                once = _run(probe, needs)
                steady = not twice or _run(probe, needs).agrees(once.record)
            except NotImplementedError:
                return ()
            seen.append(once if steady else outcome(UNSTEADY))
    return tuple(seen)


def row_of(seen: Iterable[Outcome], outcomes: Iterable[Sequence[str]]) -> Row:
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


def _run(probe: Callable[..., Any], needs: Sequence[Any]) -> Outcome:
    try:
        return outcome(probe(*needs))
    except NotImplementedError:
        raise
    except Exception as error:
        return outcome(f"raised {kind(error)}")
