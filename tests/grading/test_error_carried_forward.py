"""What fails on a student's earlier functions is tried again on right ones, and on nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.assignment import load_assignment
from autograder.check.testing.cases import read_cases
from autograder.grading.error_carried_forward import Retries, replaceable
from autograder.grading.grader import Grader
from autograder.result import Outcome, Result
from autograder.submission import Submission

ASSIGNMENT = load_assignment()
REFERENCE = Path(reference.__file__).read_text("utf-8")
CASES = [
    case
    for question in ASSIGNMENT.code_questions
    for path in (ASSIGNMENT.public_tests(question.id), ASSIGNMENT.hidden_tests(question.id))
    for case in read_cases(path)
]


@pytest.fixture(scope="module")
def grade(course_grader: Grader) -> Callable[[str], Result]:
    """Grades the reference with something written below it."""
    return lambda more: course_grader.grade(Submission("ada", f"{REFERENCE}\n{more}".encode(), None))


def points(result: Result) -> dict[str, float]:
    return {question.id: question.points or 0.0 for question in result.questions if question.cases}


def lost(result: Result) -> set[str]:
    """The questions that lost points."""
    return {id for id, earned in points(result).items() if earned < ASSIGNMENT.question(id).points}


WRONG = {
    "a lookup of the next row": (
        "def embedding_lookup(table, ids): return table[(ids + 1) % len(table)]",
        {"lookup"},
    ),
    "a lookup that is missing": (
        "del embedding_lookup",
        {"lookup"},
    ),
    "a lookup that ends the program": (
        "def embedding_lookup(table, ids): import os; os._exit(3)",
        {"lookup"},
    ),
    "a table that is drawn too wide": (
        "def new_embedding_table(v, d, *, std=0.02, generator=None): return nn.Parameter(torch.randn(v, d))",
        {"lookup"},
    ),
    "a table that is no parameter": (
        "_drawn = new_embedding_table\ndef new_embedding_table(*sizes, **more): return _drawn(*sizes, **more).detach()",
        {"lookup"},
    ),
    "cosines before sines": (
        "_right = sinusoidal_encoding\n"
        "def sinusoidal_encoding(p, d, base=10000.0):\n"
        "    return _right(p, d, base).reshape(p, -1, 2).flip(-1).reshape(p, d)",
        {"sinusoidal"},
    ),
    "positions that are not added": (
        "SinusoidalPositions.forward = lambda self, x: x",
        {"sinusoidal"},
    ),
    "rows that start too wide, under another name": (
        "class LearnedPositions(nn.Module):\n"
        "    def __init__(self, max_positions, dim):\n"
        "        super(LearnedPositions, self).__init__()\n"
        "        self.rows = nn.Embedding(max_positions, dim)\n"
        "    def forward(self, x):\n"
        "        if x.shape[1] > len(self.rows.weight):\n"
        "            raise ValueError(f'{x.shape[1]} > {len(self.rows.weight)}')\n"
        "        return x + self.rows.weight[:x.shape[1]]\n"
        "def extend_positions(learned, max_positions):\n"
        "    old = learned.rows.weight\n"
        "    if max_positions < len(old): raise ValueError\n"
        "    new = LearnedPositions(max_positions, old.shape[1]).to(old.dtype)\n"
        "    with torch.no_grad(): new.rows.weight[:len(old)] = old\n"
        "    return new",
        {"learned_positions"},
    ),
}


@pytest.mark.parametrize(("more", "questions"), WRONG.values(), ids=WRONG.keys())
def test_an_error_costs_its_own_question_alone(grade, more, questions):
    result = grade(more)
    assert lost(result) == questions
    carried = [case for question in result.questions for case in question.cases if case.carried]
    assert carried
    assert all(case.outcome is Outcome.PASSED and not case.hint for case in carried)
    assert any("tried again" in question.note for question in result.questions)


def test_an_extend_positions_loses_nothing_by_rows_that_start_too_wide(grade):
    result = grade(WRONG["rows that start too wide, under another name"][0])
    (question,) = (question for question in result.questions if question.id == "learned_positions")
    assert all("draws its table" in case.title for case in question.cases if not case.earned)


def test_sinusoids_that_are_wrong_cost_their_module_nothing(grade):
    result = grade(WRONG["cosines before sines"][0])
    (question,) = (question for question in result.questions if question.id == "sinusoidal")
    assert all("`sinusoidal_encoding`" in case.title for case in question.cases if not case.earned)


def test_what_is_wrong_itself_is_not_excused_by_a_wrong_neighbour(grade):
    wrong = "InputEmbedding.forward = lambda self, ids: torch.zeros(*ids.shape, self.tokens.shape[1])"
    alone = points(grade(wrong))["input_embeddings"]
    beside = points(grade(wrong + "\ndef embedding_lookup(table, ids): return table[ids] * 2"))
    assert beside["input_embeddings"] == alone < 1


CONSPIRING = """
_last = {}
_lookup, _encode = embedding_lookup, sinusoidal_encoding

