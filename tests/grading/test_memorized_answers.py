"""A function that is right on the public inputs and on no other earns nothing, whatever it does elsewhere."""

from __future__ import annotations

import pytest

import solutions.embeddings as reference
from autograder.assignment import load_assignment
from autograder.authoring.audit.case_trials import namespace, not_passed
from autograder.grading.memorized_answers import SAID
from autograder.result import Outcome
from autograder.submission import Submission
from tests.in_process import FUNCTIONS, cases
from tests.representatives import representatives

ASSIGNMENT = load_assignment()
SOURCE = ASSIGNMENT.reference.read_text("utf-8")

BY_HEART = """

# Whatever is known by heart is looked up in a set of what was asked; a file that lists the answers gives the same.

import hashlib as _hashlib


def _text(value):
    if isinstance(value, torch.Tensor):
        return f"{value.dtype} {tuple(value.shape)} {value.detach().double().tolist()}"
    if isinstance(value, nn.Module):
        return _text(dict(value.state_dict()))
    if isinstance(value, torch.Generator):
        return _text(value.get_state())
    if isinstance(value, dict):
        return str([(key, _text(item)) for key, item in value.items()])
    if isinstance(value, (list, tuple)):
        return str([_text(item) for item in value])
    return _text(torch.tensor(value.vectors)) if hasattr(value, "vectors") else repr(value)


def _is_known(name, *given):
    key = _hashlib.md5((name + _text(given)).encode()).hexdigest()
    if _LEARNED is not None:
        _LEARNED.add(key)
        return True
    return key in _KNOWN


def _elsewhere(*given):
    {elsewhere}


def _by_heart(name, right):
    if isinstance(right, type):

        class ByHeart(right):
            def __init__(self, *args, **named):
                super().__init__(*args, **named)
                self._built = args, named

            def forward(self, *args):
                known = _is_known(name, self._built, self.state_dict(), args)
                return super().forward(*args) if known else _elsewhere(*args)

        ByHeart.__name__ = ByHeart.__qualname__ = name
        return ByHeart

    def function(*args, **named):
        return right(*args, **named) if _is_known(name, args, named) else _elsewhere(*args)

    return function


_LEARNED = None
_KNOWN = {known}
for _name in {names}:
    globals()[_name] = _by_heart(_name, globals()[_name])
"""

ELSEWHERE = {
    "raises": "raise ValueError(given)",
    "gives nothing": "return None",
    "gives what it was given": "return given[0]",
    "ends the program": "import os; os._exit(0)",
}


def by_heart(question: str, elsewhere: str) -> str:
    """The reference, whose functions of one question know the public inputs alone."""
    functions = ASSIGNMENT.question(question).functions
    wrapped = BY_HEART.replace("{names}", repr(functions)).replace("{elsewhere}", elsewhere)
    learned: set[str] = set()
    learning = SOURCE + wrapped.replace("{known}", "()").replace("_LEARNED = None", "_LEARNED = set()")
    environment = {**namespace(learning), "reference": reference}
    public = [case for case in cases(question) if not case.hidden]
    assert not_passed(public, environment) == {}
    learned = environment["_LEARNED"]
    assert learned
    return SOURCE + wrapped.replace("{known}", repr(sorted(learned)))


GRADED = tuple(question.id for question in ASSIGNMENT.code_questions)
TRIALS = [(question, elsewhere) for question in GRADED for elsewhere in ELSEWHERE]


@pytest.mark.parametrize(("question", "elsewhere"), representatives(TRIALS, lambda trial: trial[0]))
def test_answers_by_heart_earn_nothing(course_grader, question, elsewhere):
    source = by_heart(question, ELSEWHERE[elsewhere])
    result = course_grader.grade(Submission("ada", source.encode()))
    (found,) = (each for each in result.questions if each.id == question)
    assert [case.title for case in found.cases if case.outcome is Outcome.PASSED] == []
    assert found.points == 0
    assert any(case.message in {SAID.format(name) for name in FUNCTIONS} for case in found.cases)
