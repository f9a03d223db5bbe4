"""What failing inputs have in common is true of them and names what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import solutions.embeddings as reference
from autograder.authoring.audit.case_trials import namespace, not_passed, quiet
from autograder.authoring.audit.domain_mutants import Covered, DomainMutant, Tap, in_words
from autograder.authoring.audit.faults import WAYS
from autograder.authoring.audit.named_factors import named as named_levels
from autograder.check.hints.failing_inputs import (
    BY_CHANCE,
    FILE,
    Example,
    agrees,
    in_common,
    outcome,
    plain,
    read_examples,
    sentence,
    tells_apart,
)
from autograder.check.testing.domain import phrases_in
from autograder.covering_array import cover
from tests.in_process import ASSIGNMENT, FUNCTIONS, cases

SOURCE = ASSIGNMENT.reference.read_text("utf-8")
EXAMPLES = read_examples(ASSIGNMENT.template / "check" / FILE)
OF_QUESTION = {
    question.id: [example for name in question.functions for domain in EXAMPLES.get(name, ()) for example in domain]
    for question in ASSIGNMENT.code_questions
}

pytestmark = pytest.mark.filterwarnings("ignore")  # predicates turn tensors into numbers


def row(shape, dtype, order="sorted"):
    return {"the table is": shape, "the dtype is": dtype, "the ids are": order}


ROWS = [row(shape, dtype) for shape in ("square", "tall") for dtype in ("float32", "float64", "float16")]


def wrong_at(is_wrong):
    return tells_apart([r for r in ROWS if is_wrong(r)], [r for r in ROWS if not is_wrong(r)])


# What tells failing inputs from others ----------------------------------------------------------------------


def test_one_level_that_all_failing_inputs_share_and_no_other_has_is_named():
    assert wrong_at(lambda r: r["the table is"] == "square") == ((("the table is", "square"),), ())


def test_two_levels_are_named_where_one_does_not_do():
    square_floats = wrong_at(lambda r: r["the table is"] == "square" and r["the dtype is"] == "float32")
    assert square_floats == ((("the table is", "square"), ("the dtype is", "float32")), ())


def test_where_failing_inputs_share_nothing_what_the_right_ones_share_is_named():
    assert wrong_at(lambda r: r["the dtype is"] != "float32") == ((), (("the dtype is", "float32"),))


def test_nothing_is_named_where_no_two_levels_tell_them_apart():
    assert wrong_at(lambda r: (r["the table is"] == "square") == (r["the dtype is"] == "float32")) == ((), ())


def test_a_sentence_counts_both_sides_and_gives_the_shortest_failing_input():
    domain = [Example(f"f({at})" + "; 1" * (at < 3), row, None) for at, row in enumerate(ROWS)]
    assert sentence("f", domain, [row["the table is"] == "tall" for row in ROWS]) == (
        "Of 6 inputs that were tried, `f` is wrong for all 3 in which the table is square, and right for the other 3. "
        "Try this one: `f(0); 1`"
    )
    assert sentence("f", domain, [row["the dtype is"] == "float32" for row in ROWS]) == (
        "Of 6 inputs that were tried, `f` is right for all 2 in which the dtype is float32, and wrong for the other 4. "
        "Try this one: `f(4)`"
    )
    assert sentence("f", domain, [True] * 6) == sentence("f", domain, [False] * 6) == ""


# What is looked at ------------------------------------------------------------------------------------------


def seen(f, code="x = torch.tensor([1.0, 2.0], requires_grad=True); f(x)"):
    return outcome(code, {"f": f})


@pytest.mark.parametrize(
    "wrong",
    [
        lambda x: 2 * x + 0.001,
        lambda x: (2 * x).double(),
        lambda x: (2 * x)[None],
        lambda x: 2 * x.detach(),
        lambda x: (2 * x.detach()).requires_grad_(),
        lambda x: 2 * x + 0 * x.data.zero_(),
        lambda x: [2 * x],
        lambda x: x.no_such_method(),
    ],
)
def test_values_dtypes_shapes_gradients_arguments_kinds_and_errors_show(wrong):
    example = Example("f(x)", {}, seen(lambda x: 2 * x))
    assert agrees(seen(lambda x: x + x * 1.0000001), example)
    assert not agrees(seen(wrong), example)


def test_an_earlier_call_that_fails_does_not_count():
    def f(n):
        return n / (n - 1)

    assert seen(f, "f(1); f(2)") == [2.0, [], []]
    assert seen(f, "f(1)") == "raises ZeroDivisionError"


def test_what_is_drawn_by_chance_may_be_any_number_but_is_a_number_and_is_spread_alike():
    example = Example("f()", {}, [["float32 (9,)", False, *[BY_CHANCE] * 9, 0], [], []])
    assert agrees(outcome("f()", {"f": lambda: torch.randn(9)}), example)
    assert not agrees(outcome("f()", {"f": lambda: 50 * torch.randn(9)}), example)
    assert not agrees(outcome("f()", {"f": lambda: torch.randn(9).double()}), example)


# The examples of this assignment ----------------------------------------------------------------------------


@pytest.mark.parametrize("question", OF_QUESTION)
def test_the_reference_is_right_on_every_example(question):
    environment = namespace(SOURCE)
    assert [e.code for e in OF_QUESTION[question] if not agrees(outcome(e.code, environment, seed=2), e)] == []


@pytest.mark.parametrize("variant", ASSIGNMENT.right_variants, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_is_said_of_a_right_variant(variant):
    environment = namespace(SOURCE, variant.read_text("utf-8"))
    assert [in_common(name, environment, EXAMPLES) for name in FUNCTIONS if name in EXAMPLES] == [""] * len(EXAMPLES)


def mutants_of(domain):
    """Functions that raise what they should not where one or two levels meet."""
    (way,) = (way for way in WAYS if way.name == "raises another error")
    levels = set().union(*(phrases_in(row, domain.strength) for row in cover(domain)))
    return tuple(DomainMutant(domain, some, way) for some in sorted(levels, key=in_words))


@pytest.mark.parametrize("question", [question for question, some in OF_QUESTION.items() if some])
def test_nine_in_ten_functions_that_are_wrong_where_some_levels_meet_hear_these_named(question):
    domains = cases(question)[-1].body.test_func.__globals__["DOMAINS"]
    wrong = [Covered(domain, frozenset(), frozenset(), mutants_of(domain), ()) for domain in domains]
    with quiet():
        named = named_levels(wrong, EXAMPLES, SOURCE)
    assert named.tried > 20
    assert len(named.missed) <= named.tried / 10


def written(call):
    """A call's arguments; of word vectors their numbers."""
    given = {name: getattr(value, "vectors", value) for name, value in call.inputs.arguments.items()}
    return str({name: plain(v.tolist() if isinstance(v, np.ndarray) else v) for name, v in given.items()})


@pytest.mark.parametrize("question", [question for question, some in OF_QUESTION.items() if some])
def test_no_example_is_an_input_of_a_hidden_case_but_where_its_levels_leave_no_choice(question):
    domains = cases(question)[-1].body.test_func.__globals__["DOMAINS"]
    environment = namespace(SOURCE)
    tap = Tap(environment, domains)
    hidden = set()
    for case in cases(question):
        if case.hidden:
            tap.begin()
            not_passed([case], {**environment, "reference": reference})
            hidden |= {written(call) for call in tap.calls if call.rows}
    alike = []
    for example in OF_QUESTION[question]:
        tap.begin()
        outcome(example.code, environment)
        alike += [example.code] if written(tap.calls[-1]) in hidden else []
    assert len(alike) <= len(OF_QUESTION[question]) / 20, alike
