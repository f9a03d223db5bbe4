"""Grades honest submissions with and without the collection among them, and says whether they differ.

`python -m tests.hostile.whole_batch TIER STEP` takes every STEP-th attack and prints one JSON object.
It is a program of its own so that it can be run as another user, too.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from autograder.assignment import Assignment, load_assignment
from autograder.course.batch import process_pool
from autograder.course.gradebook.database import open_gradebook
from autograder.course.reports.write import write_reports
from autograder.errors import GraderError
from autograder.grading.grader import Grader
from autograder.grading.isolation import IsolationLevel
from autograder.grading.launcher import open_launcher
from autograder.submission import Submission
from tests.hostile.collection import ATTACKS, HALF, HERE
from tests.hostile.conftest import LIMITS, QUESTIONS

LEFT_OUT = ("exhausting/", "parser/slow_drip")
"""Slow ones: each alone is tried in test_attacks.py."""


def main(tier: IsolationLevel, step: int) -> dict:
    torch.set_num_threads(1)
    full = load_assignment()
    asked = tuple(full.question(question) for question in QUESTIONS)
    assignment = replace(full, limits=LIMITS, questions=asked)
    honest = [
        Submission("half", HALF.encode()),
        Submission("reference", (HERE.parents[1] / "solutions" / "embeddings.py").read_bytes()),
        Submission("nothing", b""),
    ]
    hostile = [attack.submission() for attack in ATTACKS if not attack.name.startswith(LEFT_OUT)][::step]
    mixed = [*hostile[::2], *honest, *hostile[1::2]]
    with open_launcher(LIMITS, only=tier) as launcher:
        grader = Grader(assignment, launcher)
        alone = _written(honest, grader, launcher, assignment, honest)
        among = _written(mixed, grader, launcher, assignment, honest)
    return {"user": os.getuid(), "tier": launcher.tier.name, "hostile": len(hostile), "same": alone == among}


def _written(submissions, grader, launcher, assignment: Assignment, honest) -> dict[str, str]:
    """What is written for the honest ones when all of `submissions` are graded, two at a time."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "graded"
        with open_gradebook(out) as book:
            run = book.start_run("a batch", 2, launcher.tier.value)
            for result in process_pool.Batch(grader, launcher, 2).grade(submissions):
                book.save(result, run)
            write_reports(out, book, assignment)
        names = [submission.student for submission in honest]
        texts = {name: (out / "results" / f"{name}.json").read_text(encoding="utf-8") for name in names}
        pages = {name + ".html": (out / "feedback" / f"{name}.html").read_text(encoding="utf-8") for name in names}
        return texts | pages


if __name__ == "__main__":
    try:
        print(json.dumps(main(IsolationLevel[sys.argv[1]], int(sys.argv[2]))))
    except GraderError as error:
        print(json.dumps({"refused": str(error)}))
