"""Says whether the cases can be trusted: wrong code loses its points, right code keeps them.

Graded are every known mistake, every right variant, the blank template and every mutant of the
reference, in this process and without the wall, for it is all code of our own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...assignment import Assignment, import_file
from ...check.data import look_in
from ...check.hints import failing_inputs
from ...check.hints.diagnosis import FILE as FINGERPRINTS
from ...check.hints.diagnosis import Hint, Table, diagnose, outcome_of, read_table
from ...check.testing.cases import Case, read_cases
from ...errors import GraderError
from ...grading.error_carried_forward import Retries
from ...grading.known_mistakes import KnownMistakes
from ...grading.memorized_answers import suspects
from ...hint_evidence import evidence, holds
from ...misconceptions import Misconception, apply, misconceptions
from ...sandbox.substitutes import put_in
from .case_trials import agrees, namespace, not_passed, quiet
from .domain_mutants import Covered, covered
from .equivalent_mutants import equivalents
from .findings import Audit, Finding
from .mutants import Mutant, mutants
from .named_factors import Named, named

__all__ = ["Audit", "audit"]

Watch = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Takes how many programs there are; gives what to call after each."""


@contextmanager
def unwatched(total: int) -> Iterator[Callable[[], None]]:
    yield lambda: None


def audit(assignment: Assignment, only: Sequence[str] = (), watch: Watch = unwatched) -> Audit:
    """Grade everything that is known to be wrong or right.

    Args:
        only: the ids of the questions that it is about; all if there are none.
        watch: shows how far it is.

    Raises:
        GraderError: if there is no such code question, the reference does not pass its own cases, or a mistake
            does not fit it.
    """
    ids = [question.id for question in assignment.code_questions]
    for name in only:
        if name not in ids:
            raise GraderError(f"`{name}` is not a code question; these are: {', '.join(ids)}")
    with quiet():
        return Auditor(assignment).audit(tuple(only), watch)


@dataclass(frozen=True)
class _Program:
    """One file to grade.

    Attributes:
        about: the mistake, the mutant or the variant's path; None for the template.
        homes: the questions that it belongs to.
        touched: the questions whose cases are to run.
        sources: its text; what stands in a later one overrules an earlier one.
    """

    about: Misconception | Mutant | Path | None
    homes: tuple[str, ...]
    touched: tuple[str, ...]
    sources: tuple[str, ...]


