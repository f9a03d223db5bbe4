"""What happens in Otter's kernel: each case says what came of it when the submission was graded.

The cell that the plugin wrote calls `begin`; the cases in autograder.zip's test files are made by `case`. By
then everything is graded (`grade_one`), and no student's code runs any more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from otter.test_files import test_case as OtterCase

from ..io.text import single_line
from .job_files import CASES

_graded: dict[tuple[str, bool], list[dict[str, Any]]] = {}
"""What came of the cases of each name, public or hidden, in their order."""


class DoesNotPass(Exception):
    """A case does not pass; the text says why."""


def begin(report: str) -> None:
    """Read what came of every case.

    Args:
        report: the file that `grade_one` has written.
    """
    _graded.clear()
    for test in json.loads(Path(report).read_text(encoding="utf-8"))[CASES]:
        _graded.setdefault((test["name"], test["extra_data"]["hidden"]), []).append(test)


def case(question_id: str, title: str, points: float, hidden: bool) -> OtterCase:
    """What a test file of autograder.zip holds: a case that passes if it passed when it was graded."""

    def run() -> None:
        graded = _graded[f"{question_id}: {single_line(title)}", hidden].pop(0)
        if graded["status"] != "passed":
            raise DoesNotPass(graded["output"])

    return OtterCase(title, points, hidden)(run)
