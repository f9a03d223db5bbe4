"""A small assignment in a folder of its own, a batch for it, and a grader to run on it as a program.

`python -m tests.small_batch ROOT grade IN --output OUT` is the command line, on the assignment in ROOT.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import autograder.assignment
from autograder.cli import main
from tests.grading import small_assignment

YAML = """
title: Small
files: {code: embeddings.py, answers: answers.md}
limits: {seconds_per_call: 120, seconds_per_submission: 1200, wall_seconds_per_call: 1200, memory_mb: 1000}
questions:
  - {id: doubling, title: Twice, points: 4, functions: [double]}
  - {id: tripling, title: Thrice, points: 8, functions: [triple], builds_on: [doubling]}
  - {id: why, title: Why twice, points: 10, words: [2, 20]}
"""
ANSWERS = "# Answers\n\n## why: Why twice\n\n"

SOURCES = (
    "def double(n): return 2 * n\ndef triple(n): return 3 * n\n",
    "def double(n): return 2 * n\n",
    "def double(n): return n + n\ndef triple(n): return n ** 3\n",
    "import os\ndef double(n): os._exit(0)\ndef triple(n): return 3 * n\n",
    "def double(:\n",
)


def make_root(root: Path) -> Path:
    """Write the assignment below `root`."""
    small_assignment.make(root)
    (root / "assignment").mkdir(exist_ok=True)
    (root / "assignment" / "assignment.yml").write_text(YAML)
    (root / "student_template" / "answers.md").write_text(ANSWERS)
    return root


def make_submissions(folder: Path, count: int) -> Path:
    """Write so many submissions into `folder`; no two are the same, and one is set aside."""
    for index in range(count):
        student = folder / f"student {index:03d}"
        student.mkdir(parents=True)
        source = f"# by {index}\n{SOURCES[index % len(SOURCES)]}"
        (student / "embeddings.py").write_text(source)
        if index % 2:
            (student / "answers.md").write_text(f"{ANSWERS}It is {index} times as much.\n")
    (student / "embeddings.py").unlink()  # of the last one
    for name in ("mine.py", "yours.py"):
        (student / name).write_text(f"{SOURCES[0]}# {name}\n")
    return folder


def start(root: Path, *arguments: object) -> subprocess.Popen[str]:
    """Run the command line on the assignment in `root`."""
    program = [sys.executable, "-m", "tests.small_batch", root, *arguments]
    return subprocess.Popen([str(part) for part in program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


if __name__ == "__main__":
    root = Path(sys.argv[1])
    autograder.assignment.load_assignment = partial(autograder.assignment.load_assignment, root)
    main(sys.argv[2:], prog_name="autograder")
