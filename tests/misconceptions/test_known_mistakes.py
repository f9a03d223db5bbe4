"""The library of known mistakes is in order. tests/test_audit.py says whether each loses its points."""

from __future__ import annotations

from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.check.testing.cases import run_case
from autograder.misconceptions import apply, misconceptions
from tests.in_process import CODE_QUESTIONS, FUNCTIONS, cases, namespace, not_passed

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


@pytest.mark.parametrize(
    ("question", "id", "looked_at"),
    [
        ("learned_positions", "T5", ["has exactly one parameter"]),
        ("learned_positions", "T75", ["gives a `LearnedPositions` of `max_positions` rows"]),
        ("one_hot", "O43", ["gives the dtype of the table"]),
        ("one_hot", "O44", ["passes gradients to the table"]),
    ],
)
def test_no_property_is_called_failed_that_was_not_looked_at(question, id, looked_at):
    (mistake,) = [one for one in misconceptions(question) if one.id == id]
    environment = {**namespace(apply(SOURCE, [mistake])), "reference": reference}
    runs = {case.title: run_case(case, environment) for case in cases(question) if not case.hidden}
    failed = [title for title, run in runs.items() if run.outcome == "failed" and not run.unseen]
    assert len(failed) == len(looked_at)
    assert all(words in title for title, words in zip(failed, looked_at, strict=True))
