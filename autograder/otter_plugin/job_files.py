"""The files by which what was handed in goes to the process that grades it, and what came of it comes back."""

from __future__ import annotations

import json
from pathlib import Path

from ..submission import Submission

CODE, ANSWERS, NOTES = "code", "answers", "notes.json"
REPORT, FAULT = "report.json", "fault.txt"

CASES = "cases"
"""The report's key for what came of every case, which is shown to nobody as it stands."""


def hand_on(submission: Submission, desk: Path) -> None:
    """Write down what was handed in, for the process that grades it."""
    for name, content in ((CODE, submission.code), (ANSWERS, submission.answers)):
        if content is not None:
            (desk / name).write_bytes(content)
    (desk / NOTES).write_text(json.dumps(submission.notes), encoding="utf-8")


def read_handed_on(desk: Path) -> Submission:
    """Read it again."""
    code, answers = ((desk / name).read_bytes() if (desk / name).exists() else None for name in (CODE, ANSWERS))
    notes = json.loads((desk / NOTES).read_text(encoding="utf-8"))
    return Submission("submission", code, answers, tuple(notes))
