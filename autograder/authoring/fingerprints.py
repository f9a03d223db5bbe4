"""Derives the table by which `check` and the grader tell known mistakes: check/fingerprints.json."""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
import types
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from .. import hint_evidence as evidence
from .. import misconceptions
from ..assignment import Assignment
from ..check.hints import diagnosis, probing, signatures
from ..check.hints.diagnosis import (
    UNSTEADY,
    Known,
    OutcomeRow,
    Table,
    is_one_error,
    observe,
    outcome_of,
    read_table,
    row_of,
)
from ..check.hints.probing import FOLDER, Probes, read_probes
from ..check.hints.signatures import Signature
from ..errors import AssignmentError, GraderError
from ..hint_evidence import Evidence, holds
from ..misconceptions import Misconception, apply

_MAKERS = (str(module.__file__) for module in (diagnosis, signatures, probing, misconceptions, evidence))
_SOURCES = [Path(file).read_text("utf-8") for file in (*_MAKERS, __file__)]
"""As they were when they were imported: whoever edits them meanwhile does not change what runs."""


class Reference:
    """The reference, compiled statement by statement, so that mistakes are put in quickly.

    Args:
        source: the reference's text.
    """

    def __init__(self, source: str) -> None:
        lines = source.splitlines(keepends=True)
        statements = ast.parse(source).body
        self._names = [getattr(statement, "name", "") for statement in statements]
        self._texts = ["".join(lines[node.lineno - 1 : node.end_lineno]) for node in statements]
        self._compiled = [_compile(text) for text in self._texts]

    def environment(self, *mistakes: Misconception) -> dict[str, Any]:
        """What the reference defines with these mistakes in it.

        Raises:
            GraderError, SyntaxError: if the mistakes cannot stand together in this order.
        """
        compiled = list(self._compiled)
        for where in {mistake.where: None for mistake in mistakes}:
            own = [mistake for mistake in mistakes if mistake.where == where]
            if where not in self._names:
                raise GraderError(f"{own[0].id}: the reference has no {where}")
            at = self._names.index(where)
            compiled[at] = _compile(apply(self._texts[at], own))
        module = types.ModuleType("embeddings")
        for statement in compiled:
            exec(statement, module.__dict__)
        return module.__dict__


@dataclass
class Findings:
    """What the mistakes of one question do to its functions.

    Attributes:
        outcomes: for each function and probe the records of all outcomes, the right one first.
        singles: for each function the rows of the mistakes that show in it, by id.
        pairs: for each function the rows of two mistakes that both show in it, can stand together and
            lie in it or in a helper: one in another function shows there, too, and is mended first.
        untrue: for each function and two mistakes those of the two whose hints would not be true there.
    """

    outcomes: dict[str, list[list[str]]] = field(default_factory=dict)
    singles: dict[str, dict[str, OutcomeRow]] = field(default_factory=lambda: defaultdict(dict))
    pairs: dict[str, dict[tuple[str, str], OutcomeRow]] = field(default_factory=lambda: defaultdict(dict))
    untrue: dict[str, dict[tuple[str, str], tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))

    def note(self, function: str, seen: Sequence[Signature]) -> OutcomeRow:
        """The row of what was seen; outcomes that are new are known from now on."""
        known = self.outcomes.setdefault(function, [[] for _ in seen])
        row = list(row_of(seen, known))
        for probe, one in enumerate(seen):
            if row[probe] < 0:
                row[probe] = len(known[probe])
                known[probe].append(one.record)
        return tuple(row)

    def is_steady(self, function: str, mistake: str) -> bool:
        """Whether a mistake leaves the results of a function alike from call to call."""
        unsteady = UNSTEADY.record
        row = self.singles[function][mistake]
        return all(records[number] != unsteady for records, number in zip(self.outcomes[function], row, strict=True))


