"""Gradescope's smallest container, as a control group: `otter run` gives there what `autograder grade` gives.

`python -m tests.benchmarks.small_container [--variants 3] [--megabytes 768] [--processors 0.5]`; it takes root and
version 1 of control groups. It ends with status 1 where any points differ, and keeps its
figures in RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import torch

from autograder.assignment import ROOT, load_assignment
from autograder.grading.connection import Connection
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher
from autograder.otter_plugin.autograder_zip import autograder_zip
from autograder.submission import Submission
from tests.hostile.collection import ATTACKS

from . import results
from .one_submission import otter_run
from .tree import small_container

MEMORY_TAKING = ("huge_tensor", "memory_at_once", "memory_in_pieces", "shared_pages", "stack_of_python")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--variants", type=int, default=3, help="right variants, those that take longest")
    parser.add_argument("--megabytes", type=int, default=768)
    parser.add_argument("--processors", type=float, default=0.5)
    options = parser.parse_args()
    assignment = load_assignment()
    torch.set_num_threads(1)
    differ = 0
    rows: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as name, open_launcher(assignment.limits) as launcher:
        archive = Path(name) / "autograder.zip"
        archive.write_bytes(autograder_zip(assignment.root))
        grader = Grader(assignment, launcher)
        for submission in submissions(grader, options.variants):
            result = grader.grade(submission)
            wanted = round(sum(question.points or 0 for question in result.questions if question.cases), 2)
            path = Path(name) / submission.student / assignment.code_file
            path.parent.mkdir()
            path.write_bytes(submission.code or b"")
            with small_container(options.megabytes, options.processors) as first:
                ran = otter_run(path, archive, tuple(first))
            written = path.parent / "results.json"
            told = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {"tests": []}
            points = round(sum(test["score"] for test in told["tests"] if test.get("status")), 2)
            differ += abs(points - wanted) > 0.05
            came = f"{points:g} points, {ran.clock:.0f} s by the clock, {ran.memory:.0f} MB at the peak (PSS)"
            rows.append((submission.student, came, "the same points", f"`autograder grade`: {wanted:g} points"))
            print(*rows[-1], sep=", ", flush=True)
    results.keep(f"container of {options.megabytes} MB and {options.processors} processors", rows)
    sys.exit(differ > 0)


def submissions(grader: Grader, variants: int) -> Iterator[Submission]:
    """The reference, the right variants that take longest, and the hostile files that take memory."""
    reference = load_assignment().reference.read_bytes()
    yield Submission("reference", reference)
    paths = sorted((ROOT / "solutions" / "right_variants").glob("*/*.py")) if variants else []
    made = [Submission(path.stem, reference + b"\n\n" + path.read_bytes()) for path in paths]
    yield from sorted(made, key=lambda one: -_processor_seconds(grader, one))[:variants]
    yield from (one.submission() for one in ATTACKS if one.name.partition("/")[2] in MEMORY_TAKING)


def _processor_seconds(grader: Grader, submission: Submission) -> float:
    """What a submission's processes use, before they are let go."""
    used = []
    close = Connection.close

    def noting(connection: Connection) -> None:
        used.append(connection._process.used() if connection._process else 0.0)
        close(connection)

    Connection.close = noting  # type: ignore[method-assign]
    try:
        grader.grade(submission)
    finally:
        Connection.close = close  # type: ignore[method-assign]
    return sum(used)


if __name__ == "__main__":
    main()
