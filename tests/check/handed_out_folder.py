"""Builds small handed-out folders, and runs `python check` in them as a student would."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from autograder.assignment import ROOT
from autograder.check.loading.settings import FILE, Question, Settings

ANSWERS = "# Answers\n\n## why: Why so\n\n> Say why, in your own words.\n\nWrite your answer here.\n"

HEADER = """\
import torch
from check.testing.api import assert_close, assert_equal, raises, require
from otter.test_files import test_case

OK_FORMAT = False
name = "{name}"
"""


@dataclass(frozen=True)
class Run:
    """What one run of `python check` printed, and its exit status."""

    status: int
    out: str
    error: str


def make_folder(folder: Path, settings: Settings, tests: Mapping[str, str]) -> Path:
    """A handed-out folder with the self-check, these settings and tests, and no code file yet.

    Args:
        tests: the cases of each question, without the header that all test files share.
    """
    copied = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autograder" / "check", folder / "check", ignore=copied)
    (folder / "check" / FILE).write_text(settings.to_json(), encoding="utf-8")
    (folder / "tests").mkdir()
    for name, body in tests.items():
        text = HEADER.format(name=name) + dedent(body)
        (folder / "tests" / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def make_settings(*questions: Question, seconds: float = 10) -> Settings:
    """Settings of a small assignment with these questions."""
    return Settings(
        title="A small assignment",
        code="embeddings.py",
        answers="answers.md",
        answers_template=ANSWERS,
        seconds_per_case=seconds,
        questions=questions,
    )


def run_check(folder: Path, *arguments: str, **environment: str) -> Run:
    """Type `python check ...` in the folder."""
    names = ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH", "PYTHONIOENCODING", "PYTHONUTF8")
    variables = {key: value for key, value in os.environ.items() if key not in names}
    done = subprocess.run(
        [sys.executable, "check", *arguments],
        cwd=folder,
        env={**variables, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        timeout=300,
    )
    return Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
