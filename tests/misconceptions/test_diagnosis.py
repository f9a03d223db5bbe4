"""Every known mistake is told by its own hint, alone and beside another; no right solution gets one."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import solutions.embeddings as reference
from autograder.assignment import ROOT, load_assignment
from autograder.authoring.fingerprints import Reference, explore, known_of
from autograder.check.hints.diagnosis import FILE, diagnose, hint_for, observe, read_table, row_of
from autograder.check.hints.signatures import Signature
from autograder.check.testing.tolerances import CELL, UNIT
from autograder.errors import GraderError
from autograder.hint_evidence import evidence
from autograder.misconceptions import misconceptions
from tests.in_process import namespace
from tests.representatives import representatives

ASSIGNMENT = load_assignment()
CODE_QUESTIONS = tuple(question.id for question in ASSIGNMENT.code_questions)
FUNCTIONS = tuple(name for question in ASSIGNMENT.code_questions for name in question.functions)
SOURCE = Path(reference.__file__).read_text("utf-8")
REFERENCE = Reference(SOURCE)
TABLE = read_table(ROOT / "student_template" / "check" / FILE)
VARIANTS = [path for path in ASSIGNMENT.right_variants if path.parent.name in CODE_QUESTIONS]

pytestmark = pytest.mark.filterwarnings("ignore")  # mistakes provoke warnings


def texts(question, environment):
    """The hints that the functions of a question get."""
    return {hint.text for hint in diagnose(ASSIGNMENT.question(question).functions, environment, TABLE)}


def share(good, all_of_them):
    return f"{good} of {all_of_them} ({100 * good / max(1, all_of_them):.1f} %)"


# What is told -----------------------------------------------------------------------------------


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_only_mistakes_that_compute_the_same_share_a_hint(question):
    library = misconceptions(question)
    by_id = {mistake.id: mistake for mistake in library}
    for one, other in combinations(library, 2):
        declared = (one.same_as or one.id) == (other.same_as or other.id)
        assert (one.hint == other.hint) == declared, f"{one.id} and {other.id}"
    assert all(by_id[m.same_as].where == m.where for m in library if m.same_as)


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_every_mistake_is_told_by_its_own_hint_alone(question):
    told = {m.id: texts(question, REFERENCE.environment(m)) for m in misconceptions(question)}
    assert told == {mistake.id: {mistake.hint} for mistake in misconceptions(question)}


@pytest.mark.parametrize("question", representatives(CODE_QUESTIONS))
def test_the_table_is_what_the_library_gives_and_tells_nine_pairs_of_ten(question, capsys):
    library = misconceptions(question)
    functions = ASSIGNMENT.question(question).functions
    claims = evidence(question)
    found = explore(SOURCE, {name: TABLE.probes[name] for name in functions}, library, claims)
    assert {name: known_of(name, found, library, TABLE.probes[name], claims) for name in functions} == {
        name: TABLE.functions[name] for name in functions
    }
    by_id = {mistake.id: mistake for mistake in library}
    within = []
    for name in functions:
        for pair, row in found.pairs[name].items():
            explained = TABLE.functions[name].mistakes.get(row, ((),))[0]
            told = {by_id[mistake].hint for mistake in explained}
            within.append(bool(told) and told <= {by_id[mistake].hint for mistake in pair})
    across = []
    for one, other in list(combinations(library, 2))[::15]:
        if one.where != other.where:
            try:
                told = texts(question, REFERENCE.environment(one, other))
            except GraderError:
                continue
            across.append(bool(told) and told <= {one.hint, other.hint})
    with capsys.disabled():
        print(
            f"\n{question}: {len(library)} mistakes; pairs told as the pair or one of the two: "
            f"in one function {share(sum(within), len(within))}, "
            f"in two functions {share(sum(across), len(across))}, every 15th tried"
        )
    assert sum(within) >= 0.9 * len(within)
    assert sum(across) >= 0.9 * len(across)


@pytest.mark.parametrize(
    ("question", "right", "wrong", "ids"),
    [
        ("lookup", "return table[ids]", "return table.detach()[ids - 1]", {"L1", "L11"}),
        ("lookup", "return table[ids]", "return table[ids].half() * table.shape[1] ** 0.5", {"L22", "L23"}),
        (
            "one_hot",
            "one_hot(ids, table.shape[0]).to(table.dtype) @ table",
            "one_hot(ids, table.shape[0]) @ table.detach()",
            {"O43", "O44"},
        ),
        (
            "sinusoidal",
            "return (x + encoding).to(x.dtype)",
            "return x * self.dim**0.5 + encoding",
            {"P1", "P11"},
        ),
    ],
)  # fmt: skip
def test_two_mistakes_in_one_line_are_told(question, right, wrong, ids):
    assert SOURCE.count(right) == 1
    hints = {mistake.hint for mistake in misconceptions(question) if mistake.id in ids}
    told = texts(question, namespace(SOURCE.replace(right, wrong)))
    assert told == hints


def test_two_mistakes_with_an_error_each_are_told():
    both = {m.id: m for m in misconceptions("word_vectors") if m.id in ("A47", "A56")}
    told = texts("word_vectors", REFERENCE.environment(*both.values()))
    assert told == {mistake.hint for mistake in both.values()}


# What is not told -------------------------------------------------------------------------------


def test_the_reference_gets_no_hint():
    environment = namespace(SOURCE)
    assert {question: texts(question, environment) for question in CODE_QUESTIONS} == {
        question: set() for question in CODE_QUESTIONS
    }


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_right_variant_gets_no_hint(variant):
    assert texts(variant.parent.name, namespace(SOURCE, variant.read_text("utf-8"))) == set()


def test_what_is_not_written_yet_gets_no_hint():
    stubs = namespace((ROOT / "student_template" / "embeddings.py").read_text("utf-8"))
    assert all(texts(question, environment) == set() for question in CODE_QUESTIONS for environment in (stubs, {}))


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        (
            "one_hot",
            "one_hot(ids, table.shape[0]).to(table.dtype) @ table",
            "torch.bmm(one_hot(ids, 9), table)",
        ),
        ("learned_positions", "rows, dim = learned.table.shape", "rows, dim = learned.weight.shape"),
        (
            "input_embeddings",
            'str = "learned") -> None:\n        super().__init__()',
            'str = "learned") -> None:',
        ),
    ],
)
def test_one_error_wherever_it_runs_gets_no_hint_that_guesses(question, right, wrong):
    assert SOURCE.count(right) == 1
    assert texts(question, namespace(SOURCE.replace(right, wrong))) == set()


def test_a_hint_stands_beside_the_cases_of_its_function_once():
    (twice,) = (m for m in misconceptions("sinusoidal") if m.id == "S8")
    hints = diagnose(ASSIGNMENT.question("sinusoidal").functions, REFERENCE.environment(twice), TABLE)
    assert {hint.function for hint in hints} == {"sinusoidal_encoding", "SinusoidalPositions"}
    assert hint_for(("sinusoidal_encoding", "SinusoidalPositions"), hints) == twice.hint
    assert hint_for(("shift_matrix",), hints) == ""


# Rounding ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", CODE_QUESTIONS)
def test_no_rounding_error_changes_what_is_told(question):
    """Every number of every outcome, off by 1e-5 of itself, leaves the row as it is."""
    random = np.random.default_rng(0)
    for mistake in (None, *misconceptions(question)):
        environment = REFERENCE.environment(*[mistake] if mistake else [])
        for name in ASSIGNMENT.question(question).functions:
            known, seen = TABLE.functions[name].outcomes, observe(name, TABLE.probes[name], environment)
            for _ in range(3):
                assert row_of([perturbed(one, random) for one in seen], known) == row_of(seen, known)


def perturbed(one, random):
    numbers = UNIT * np.sinh(one.numbers * CELL)
    numbers *= 1 + 1e-5 * random.uniform(-1, 1, len(numbers))
    return Signature(one.words, np.arcsinh(numbers / UNIT) / CELL)


# The table --------------------------------------------------------------------------------------


def test_every_function_has_probes():
    assert set(TABLE.functions) == set(FUNCTIONS) <= set(TABLE.probes)


def test_the_table_says_nothing_but_digests_and_hints():
    hints = {mistake.id: mistake.hint for question in CODE_QUESTIONS for mistake in misconceptions(question)}
    assert TABLE.hints == hints
    text = TABLE.to_json()
    for hint in sorted(hints.values(), key=len, reverse=True):
        text = text.replace(hint.replace('"', '\\"'), "")
    assert set(text) <= set('0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:,{}[] \n"-')
    edits = {
        new
        for question in CODE_QUESTIONS
        for mistake in misconceptions(question)
        for edit in mistake.edits
        for new in edit
        if len(new) > 20
    }
    assert [edit for edit in edits if edit in text] == []
