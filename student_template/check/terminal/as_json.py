"""What `python check --json` prints, for other programs; README.md beside `check/` explains each key.

The keys that GitHub Classroom's reporter reads are among them: `version`, `status`, `max_score`, and in `tests`
`name`, `status`, `score`, `message` and `line_no`. Keys may be added; none is taken away or changes its meaning in
version 1.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..loading.settings import Question, Settings
from ..running.report import Check, Report

VERSION = 1

LONGEST = 1_000
"""Characters of a message: all of it travels in one variable of the environment, which holds 128 KB."""


def report_as_json(settings: Settings, questions: Sequence[Question], report: Report) -> str:
    """The public cases of these questions, with the points that each keeps."""
    tests: list[dict[str, Any]] = []
    for question in questions:
        own = [check for check in report.checks if check.question == question.id]
        whole = sum(check.share for check in own) + question.hidden_share
        tests += [_test(check, question.points * check.share / whole) for check in own]
    return _written(
        settings,
        "pass" if report.all_pass else "fail",
        tests,
        problems=[{"place": place, "text": text} for place, text in report.problems],
    )


def error_as_json(settings: Settings, text: str) -> str:
    """What kept the check from running."""
    test = {
        "question": "",
        "name": "python check",
        "outcome": "error",
        "status": "error",
        "message": text,
        "line_no": 0,
    }
    return _written(settings, "error", [{**test, "hint": "", "score": 0, "max_score": 0}], problems=[])


def _test(check: Check, points: float) -> dict[str, Any]:
    passed = check.outcome == "passed"
    return {
        "question": check.question,
        "name": check.title,
        "outcome": check.outcome,
        "status": "pass" if passed else "fail",
        "score": round(points, 4) if passed else 0,
        "max_score": round(points, 4),
        "hint": check.hint,
        "message": check.message[:LONGEST] or None,
        "line_no": 0,
    }


def _written(settings: Settings, status: str, tests: list[dict[str, Any]], problems: list[dict[str, str]]) -> str:
    data = {
        "version": VERSION,
        "title": settings.title,
        "file": settings.code,
        "status": status,
        "score": round(sum(test["score"] for test in tests), 2),
        "max_score": round(sum(test["max_score"] for test in tests), 2),
        "problems": problems,
        "tests": tests,
    }
    return json.dumps(data, indent=2)