class Auditor:
    """Grades programs: the cases, the reference, and what each part of it can touch."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        look_in(assignment.root / "assignment" / "data")
        self.source = assignment.reference.read_text("utf-8")
        self.reference = import_file(assignment.reference)
        self.functions = {question.id: question.functions for question in assignment.code_questions}
        self.cases = {
            id: read_cases(assignment.public_tests(id)) + read_cases(assignment.hidden_tests(id))
            for id in self.functions
        }
        self.retries = Retries(assignment, [case for cases in self.cases.values() for case in cases])
        self.known_mistakes = KnownMistakes(assignment, self.cases, self.reference)
        self.users = users(self.source)
        path = assignment.template / "check" / FINGERPRINTS
        self.table = read_table(path) if path.is_file() else Table({}, {}, {})
        self.claims = {
            id: claims for question in self.functions for id, claims in evidence(question, assignment.root).items()
        }
        self.examples = failing_inputs.read_examples(path.parent / failing_inputs.FILE)

    def audit(self, only: Sequence[str], watch: Watch) -> Audit:
        self.demand_reference()
        ids = tuple(id for id in self.cases if id in only or not only)
        programs = (*self.mistakes(ids), *self.mutants(ids), *self.variants(ids), *self.template(ids))
        with watch(len(programs)) as advance:
            findings = []
            for program in programs:
                findings.append(self.grade(program))
                advance()
        domains = {id: self.covered(id) for id in ids}
        return Audit(
            domains=domains,
            named={id: self.named(id, domains[id]) for id in ids},
            cases={id: self.cases[id] for id in ids},
            findings=tuple(findings),
            recorded=tuple(e for e in equivalents(self.assignment) if {*self.homes(e.where)[:1]} <= {*ids}),
            demands_evidence=bool(self.claims),
        )

    def demand_reference(self) -> None:
        finding = self.grade(_Program(None, (), tuple(self.cases), (self.source,)))
        for cases in finding.lost.values():
            for case in cases:
                raise GraderError(f"The reference does not pass a case of `{case.question}`: {case.title}")

    def covered(self, id: str) -> tuple[Covered, ...]:
        """How well a question's cases cover the domains that stand beside its hidden ones; none if none do."""
        hidden = [case for case in self.cases[id] if case.hidden]
        domains = hidden[0].body.test_func.__globals__.get("DOMAINS", ()) if hidden else ()
        return covered(domains, self.cases[id], self.source, self.reference)

    def named(self, id: str, covered: Sequence[Covered]) -> Named:
        """For how many mutants of the domain what failing inputs have in common is what is wrong."""
        own = {name: self.examples[name] for name in self.functions[id] if name in self.examples}
        return named(covered, own, self.source)

    def mistakes(self, ids: Sequence[str]) -> Iterator[_Program]:
        for id in ids:
            for mistake in misconceptions(id, self.assignment.root):
                source = apply(self.source, [mistake])
                yield _Program(mistake, (id,), self.touched(mistake.where), (source,))

    def mutants(self, ids: Sequence[str]) -> Iterator[_Program]:
        for mutant in mutants(self.source):
            homes = self.homes(mutant.where)
            if homes and homes[0] in ids:  # what several questions share is the first one's
                yield _Program(mutant, homes, self.touched(mutant.where), (mutant.source,))

    def variants(self, ids: Sequence[str]) -> Iterator[_Program]:
        for id in ids:
            for path in (path for path in self.assignment.right_variants if path.parent.name == id):
                name = path.relative_to(self.assignment.root)
                yield _Program(name, (id,), (id,), (self.source, path.read_text("utf-8")))

    def template(self, ids: Sequence[str]) -> Iterator[_Program]:
        path = self.assignment.template / self.assignment.code_file
        yield _Program(None, tuple(ids), tuple(ids), (path.read_text("utf-8"),))

    def grade(self, program: _Program) -> Finding:
        try:
            environment = {**namespace(*program.sources), "reference": self.reference}
        except Exception:  # it cannot even be run
            lost = {id: self.cases[id] for id in program.touched}
            return Finding(program.about, program.homes, lost)
        lost = {id: tuple(not_passed(self.cases[id], environment)) for id in program.touched}
        passed_again = set(self.passed_again(program, [case for cases in lost.values() for case in cases]))
        lost = {id: tuple(case for case in cases if case not in passed_again) for id, cases in lost.items()}
        if isinstance(program.about, Mutant):
            return Finding(program.about, program.homes, lost)
        hints = self.hints(program.homes, environment)
        despite = tuple(self.despite(hints, [case for id in program.homes for case in lost.get(id, ())], environment))
        return Finding(
            program.about,
            program.homes,
            lost,
            hints=tuple(hint.mistake for hint in hints),
            despite=despite,
            untrue=tuple(h.mistake for h in hints if h.mistake in self.claims and not self.is_true(h, environment)),
            unproven=tuple(hint.mistake for hint in hints if hint.mistake not in self.claims),
            memorized=tuple(
                case
                for id in program.homes
                for case in self.memorized(id, {*lost.get(id, ())} - {*despite}, environment)
            ),
        )

    def memorized(self, id: str, lost: Collection[Case], environment: Mapping[str, Any]) -> Iterator[Case]:
        """Public cases that pass and do not count: nothing that hidden ones compare of their function is right."""
        passed = [case for case in self.cases[id] if case not in lost]
        for hidden, public in suspects(self.cases[id], passed).items():
            if not any(agrees(case, environment) for case in hidden):
                yield from public

    def despite(self, hints: Sequence[Hint], lost: Sequence[Case], environment: Mapping[str, Any]) -> Iterator[Case]:
        """Of the cases that a program lost, those that count since one mistake costs once."""
        for case in lost:
            mistakes = tuple(dict.fromkeys(hint.mistake for hint in hints if hint.function in case.needs))
            if self.known_mistakes.holds(case, mistakes, environment):
                yield case

    def passed_again(self, program: _Program, lost: Sequence[Case]) -> Iterator[Case]:
        """Of the cases that a program lost, those that pass on right earlier functions."""
        for substitutes, cases in self.retries.after(lost).items():
            names = namespace(*program.sources)
            put_in(names, substitutes.names, substitutes.source)
            still_lost = not_passed(cases, {**names, "reference": self.reference})
            yield from (case for case in cases if case not in still_lost)

    def hints(self, ids: Sequence[str], environment: Mapping[str, Any]) -> tuple[Hint, ...]:
        """The mistakes that the diagnosis takes a program's functions for."""
        functions = [name for id in ids for name in self.functions[id]]
        return diagnose(functions, environment, self.table)

    def is_true(self, hint: Hint, environment: Mapping[str, Any]) -> bool:
        """Whether what a hint claims holds beside its function; without evidence there it does not."""
        claims, probes = self.claims[hint.mistake], self.table.probes[hint.function]
        own = {name: call for name, call in probes.items() if name in claims}
        expected = {name: outcome_of(hint.function, call, vars(self.reference)) for name, call in own.items()}
        return bool(own) and holds(claims, hint.function, own, environment, expected)

    def homes(self, where: str) -> tuple[str, ...]:
        """The question of a function, or all questions that use a helper; none if nothing does."""
        own = tuple(id for id, functions in self.functions.items() if where in functions)
        used = self.users.get(where, set())
        return own or tuple(id for id, functions in self.functions.items() if used & {*functions})

    def touched(self, where: str) -> tuple[str, ...]:
        """The questions whose cases can tell that a part of the reference is changed.

        Those are the ones that ask for what uses it, or build on a question that does.
        """
        found = []
        for question in self.assignment.code_questions:
            earlier = (self.functions.get(id, ()) for id in question.builds_on)
            if self.users[where] & {*question.functions}.union(*earlier):
                found.append(question.id)
        return tuple(found)


def users(source: str) -> dict[str, set[str]]:
    """For each top-level definition the names of those that use it, also by way of others, and its own."""
    parts = {
        part.name: {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
        for part in ast.parse(source).body
        if isinstance(part, ast.FunctionDef | ast.ClassDef)
    }
    found = {}
    for name in parts:
        reached = {name}
        while more := {user for user, names in parts.items() if names & reached} - reached:
            reached |= more
        found[name] = reached
    return found
