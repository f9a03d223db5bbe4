"""What students see of hidden cases, each or in sum, and how much of hidden inputs that can carry out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from autograder.assignment import load_assignment
from autograder.course.reports.class_report import Overview
from autograder.feedback.hidden_outcomes import as_students_see, bits
from autograder.feedback.results_json import results_json
from autograder.feedback.student_page import feedback_page
from autograder.result import CaseResult, Outcome, QuestionResult, Result, Status
from tests.hand_made import make_assignment, typical
from tests.in_process import cases

ASSIGNMENT = load_assignment()
EACH, SUM = (replace(ASSIGNMENT, hidden_outcomes=outcomes) for outcomes in ("each", "sum"))
HOW = tuple(outcome for outcome in Outcome if outcome is not Outcome.PASSED)


def graded(hidden: dict[str, Sequence[Outcome]], hints: Sequence[str] = ()) -> Result:
    """A result of the whole assignment in which hidden cases ended so; where nothing is said, they pass."""
    questions = []
    for question in ASSIGNMENT.code_questions:
        all_cases = cases(question.id)
        share = question.points / sum(case.share for case in all_cases)
        ended = iter(hidden.get(question.id, ()))
        hint = iter(hints)
        found = []
        for case in all_cases:
            outcome = next(ended, Outcome.PASSED) if case.hidden else Outcome.PASSED
            said = next(hint, "") if outcome is Outcome.FAILED else ""
            found.append(CaseResult(case.title, case.hidden, share * case.share, outcome, "secret words", said))
        points = round(sum(case.earned for case in found), 2)
        questions.append(QuestionResult(question.id, question.points, points, cases=tuple(found)))
    return Result("ada", Status.GRADED, "0" * 64, ASSIGNMENT.possible, tuple(questions))


def count_of(question_id: str) -> int:
    return sum(case.hidden for case in cases(question_id))


@pytest.mark.parametrize("question", ["one_hot", "learned_vectors"])
def test_a_sum_carries_as_many_bits_as_is_said_and_each_outcome_many_more(question):
    seen: dict[str, set] = {"each": set(), "sum": set()}
    for ended in product((Outcome.PASSED, Outcome.FAILED), repeat=count_of(question)):
        result = graded({question: ended})
        for assignment in (EACH, SUM):
            (shown,) = (q for q in as_students_see(result, assignment).questions if q.id == question)
            seen[assignment.hidden_outcomes].add(
                tuple((case.title, case.outcome, round(case.earned, 2)) for case in shown.cases)
            )
    alone = replace(result, questions=tuple(q for q in result.questions if q.id == question))
    assert len(seen["each"]) == 2 ** count_of(question)
    of_public_cases = len(ASSIGNMENT.question(question).functions)
    assert len(seen["sum"]) == round(2 ** (bits(alone, SUM) - of_public_cases))


def test_the_bits_of_the_assignment_are_those_that_the_readme_says():
    result = graded({})
    each, in_sum = (math.ceil(bits(result, assignment)) for assignment in (EACH, SUM))
    print(f"each: {each} bits, sum: {in_sum} bits")
    readme = " ".join((ASSIGNMENT.root / "autograder" / "README.md").read_text(encoding="utf-8").split())
    assert f"outcomes of {each} bits ({math.ceil(each / 8)} bytes)" in readme
    assert f"`sum` {in_sum} bits ({math.ceil(in_sum / 8)} bytes)" in readme
    assert f"{sum(map(count_of, (q.id for q in ASSIGNMENT.code_questions)))} hidden cases" in readme


def same_sums(random: Random) -> tuple[dict[str, list[Outcome]], dict[str, list[Outcome]]]:
    """Two ways for hidden cases to end, other cases and otherwise, with the same points in every question."""
    one, other = {}, {}
    for question in ASSIGNMENT.code_questions:
        shares = [case.share for case in cases(question.id) if case.hidden]
        first = [random.random() < 0.5 for _ in shares]
        places = [*range(len(shares))]
        random.shuffle(places)
        second = list(first)
        for i, j in zip(places[::2], places[1::2], strict=False):
            if shares[i] == shares[j]:
                second[i], second[j] = second[j], second[i]
        for passed, told in ((first, one), (second, other)):
            told[question.id] = [Outcome.PASSED if passes else random.choice(HOW) for passes in passed]
    return one, other


@pytest.mark.parametrize("seed", range(5))
def test_what_carries_the_same_points_reads_the_same_in_sum(seed):
    one, other = same_sums(Random(seed))
    results = graded(one, ["You count from 1."]), graded(other, ["You forgot the last."])
    for write in (feedback_page, results_json):
        in_sum = {write(result, SUM, {}) for result in results}
        assert len(in_sum) == 1, write.__name__
        assert len({write(result, EACH, {}) for result in results}) == 2, "the control"
        (text,) = in_sum
        assert "secret words" not in text and "You count" not in text
        for question in ASSIGNMENT.code_questions:
            titles: dict[bool, set[str]] = {False: set(), True: set()}
            for case in cases(question.id):
                titles[case.hidden].add(case.title)
            assert not [title for title in titles[True] - titles[False] if json.dumps(title)[1:-1] in text]


def test_a_question_says_in_sum_what_its_hidden_cases_are_worth():
    data = json.loads(results_json(graded({"one_hot": [Outcome.FAILED]}), SUM, {}))
    (entry,) = (t for t in data["tests"] if t["extra_data"]["hidden"] and t["tags"] == ["one_hot"])
    assert (entry["status"], entry["visibility"]) == ("failed", ASSIGNMENT.hidden_visibility)
    assert 0 < entry["score"] < entry["max_score"]
    assert entry["output"] == f"{entry['score']:g} of {entry['max_score']:g} points."
    assert round(sum(test.get("score", 0) for test in data["tests"]), 2) == data["score"]
    assert "more ran when it was graded, for" in data["output"]
    page = feedback_page(graded({"one_hot": [Outcome.FAILED]}), SUM, {})
    assert "Every public check passes. Try each sentence of the conventions" in page


def test_public_cases_are_shown_as_ever(tmp_path):
    assignment = replace(make_assignment(tmp_path), hidden_outcomes="sum")
    result = typical("ada")
    for before, after in zip(result.questions, as_students_see(result, assignment).questions, strict=True):
        public = [case for case in before.cases if not case.hidden]
        assert list(after.cases[: len(public)]) == public
        assert before.points == after.points and len(after.cases) <= len(public) + 1


@pytest.mark.parametrize("assignment", [EACH, SUM], ids=lambda assignment: assignment.hidden_outcomes)
def test_the_report_says_how_much_one_submission_can_carry_out(assignment):
    overview = Overview(assignment)
    overview.add(graded({}))
    page = "".join(overview.page({"ada": "ada"}, "graded"))
    most = math.ceil(bits(graded({}), assignment))
    assert f"up to {most} bits of what hidden cases ask" in page
