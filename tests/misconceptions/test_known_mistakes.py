"""Every known mistake, put into the reference, loses points in its own question and in no other."""

from __future__ import annotations

from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.misconceptions import apply, misconceptions
from tests.in_process import CODE_QUESTIONS, FUNCTIONS, namespace, not_passed

SOURCE = Path(reference.__file__).read_text("utf-8")
MISTAKES = [(question, mistake) for question in CODE_QUESTIONS for mistake in misconceptions(question)]


@pytest.mark.parametrize(
    ("question", "mistake"), MISTAKES, ids=[f"{question}-{mistake.id}" for question, mistake in MISTAKES]
)
def test_a_known_mistake_loses_points_in_its_own_question_and_in_no_other(question, mistake):
    environment = namespace(apply(SOURCE, [mistake]))
    assert not_passed(environment, question), f"{mistake.id} ({mistake.title}) passes every case"
    elsewhere = {other: not_passed(environment, other) for other in CODE_QUESTIONS if other != question}
    assert {other: failures for other, failures in elsewhere.items() if failures} == {}


def test_every_mistake_has_an_id_of_its_own_and_belongs_to_a_function_of_its_question_or_a_helper():
    ids = [mistake.id for _, mistake in MISTAKES]
    assert len(ids) == len(set(ids))
    helpers = {name for name in vars(reference) if name.startswith("_")}
    assert {mistake.where for _, mistake in MISTAKES} <= {*FUNCTIONS, *helpers}


def test_the_reference_passes_every_case():
    environment = namespace(SOURCE)
    assert {question: not_passed(environment, question) for question in CODE_QUESTIONS} == {
        question: {} for question in CODE_QUESTIONS
    }
