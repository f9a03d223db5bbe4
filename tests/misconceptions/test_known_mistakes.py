"""The library of known mistakes is in order. tests/test_audit.py says whether each loses its points."""

from __future__ import annotations

from pathlib import Path

import solutions.embeddings as reference
from autograder.misconceptions import misconceptions
from tests.in_process import CODE_QUESTIONS, FUNCTIONS, namespace, not_passed

SOURCE = Path(reference.__file__).read_text("utf-8")
MISTAKES = [(question, mistake) for question in CODE_QUESTIONS for mistake in misconceptions(question)]


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
