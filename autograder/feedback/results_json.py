"""results/<student>.json in the format that Gradescope reads.

A student may get to see this file, so of a hidden case it holds what the feedback holds: title,
outcome and hint, or the points of all in sum (`hidden`). It holds no times and no paths: the same
submission always gives the same bytes.
"""

from __future__ import annotations

import json
from typing import Any

from .. import __version__
from ..assignment import Assignment, Question
from ..io.text import escape_control, single_line
from ..mark import Mark, Marks, mark_of
from ..result import CaseResult, Outcome, QuestionResult, Result
from .hidden_outcomes import Summed, as_students_see
from .wording import about, outcome_words, short_answer_state


def results_json(result: Result, assignment: Assignment, marks: Marks) -> str:
    """The JSON text. `score` is left out where nothing was graded: our fault is not a zero."""
    result = as_students_see(result, assignment)
    is_graded = result.total is not None
    numbers = {question.id: index for index, question in enumerate(assignment.questions, 1)}
    data: dict[str, Any] = {
        "output": "\n".join(about(result)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "visibility": "visible",
        "tests": [],
        "extra_data": {
            "autograder": __version__,
            "student": result.student,
            "status": str(result.status),
            "unconfined": result.unconfined,
            "digest": result.digest,
            "total": result.total,
            "possible": assignment.possible,
            "notes": list(result.notes),
            "questions": [_summary(question) for question in result.questions] if is_graded else [],
        },
    }
    if is_graded:
        data = {"score": result.total, **data}
        for question_result in result.questions:
            if question_result.id in numbers:
                question = assignment.question(question_result.id)
                mark = mark_of(result.student, question_result, marks)
                data["tests"] += _tests(
                    numbers[question.id], question, question_result, mark, assignment.hidden_visibility
                )
    return _written(_plain(data)) + "\n"


def _written(data: dict[str, Any]) -> str:
    """JSON with a line for each test: to be read, and written in a tenth of the time that `indent` takes."""
    lines = []
    for key, value in data.items():
        if isinstance(value, list) and value:
            value = "[\n  " + ",\n  ".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n ]"
        else:
            value = json.dumps(value, ensure_ascii=False)
        lines.append(f" {json.dumps(key)}: {value}")
    return "{\n" + ",\n".join(lines) + "\n}"


def _tests(
    index: int, question: Question, result: QuestionResult, mark: Mark | None, visibility: str
) -> list[dict[str, Any]]:
    if question.is_code:
        return [_case(f"{index}.{place}", question, case, visibility) for place, case in enumerate(result.cases, 1)]
    test: dict[str, Any] = {
        "number": str(index),
        "name": f"{question.id}: {single_line(question.title)}",
        "max_score": result.possible,
        "output": "\n".join(short_answer_state(result, mark)),
        "visibility": "visible",
        "tags": [question.id],
        "extra_data": {"question": question.id, "hidden": False},
    }
    if result.points is not None:
        test["score"] = result.points
    return [test]


def _case(index: str, question: Question, case: CaseResult, visibility: str) -> dict[str, Any]:
    passed = case.outcome is Outcome.PASSED
    how = outcome_words(case) if isinstance(case, Summed) else str(case.outcome).capitalize()
    if case.unseen and not passed:
        how = outcome_words(case).capitalize()
    output = [] if passed else [f"{how}."]
    output += [f"It {outcome_words(case)}."] if case.carried or case.despite else []
    output += [] if case.despite else [case.hint]
    output += [] if case.hidden or passed else [case.message]
    return {
        "number": index,
        "name": f"{question.id}: {single_line(case.title)}",
        "score": round(case.earned, 4),
        "max_score": round(case.points, 4),
        "status": "passed" if passed else "failed",
        "output": "\n".join(text for text in output if text),
        "visibility": visibility if case.hidden else "visible",
        "tags": [question.id],
        "extra_data": {
            "question": question.id,
            "outcome": str(case.outcome),
            "hidden": case.hidden,
            "hint": case.hint,
            "carried": list(case.carried),
            "despite": list(case.despite),
        },
    }


def _summary(question: QuestionResult) -> dict[str, Any]:
    return {
        "id": question.id,
        "points": question.points,
        "possible": question.possible,
        "note": question.note,
    }


def _plain(value: Any) -> Any:
    """The same data with every text in it harmless."""
    if isinstance(value, str):
        return escape_control(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
