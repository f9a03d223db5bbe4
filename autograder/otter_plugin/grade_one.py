"""Grades one submission and writes the report that Otter's kernel and its own process read.

It runs in a process of its own, `python -m autograder.otter_plugin.grade_one HOUSE DESK`, that has ended before
Otter starts its kernel: so the two never need their memory at once, and Otter can show nothing that
`autograder grade` would not have said.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..sandbox import zygote
from .job_files import CASES, FAULT, REPORT, read_handed_on

if TYPE_CHECKING:
    from ..assignment import Assignment
    from ..grading.isolation import IsolationLevel
    from ..result import Result


def main(house: str, desk: str) -> None:
    """Grade what lies in `desk`, and leave there a report, or word of what failed.

    The zygote is forked first, before anything is imported or read that no student's process may hold: so
    one image of torch serves both.

    Args:
        house: where the assignment lies.
    """
    folder = Path(desk)
    try:
        text = _graded(Path(house), folder, zygote.fork())
        (folder / REPORT).write_text(text, encoding="utf-8")
    except Exception as error:
        (folder / FAULT).write_text(str(error) or repr(error), encoding="utf-8")


def _graded(house: Path, desk: Path, forked: zygote.Forked) -> str:
    import torch

    from ..assignment import load_assignment
    from ..errors import GraderError
    from ..grading.grader import Grader
    from ..grading.launcher import open_launcher
    from ..result import bounded

    torch.set_num_threads(1)
    assignment = load_assignment(house)
    submission = read_handed_on(desk)
    code = submission.code or b""
    with open_launcher(assignment.limits, secret=assignment.secret, alone=code, forked=forked) as launcher:
        result = bounded(Grader(assignment, launcher).grade(submission))
    if result.fault:
        raise GraderError(result.fault)
    return report(result, assignment, launcher.tier)


def report(result: Result, assignment: Assignment, tier: IsolationLevel) -> str:
    """Gradescope's results.json, every case, and the wall. As Otter has it, short answers are marked elsewhere.

    Students read the output at once and can hand in again: it does not say how hidden cases went.
    """
    import json
    from dataclasses import replace

    from ..feedback.results_json import results_json
    from ..feedback.wording import about
    from ..result import Outcome

    told = json.loads(results_json(result, assignment, {}))
    every_case = json.loads(results_json(result, replace(assignment, hidden_outcomes="each"), {}))
    for one in (told, every_case):
        one["tests"] = [test for test in one["tests"] if "status" in test]
    told[CASES] = every_case["tests"]
    if assignment.hidden_visibility != "visible":
        cases = [case for question in result.questions for case in question.cases]
        public = [case for case in cases if not case.hidden]
        right = sum(case.outcome is Outcome.PASSED for case in public)
        first = f"{right} of {len(public)} public checks pass; {len(cases) - len(public)} more ran, too."
        told["output"] = "\n".join([first, *about(result)[1:]])
    told["extra_data"]["wall"] = tier.value
    return json.dumps(told)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
