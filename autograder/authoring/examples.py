"""Derives the examples by which `check` and the grader say what failing inputs have in common: check/examples.json.

What may vary stands beside the hidden cases, as their domains. `solutions/examples/<question>.py` says how a call
with some levels is typed. The examples of a domain try every three of its levels, so that two that matter are told
from any others; their inputs are of their own, and no hidden case's.
"""

from __future__ import annotations

import hashlib
import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import covering_array
from ..assignment import Assignment, Question, import_file
from ..check.hints import failing_inputs
from ..check.hints.failing_inputs import BY_CHANCE, FILE, outcome
from ..check.import_name import importable_as_check
from ..check.testing import domain as domains
from ..check.testing import inputs
from ..check.testing.domain import Domain, Row
from ..covering_array import cover
from ..errors import AssignmentError
from . import typed_inputs
from .audit.case_trials import namespace
from .audit.domain_mutants import Tap

Write = Callable[[Row], str]
"""Types a call of some levels: statements in one line, the last of which is that call or gives what comes of it."""

STRENGTH = 3
"""Levels that meet in some example; in a domain whose levels make no difference to each other, one less."""


def examples(assignment: Assignment) -> str:
    """The content of the file. Questions that have not changed since it was written are taken over."""
    path = assignment.template / "check" / FILE
    try:
        before = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        before = {"made_from": {}, "functions": {}}
    made_from: dict[str, str] = {}
    functions: dict[str, Any] = {}
    for question in assignment.code_questions:
        made_from[question.id] = digest = _digest(assignment, question)
        if before["made_from"].get(question.id) == digest:
            functions |= {name: before["functions"][name] for name in question.functions if name in before["functions"]}
        else:
            functions |= _of_question(assignment, question)
    return _written(made_from, functions)


def written_in(assignment: Assignment, question: Question) -> Iterator[tuple[Domain, Write]]:
    """The domains of a question that have examples, each with what types these."""
    path = assignment.root / "solutions" / "examples" / f"{question.id}.py"
    if path.is_file():
        importable_as_check()
        hidden = import_file(assignment.hidden_tests(question.id))
        for name, write in import_file(path).EXAMPLES.items():
            yield getattr(hidden, name), write


def _of_question(assignment: Assignment, question: Question) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    source = assignment.reference.read_text("utf-8")
    for domain, write in written_in(assignment, question):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is typed without detaching
            told = list(_of_domain(domain, write, namespace(source)))
        made = [
            [[list(domain.factors[factor]).index(level) for factor, level in row.items()], code, right]
            for code, row, right in told
        ]
        factors = {factor: list(levels) for factor, levels in domain.factors.items()}
        found.setdefault(domain.function, []).append({"factors": factors, "examples": made})
    return found


def _of_domain(domain: Domain, write: Write, environment: dict[str, Any]) -> Iterator[tuple[str, Row, Any]]:
    """Each example with the levels that its call has indeed, and what is right.

    Raises:
        AssignmentError: if what was typed is no call of the domain.
    """
    tap = Tap(environment, [domain])
    for code in dict.fromkeys(write(row) for row in cover(domain, STRENGTH)):
        tap.begin()
        right, other = (outcome(code, environment, seed) for seed in (0, 1))
        tap.begin()
        outcome(code, environment)
        row = tap.calls[-1].rows.get(domain) if tap.calls else None
        if row is None:
            raise AssignmentError(f"An example is no call of a domain of `{domain.function}`: {code}")
        yield code, row, _alike(right, other)


def _alike(one: Any, other: Any) -> Any:
    """What two runs have in common: rounded numbers, and `BY_CHANCE` for one that differs."""
    if isinstance(one, list):
        return [_alike(*both) for both in zip(one, other, strict=True)]
    if isinstance(one, float):
        return float(f"{one:.6g}") if one == other else BY_CHANCE
    return one


def _digest(assignment: Assignment, question: Question) -> str:
    """Of all that a question's examples follow from."""
    files = [assignment.root / "solutions" / "examples" / f"{question.id}.py", assignment.hidden_tests(question.id)]
    makers = (sys.modules[__name__], typed_inputs, covering_array, failing_inputs, domains, inputs)
    files += [assignment.reference, *(Path(str(maker.__file__)) for maker in makers)]
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.read_bytes() if file.is_file() else b"")
    return whole.hexdigest()[:16]


def _written(made_from: Mapping[str, str], functions: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """JSON with a line for each example."""
    parts = []
    for name, of_function in functions.items():
        told = [
            f'{{"factors": {_json(domain["factors"])}, "examples": [\n'
            + ",\n".join(map(_json, domain["examples"]))
            + "\n]}"
            for domain in of_function
        ]
        parts.append(f"{_json(name)}: [{', '.join(told)}]")
    return f'{{"made_from": {_json(made_from)}, "functions": {{\n' + ",\n".join(parts) + "\n}}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
