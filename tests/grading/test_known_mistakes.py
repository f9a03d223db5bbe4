"""One mistake costs once, a pretender nothing, and a program that does no work earns nothing by a mistake."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

import solutions.embeddings as reference
from autograder.authoring.audit import Auditor
from autograder.authoring.audit.case_trials import namespace, not_passed, quiet
from autograder.check.hints.diagnosis import diagnose
from autograder.misconceptions import apply, misconceptions
from autograder.result import Outcome
from autograder.submission import Submission
from tests.in_process import ASSIGNMENT, FUNCTIONS

SOURCE = ASSIGNMENT.reference.read_text("utf-8")
AUDITOR = Auditor(ASSIGNMENT)


def mistake(question, id):
    return next(each for each in misconceptions(question) if each.id == id)


def with_mistake(question, id):
    return apply(SOURCE, [mistake(question, id)])


def with_function(text):
    return f"{SOURCE}\n\n{text}\n"


def despite(question, environment):
    """The titles of the cases that functions fail, and which count by the values of a known mistake."""
    with quiet():
        lost = not_passed(AUDITOR.cases[question], {**environment, "reference": reference})
        hints = diagnose(AUDITOR.functions[question], environment, AUDITOR.table)
        return {case.title for case in AUDITOR.despite(hints, list(lost), environment)}


# What it costs ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grade(course_grader):
    def graded(source, question):
        result = course_grader.grade(Submission("ada", source.encode()))
        return next(found for found in result.questions if found.id == question)

    return graded


def test_the_sum_for_the_mean_costs_the_sentence_on_the_mean_and_keeps_what_holds(grade):
    found = grade(with_mistake("learned_vectors", "V1"), "learned_vectors")
    assert found.points > 0.75 * found.possible
    lost = {case.title for case in found.cases if case.outcome is not Outcome.PASSED}
    assert any("the mean over all pairs" in title for title in lost)
    assert not any("dtype" in title or "leaves `pairs`" in title or "empty list" in title for title in lost)
    counted = [case for case in found.cases if case.despite]
    assert {case.despite for case in counted} == {("V1",)}
    assert {case.hint for case in counted} == {mistake("learned_vectors", "V1").hint}


def test_a_right_solution_and_one_that_is_wrong_in_its_own_way_have_nothing_that_counts_despite_a_mistake(grade):
    assert not any(case.despite for case in grade(SOURCE, "learned_vectors").cases)
    own = SOURCE.replace("table -= learning_rate * gradient", "table -= learning_rate * gradient.sign() * 0.3")
    assert own != SOURCE
    assert not any(case.despite for case in grade(own, "learned_vectors").cases)


# What it cannot be used for ---------------------------------------------------------------------

PRETENDER = """
_made = embedding_lookup

def embedding_lookup(table, ids):
    rows = _made(table, ids)
    if tuple(table.shape) in ((5, 3),):  # as in the probes
        return rows * table.shape[1] ** 0.5
    return rows.detach() * 7.0 + 1.0
"""


def test_a_pretender_that_only_answers_the_probes_as_a_mistake_would_earns_nothing_by_it():
    environment = namespace(with_function(PRETENDER))
    hints = diagnose(["embedding_lookup"], environment, AUDITOR.table)
    assert {hint.mistake for hint in hints} == {"L23"}  # else it is no pretender
    assert despite("lookup", environment) == set()


IDLE = {
    "gives what it is given": lambda function: lambda *given, **named: given[0] if given else None,
    "gives its second argument": lambda function: lambda *given, **named: given[1] if len(given) > 1 else None,
    "gives a copy of what it is given": lambda function: lambda *given, **named: copy.deepcopy(given[0]),
    "gives zeros": lambda function: lambda *given, **named: zeros(function(*copy.deepcopy(given), **named)),
    "gives ones": lambda function: lambda *given, **named: ones(function(*copy.deepcopy(given), **named)),
    "gives nothing": lambda function: lambda *given, **named: None,
    "gives an empty list": lambda function: lambda *given, **named: [],
    "gives a number": lambda function: lambda *given, **named: 0,
    "raises what may be asked for": lambda function: raising,
}


def zeros(value):
    return torch.zeros_like(value) if isinstance(value, torch.Tensor) else type(value)()


def ones(value):
    return torch.ones_like(value) if isinstance(value, torch.Tensor) else [1.0] * 3


def raising(*given, **named):
    raise IndexError("-1 0 1 2 3 4 5 6 7 8 9")


@pytest.mark.parametrize("idle", IDLE)
@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name[0].islower()])
def test_a_function_that_does_no_work_earns_nothing_by_the_values_of_a_mistake(name, idle):
    question = next(id for id, names in AUDITOR.functions.items() if name in names)
    environment = {**vars(reference), name: IDLE[idle](getattr(reference, name))}
    assert despite(question, environment) == set()


@pytest.mark.parametrize(
    ("name", "forward"),
    [
        (name, forward)
        for name in ("SinusoidalPositions", "LearnedPositions")
        for forward in (
            lambda self, x: x,
            lambda self, x: x.clone(),
            lambda self, x: torch.zeros_like(x),
            lambda self, x: x.detach(),
            lambda self, x: None,
        )
    ],
)
@pytest.mark.parametrize("has_parameters", [True, False])
def test_a_module_that_does_no_work_earns_nothing_by_the_values_of_a_mistake(name, forward, has_parameters):
    question = next(id for id, names in AUDITOR.functions.items() if name in names)
    base = getattr(reference, name)
    own = {"forward": forward} if has_parameters else {"forward": forward, "__init__": bare}
    made = type(name, (base if has_parameters else nn.Module,), own)
    assert despite(question, {**vars(reference), name: made}) == set()


def bare(self, *given):
    nn.Module.__init__(self)
