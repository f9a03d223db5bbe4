"""One submission alone: what `autograder grade` and `otter run` take for it, against the least that they could.

`python -m tests.benchmarks --only one`
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.assignment import ROOT, Assignment
from autograder.otter_plugin.autograder_zip import autograder_zip

from .tree import Cost, cost

OTTER = str(Path(sys.executable).parent / "otter")
TRIVIAL = """from otter.test_files import test_case

OK_FORMAT = False
name = "trivial"


@test_case(points=1, hidden=False)
def trivial():
    assert True
"""
MOST_MEMORY, MOST_TIMES = 500, 1.3

Row = tuple[str, str, str, str]


def one_submission(assignment: Assignment) -> Iterator[Row]:
    """Rows with their goals, each with what it was compared with."""
    imports = "torch, gensim and numpy imported"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        submission = folder / "class" / "ada" / "embeddings.py"
        submission.parent.mkdir(parents=True)
        submission.write_bytes(assignment.reference.read_bytes())
        grade = [sys.executable, "-m", "autograder.cli", "grade", str(submission.parents[1]), "--output"]
        cost([*grade, str(folder / "first")], ROOT)  # which may find out what is kept for the next
        least = cost([sys.executable, "-c", "import torch, gensim, numpy"], folder)
        ours = cost([*grade, str(folder / "second")], ROOT)
        yield (
            "`autograder grade` on one submission, processor time of all processes",
            f"{ours.processor:.1f} s, {ours.processor / least.processor:.1f} times",
            f"{MOST_TIMES} times and what the submission needs",
            f"{imports}: {least.processor:.1f} s",
        )
        yield "  by the clock", f"{ours.clock:.1f} s", "", f"the same: {least.clock:.1f} s"
        archive = folder / "autograder.zip"
        archive.write_bytes(autograder_zip(assignment.root))
        trivial = _plain_archive(folder / "plain")
        plain, walled = (otter_run(submission, one) for one in (trivial, archive))
        yield (
            "`otter run` with our archive, processor time of all processes",
            f"{walled.processor:.1f} s, {walled.processor / plain.processor:.2f} times",
            f"{MOST_TIMES} times",
            f"plain Otter with one trivial test: {plain.processor:.1f} s",
        )
        yield "  by the clock", f"{walled.clock:.1f} s", "", f"the same: {plain.clock:.1f} s"
        yield (
            "  memory of all its processes at the peak (PSS)",
            f"{walled.memory:.0f} MB",
            f"{MOST_MEMORY} MB",
            f"the same: {plain.memory:.0f} MB",
        )


def otter_run(submission: Path, archive: Path, first: tuple[str, ...] = ()) -> Cost:
    """Run a file through `otter run`; results.json lies beside it afterwards, if Otter wrote one."""
    command = [*first, sys.executable, OTTER, "run", submission.name, "-a", str(archive), "-o", ".", "--no-logo"]
    return cost(command, submission.parent)


def _plain_archive(folder: Path) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "tests" / "trivial.py").write_text(TRIVIAL, encoding="utf-8")
    (folder / "requirements.txt").touch()
    command = [OTTER, "generate", "-t", "tests", "-o", "plain.zip", "-r", "requirements.txt"]
    subprocess.run([sys.executable, *command], cwd=folder, check=True, capture_output=True)
    return Path(shutil.move(folder / "plain.zip", folder.parent / "plain.zip"))
