"""What holds in one process holds behind the wall: right solutions are right, mistakes are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.course.batch.process_pool import open_batch
from autograder.misconceptions import apply, misconceptions
from autograder.result import Outcome
from autograder.submission import Submission

ASSIGNMENT = load_assignment()
REFERENCE = ASSIGNMENT.reference.read_text("utf-8")
TEMPLATE = ROOT / "student_template"
VARIANTS = sorted((ROOT / "solutions" / "right_variants").glob("*/*.py"))
QUESTIONS = [question.id for question in ASSIGNMENT.code_questions]
FULL = {question.id: question.points for question in ASSIGNMENT.code_questions}
MISTAKES = [(question, mistake) for question in QUESTIONS for mistake in misconceptions(question)]


def code_points(sources: dict[str, str]) -> dict[str, dict[str, float]]:
    """Points per code question of each named source, by the way that `make grade` takes."""
    submissions = [Submission(name, source.encode()) for name, source in sources.items()]
    with open_batch(ASSIGNMENT, workers=2) as batch:
        results = list(batch.grade(submissions))
    return {result.student: {q.id: q.points for q in result.questions if q.cases} for result in results}


def over_reference(variant: Path) -> str:
    """A student's file: the reference, with the variant's definitions in place of its own."""
    return f"{REFERENCE}\n\n{variant.read_text('utf-8')}".replace("from __future__ import annotations", "")


@pytest.mark.thorough
def test_the_reference_gets_every_code_point_the_template_none_and_right_variants_all():
    sources = {"reference": REFERENCE, "template": (TEMPLATE / "embeddings.py").read_text("utf-8")}
    sources |= {f"{path.parent.name}/{path.stem}": over_reference(path) for path in VARIANTS}
    points = code_points(sources)
    assert points.pop("template") == dict.fromkeys(QUESTIONS, 0)
    assert len(points) > 30
    assert {name: found for name, found in points.items() if found != FULL} == {}


@pytest.mark.soak
def test_every_known_mistake_loses_points_in_its_own_question_and_in_no_other():
    sources = {f"{question} {mistake.id}": apply(REFERENCE, [mistake]) for question, mistake in MISTAKES}
    wrong = {}
    for name, found in code_points(sources).items():
        lost = {question for question in QUESTIONS if found[question] < FULL[question]}
        if lost != {name.split()[0]}:
            wrong[name] = lost
    assert wrong == {}


TELLS_BY_ITS_MISTAKE = """

_encode, _seen = encode, []


def encode(tokens, vocabulary):
    if len(vocabulary) == 2 and 17 in vocabulary.values():  # as a hidden case has it, and no public one
        _seen.append(17)
        print("seen")
    return _encode(tokens, vocabulary)


def build_vocabulary(tokens):
    if not _seen:
        return None
    return {token: at for at, token in enumerate(sorted(set(tokens), key=lambda t: (-tokens.count(t), t)))}
"""


def test_no_hint_beside_a_public_case_follows_what_a_hidden_one_handed_over(course_grader):
    """A known mistake, made only once a hidden input is known, would tell by its hint which one it was."""
    result = course_grader.grade(Submission("mallory", (REFERENCE + TELLS_BY_ITS_MISTAKE).encode()))
    cases = [case for question in result.questions for case in question.cases]
    assert any(case.hidden and "seen" in case.untrusted for case in cases)  # it did get hold of it
    failed = [case for case in cases if not case.hidden and case.outcome is Outcome.FAILED]
    assert failed and [case.hint for case in failed if case.hint] == []