def explore(source: str, probes: Probes, mistakes: Sequence[Misconception], claims: Mapping[str, Evidence]) -> Findings:
    """Run the probes of a question's functions on the reference with each mistake and each pair in it.

    Args:
        source: the reference's text.
        probes: those of the question's functions.
        claims: for each mistake the evidence of its hint.
    """
    functions = list(probes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mistakes provoke some
        reference, found = Reference(source), Findings()
        right = reference.environment()
        rights = {name: found.note(name, observe(name, probes[name], right)) for name in functions}
        expected = {
            name: {probe: outcome_of(name, call, right) for probe, call in probes[name].items()} for name in functions
        }
        for mistake in mistakes:
            environment = reference.environment(mistake)
            for name in functions:
                row = found.note(name, observe(name, probes[name], environment))
                if row != rights[name]:
                    found.singles[name][mistake.id] = row
        for pair in combinations(mistakes, 2):
            first, second = (mistake.id for mistake in pair)
            homes = {mistake.where for mistake in pair}.intersection(functions)  # a helper's home is everywhere
            shared = [name for name in functions if {first, second} <= found.singles[name].keys() and homes <= {name}]
            environment = _together(reference, *pair) if shared else {}
            for name in shared if environment else ():
                steady = found.is_steady(name, first) and found.is_steady(name, second)
                row = found.note(name, observe(name, probes[name], environment, again=not steady))
                found.pairs[name][first, second] = row
                found.untrue[name][first, second] = tuple(
                    id
                    for id in (first, second)
                    if not holds(claims.get(id, {}), name, probes[name], environment, expected[name])
                )
    return found


def known_of(
    function: str,
    found: Findings,
    mistakes: Iterable[Misconception],
    probes: Iterable[str],
    claims: Mapping[str, Evidence],
) -> Known:
    """What is found of one function, as the table lists it.

    A row that one mistake leaves is explained by it, those of the function itself first; else by two.
    What has no evidence in this function is told in another. Where several pairs leave a row, only what
    they have in common explains it, and only where its hint is true of them all. An error alone speaks for
    no mistake in another function, which is told there, and for no two.

    Args:
        probes: the names of the function's.
        claims: for each mistake the evidence of its hint.
    """
    by_id = {mistake.id: mistake for mistake in mistakes}
    places = {name: place for place, name in enumerate(probes)}
    rests_on = {
        id: tuple(places[name] for name in claims.get(id, {}) if name in places) for id in found.singles[function]
    }
    shown_here = {id for id in rests_on if rests_on[id] or id not in claims}
    singles: dict[OutcomeRow, list[str]] = defaultdict(list)
    pairs: dict[OutcomeRow, list[tuple[str, str]]] = defaultdict(list)
    rows, signatures = found.singles[function], found.outcomes[function]
    for mistake, row in rows.items():
        is_told_elsewhere = by_id[mistake].where in found.outcomes.keys() - {function}
        if mistake in shown_here and not (is_told_elsewhere and is_one_error(row, signatures)):
            singles[row].append(mistake)
    for pair, row in found.pairs[function].items():
        one, other = (rows[mistake] for mistake in pair)
        if any(row) and row not in singles and not is_one_error(row, signatures, one, other):
            pairs[row].append(pair)
    listed: dict[OutcomeRow, tuple[tuple[str, ...], ...]] = {}
    for row, ids in singles.items():
        ids.sort(key=lambda mistake: by_id[mistake].where != function)  # stable: else the library's order
        listed[row] = tuple((mistake,) for mistake in _one_per_hint(ids, by_id))
    for row, several in pairs.items():
        untrue = found.untrue[function]
        shared = set.intersection(
            *(
                {by_id[mistake].hint for mistake in pair if mistake in shown_here.difference(untrue[pair])}
                for pair in several
            )
        )
        common = [mistake for mistake in several[0] if by_id[mistake].hint in shared]
        if common:
            listed[row] = (tuple(_one_per_hint(common, by_id)),)
    return Known(tuple(map(tuple, found.outcomes[function])), listed, rests_on)


def fingerprints(assignment: Assignment, old: Path) -> Table:
    """The table of the whole assignment; parts of the `old` one that still hold are taken over.

    Args:
        old: the file with the table of before, which may be missing or broken.

    Raises:
        AssignmentError: if a function of a question with known mistakes has no probes.
    """
    try:
        before = read_table(old)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        before = Table({}, {}, {})
    table = Table({}, {}, {})
    source = assignment.reference.read_text("utf-8")
    probes = read_probes(assignment.template / FOLDER)
    for question in assignment.code_questions:
        mistakes = misconceptions.misconceptions(question.id, assignment.root)
        file = assignment.template / FOLDER / f"{question.id}.py"
        if mistakes and (missing := [name for name in question.functions if name not in probes]):
            raise AssignmentError(
                f"{file}: `{missing[0]}` has no probes, so no known mistake in it would ever be recognised. "
                "Add it to PROBES there; assignment/README.md says how."
            )
        functions = {name: probes[name] for name in question.functions if name in probes}
        table.hints.update((mistake.id, mistake.hint) for mistake in mistakes)
        claims = evidence.evidence(question.id, assignment.root)
        files = (file, assignment.root / "solutions" / "evidence" / file.name)
        table.made_from[question.id] = made_from = _digest(source, files, list(functions), mistakes)
        if before.made_from.get(question.id) == made_from:
            table.functions.update((name, before.functions[name]) for name in functions if name in before.functions)
        elif mistakes:
            found = explore(source, functions, mistakes, claims)
            table.functions.update(
                (name, known_of(name, found, mistakes, functions[name], claims)) for name in functions
            )
    return table


def _digest(source: str, files: Iterable[Path], functions: Sequence[str], mistakes: Sequence[Misconception]) -> str:
    """A digest of what a question's part of the table follows from, but for the tools of the probes.

    Comments do not count, nor do the words of hints: only which mistakes share one.
    """
    hints = [mistake.hint for mistake in mistakes]
    parts = [*functions, *(str((m.id, m.where, m.edits, hints.index(m.hint))) for m in mistakes)]
    parts += [_without_comments(text) for text in (source, *_SOURCES)]
    parts += [_without_comments(file.read_text("utf-8")) for file in files if file.is_file()]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _without_comments(text: str) -> str:
    """The lines that say something, without comments.

    `ast.unparse` would leave out more, but it writes differently in each version of Python.
    """
    lines = text.split("\n")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = lines[line - 1][:column]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _together(reference: Reference, one: Misconception, other: Misconception) -> dict[str, Any]:
    """What the reference defines with both mistakes in it; nothing where they cannot stand together."""
    for mistakes in ((one, other), (other, one)):
        try:
            return reference.environment(*mistakes)
        except (GraderError, SyntaxError):
            continue
    return {}


def _one_per_hint(ids: Iterable[str], by_id: dict[str, Misconception]) -> Iterator[str]:
    """The first mistake with each hint."""
    seen = set()
    for mistake in ids:
        if by_id[mistake].hint not in seen:
            seen.add(by_id[mistake].hint)
            yield mistake


def _compile(text: str) -> types.CodeType:
    return compile(text, "embeddings.py", "exec")
