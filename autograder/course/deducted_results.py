"""Gradescope's results.json for one student, with what is deducted."""

from __future__ import annotations

import json

from ..assignment import Assignment
from ..feedback.results_json import results_json
from ..mark import Marks
from ..result import Result
from .grades import Grade, with_remarks


def results_of(result: Result, grade: Grade, assignment: Assignment, marks: Marks) -> str:
    """The JSON text: `score` is what counts, `extra_data.total` stays what was earned."""
    data = json.loads(results_json(with_remarks(result, grade), assignment, marks))
    data["score"] = grade.total
    return json.dumps(data, ensure_ascii=False) + "\n"
