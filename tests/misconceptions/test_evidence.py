"""What a hint claims is true of the functions that it stands beside."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.assignment import ROOT
from autograder.authoring.fingerprints import Reference, fingerprints
from autograder.check.hints.diagnosis import FILE, Table, diagnose, outcome_of
from autograder.check.hints.probing import FOLDER, read_probes
from autograder.errors import GraderError
from autograder.hint_evidence import evidence, holds
from autograder.misconceptions import misconceptions
from tests.in_process import ASSIGNMENT, CODE_QUESTIONS, namespace

SOURCE = Path(reference.__file__).read_text("utf-8")
REFERENCE = Reference(SOURCE)
VARIANTS = [path for path in ASSIGNMENT.right_variants if path.parent.name in CODE_QUESTIONS]
CLAIMS = {id: claims for question in CODE_QUESTIONS for id, claims in evidence(question).items()}
PROBES = read_probes(ROOT / "student_template" / FOLDER)
EXPECTED = {
    name: {probe: outcome_of(name, call, vars(reference)) for probe, call in probes.items()}
    for name, probes in PROBES.items()
}
PAIRS = 500

pytestmark = pytest.mark.filterwarnings("ignore")  # mistakes provoke warnings


@cache
def table() -> Table:
    """That which students get; what is switched off is derived as if it were on."""
    derived = fingerprints(ASSIGNMENT, ROOT / "student_template" / "check" / FILE)
    return replace(derived, probes=PROBES)


def untrue(question, environment):
    """The hints that a program gets and that are not true of it, with how many it gets."""
    hints = diagnose(ASSIGNMENT.question(question).functions, environment, table())
    false = [
        (hint.function, hint.mistake)
        for hint in hints
        if not holds(CLAIMS[hint.mistake], hint.function, PROBES[hint.function], environment, EXPECTED[hint.function])
    ]
    return false, len(hints)


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_every_hint_names_its_evidence_and_stands_only_beside_functions_that_have_it(question):
    assert set(evidence(question)) == {mistake.id for mistake in misconceptions(question)}
    probes = {name: set(PROBES[name]) for name in ASSIGNMENT.question(question).functions}
    for id, claims in evidence(question).items():
        assert claims and set(claims) <= set.union(*probes.values()), id
    for name, own in probes.items():
        shown = {id for several in table().functions[name].mistakes.values() for ids in several for id in ids}
        assert [id for id in shown if not own & set(CLAIMS[id])] == []


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_every_known_mistake_is_told_what_is_true_of_it(question):
    found = {m.id: untrue(question, REFERENCE.environment(m)) for m in misconceptions(question)}
    assert {id: false for id, (false, _) in found.items() if false} == {}
    assert all(count for _, count in found.values())


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_no_claim_is_true_of_the_reference(question):
    """Else it would say nothing."""
    for name in ASSIGNMENT.question(question).functions:
        shown = {id for several in table().functions[name].mistakes.values() for ids in several for id in ids}
        empty = [id for id in shown if holds(CLAIMS[id], name, PROBES[name], vars(reference), EXPECTED[name])]
        assert empty == []


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_right_variant_is_told_nothing(variant):
    assert untrue(variant.parent.name, namespace(SOURCE, variant.read_text("utf-8"))) == ([], 0)


@pytest.mark.thorough
def test_five_hundred_pairs_are_told_nothing_that_is_not_true_of_them(capsys):
    """Of any two mistakes of one question, in one function or in two."""
    pairs = [
        (question, pair)
        for question in CODE_QUESTIONS
        for pair in combinations(misconceptions(question), 2)
        if pair[0].hint != pair[1].hint
    ]
    random.Random(18).shuffle(pairs)
    tried, told, false = 0, 0, []
    for question, pair in pairs:
        try:
            environment = REFERENCE.environment(*pair)
        except (GraderError, SyntaxError):
            continue
        found, count = untrue(question, environment)
        tried, told = tried + 1, told + count
        false += [(*(mistake.id for mistake in pair), *each) for each in found]
        if tried == PAIRS:
            break
    with capsys.disabled():
        print(f"\n{tried} pairs of mistakes get {told} hints, {len(false)} of them untrue")
    assert tried == PAIRS and told > PAIRS
    assert false == []
