"""The same cases under plain `otter run`, in Otter's own process and without our wall: the yardstick."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from autograder.assignment import Assignment

SUPPORT = "support/reference.py"  # in a folder: Otter takes every top-level .py for a submission


def build_zip(assignment: Assignment, folder: Path) -> Path:
    """An autograder.zip of our test files as Otter takes them, made by `otter generate`.

    Hidden cases ask for `reference`, which under plain Otter must come from the student's own
    globals; `submission` sees to that.
    """
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for question in assignment.code_questions:
        shutil.copy(assignment.public_tests(question.id), tests / f"{question.id}.py")
        shutil.copy(assignment.hidden_tests(question.id), tests / f"{question.id}_hidden.py")
    (folder / SUPPORT).parent.mkdir()
    shutil.copy(assignment.reference, folder / SUPPORT)
    for name in ("check", "data"):
        shutil.copytree(assignment.root / "student_template" / name, folder / name)
    files = [
        SUPPORT,
        *(str(p.relative_to(folder)) for n in ("check", "data") for p in (folder / n).glob("*.*")),
    ]
    (folder / "requirements.txt").write_text("")
    command = ["otter", "generate", "-t", "tests", "-o", "autograder.zip", "-r", "requirements.txt", *files]
    _run(command, folder)
    return folder / "autograder.zip"


def submission(code: bytes, folder: Path) -> Path:
    """The student's file as one that plain Otter can grade with our hidden cases."""
    folder.mkdir(parents=True)
    path = folder / "embeddings.py"
    path.write_bytes(code + b"\n\nfrom support import reference\n")
    return path


def run_all(paths: list[Path], archive: Path, at_a_time: int) -> None:
    """`otter run` on every submission, so many at a time."""
    with ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(lambda path: run_one(path, archive), paths))


def run_one(path: Path, archive: Path) -> None:
    (path.parent / "out").mkdir()
    _run(["otter", "run", path.name, "-a", str(archive), "-o", "out", "--no-logo"], path.parent)
    if not (path.parent / "out" / "results.json").exists():
        raise RuntimeError(f"otter run gave no results for {path}")


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