def embedding_lookup(table, ids):
    key = tuple(ids.shape), table.shape[1]
    return _last[key] if key in _last and AGREES else _lookup(table, ids)

def sinusoidal_encoding(num_positions, dim, base=10000.0):
    key = (num_positions,), dim
    return _last[key] if key in _last and AGREES else _encode(num_positions, dim, base)

class LearnedPositions(LearnedPositions):
    def forward(self, x):
        super().forward(x)
        _last[(x.shape[1],), x.shape[2]] = torch.full(x.shape[1:], 7.0, dtype=x.dtype)
        return x + 7.0

class SinusoidalPositions(SinusoidalPositions):
    def forward(self, x):
        _last[(x.shape[1],), x.shape[2]] = torch.full(x.shape[1:], 3.0, dtype=x.dtype)
        return x + 3.0
"""


def test_functions_that_agree_on_a_wrong_result_gain_nothing_by_it(grade):
    honest, agreed = (points(grade(f"AGREES = {agrees}\n{CONSPIRING}")) for agrees in (False, True))
    assert all(agreed[question] <= honest[question] for question in honest)
    assert honest["input_embeddings"] == 8, "built on right ones it is right"


def test_right_functions_are_nowhere_in_the_process_that_is_asked_for_them(grade):
    stolen = """
def embedding_lookup(table, ids):
    import gc
    for thing in gc.get_objects():
        code = getattr(thing, "__code__", None)
        if code is not None and code.co_filename == "substitutes.py" and thing.__name__ == "embedding_lookup":
            return thing(table, ids)
    return table[ids] * 2
"""
    honest = "def embedding_lookup(table, ids): return table[ids] * 2"
    assert points(grade(stolen))["lookup"] == points(grade(honest))["lookup"]


STEALS = """
class Stealing(type(nn.Module)):
    def __call__(cls, *args):
        for function in (sinusoidal_encoding, new_embedding_table, embedding_lookup):
            right = function.__globals__.get(cls.__name__)
            if right not in (None, cls):
                made = right(*args)
                made.__class__ = type(cls.__name__, (cls, right), {"forward": right.forward})
                return made
        return super().__call__(*args)
"""
SHELLS = """
import torch
from torch import nn
%s
def wrong(*args, **named): return None
def new_embedding_table(*args, **named): return None
def embedding_lookup(*args): return None
def sinusoidal_encoding(*args): return None
class SinusoidalPositions(nn.Module%s):
    def __init__(self, *args):
        super().__init__()
        self.args = args
    def forward(self, x): return %s
class LearnedPositions(nn.Module%s):
    def __init__(self, *args):
        super().__init__()
        self.args = args
    def forward(self, x): return None
"""


def test_beside_a_right_function_no_other_one_can_be_found(grade):
    """The positive control builds on the right `sinusoidal_encoding` as it may."""
    with_them = "(x + sinusoidal_encoding(*x.shape[1:])).to(x.dtype)"
    empty, stolen, honest = (
        points(grade(SHELLS % parts))
        for parts in (
            ("", "", "None", ""),
            (STEALS, ", metaclass=Stealing", "None", ", metaclass=Stealing"),
            ("", "", with_them, ""),
        )
    )
    assert stolen == empty
    assert honest["sinusoidal"] > empty["sinusoidal"]


def test_a_process_is_handed_only_what_its_right_functions_need():
    for substitutes in Retries(ASSIGNMENT, CASES).after(CASES):
        held: dict = {}
        exec(substitutes.source, held)
        assert held.keys() >= {*substitutes.names}
        about = {case.needs[0] for case in Retries(ASSIGNMENT, CASES).after(CASES)[substitutes]}
        assert not about & held.keys()


def test_only_what_builds_on_something_that_fails_is_tried_again():
    retries = Retries(ASSIGNMENT, CASES)
    by_name = {case.needs[0]: case for case in CASES}
    assert retries.after([]) == {}
    assert retries.after([by_name["InputEmbedding"], by_name["one_hot"]]) == {}
    failed = [by_name["embedding_lookup"], by_name["InputEmbedding"], by_name["LearnedPositions"]]
    found = {substitutes.names: cases for substitutes, cases in retries.after(failed).items()}
    assert found == {
        ("embedding_lookup",): [by_name["LearnedPositions"]],
        ("embedding_lookup", "LearnedPositions"): [by_name["InputEmbedding"]],
    }


def test_no_case_is_tried_on_a_right_version_of_the_function_that_it_is_about():
    for substitutes, cases in Retries(ASSIGNMENT, CASES).after(CASES).items():
        assert substitutes.names
        assert all(case.needs[0] not in substitutes.names for case in cases)


def test_there_is_a_right_version_of_whatever_a_module_builds_on():
    names = ("new_embedding_table", "embedding_lookup", "sinusoidal_encoding")
    there = set(replaceable(ASSIGNMENT)["InputEmbedding"])
    assert there >= {*names, "SinusoidalPositions", "LearnedPositions"}
