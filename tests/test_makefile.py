"""The Makefile's commands, in a folder with a difficult name and with a Python that only notes its calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.assignment import ROOT

PROJECT = "embeddings-autograder"
NOTING = """#!/usr/bin/env python3
import json, os, shutil, sys
with open(os.environ["CALLS"], "a", encoding="utf-8") as file:
    print(json.dumps(sys.argv[1:]), file=file)
if sys.argv[1:] == ["-m", "venv", ".venv"]:
    os.makedirs(".venv/bin", exist_ok=True)
    shutil.copy(sys.argv[0], ".venv/bin/python")
"""
ENVIRONMENT = [["-m", "venv", ".venv"], ["-m", "pip", "torch==2.13.0"], ["-m", "pip", "--editable", "."]]

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., list[list[str]]]:
    """Types `make` in a clone, with these arguments, and gives what Python was called with."""
    clone = tmp_path / "à b (c)"
    clone.mkdir()
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, clone)
    python = tmp_path / "an other" / "python3"
    python.parent.mkdir()
    python.write_text(NOTING, encoding="utf-8")
    python.chmod(0o755)
    calls = tmp_path / "calls"
    own = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment = {**own, "CALLS": str(calls), "PATH": f"{Path(sys.executable).parent}:{own['PATH']}"}

    def make(*arguments: str) -> list[list[str]]:
        calls.write_text("")
        command = ["make", f"PYTHON={python}", *arguments]
        subprocess.run(command, cwd=clone, env=environment, check=True, capture_output=True)
        noted = [json.loads(line) for line in calls.read_text("utf-8").splitlines()]
        quiet = ("install", "--quiet", "--disable-pip-version-check")
        return [[part for part in call if part not in quiet] for call in noted if call[0] != "-c"]

    return make


VARIABLES = {"SUBMISSIONS", "OUTPUT", "PYTHON", "JOBS", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEFILES"}
"""What a `make test` around this test hands down."""


def test_another_python_than_that_of_the_environment_is_refused(make, tmp_path: Path):
    make("grade")
    (tmp_path / "à b (c)" / ".venv" / "bin" / "python").write_text("#!/bin/sh\necho 2.7\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        make("grade")
    assert "Remove it and type the command again: rm -r .venv" in refused.value.stderr.decode()


@pytest.mark.parametrize(
    "submissions, output",
    [
        ("week 3/submissions (1).zip", "graded/week 3"),
        ('Anna\'s "work" & more;.zip', "$HOME `x` *"),
        ("Übung #3/日本.zip", "-graded"),
    ],
)
def test_make_grade_takes_any_name(make, submissions: str, output: str):
    make("grade")
    typed = make("grade", f"SUBMISSIONS={submissions}", f"OUTPUT={output}")
    assert typed == [["-m", "autograder.cli", "grade", "--output", output, "--", submissions]]


def test_make_grade_installs_what_grading_needs_and_once(make):
    grade = ["-m", "autograder.cli", "grade", "--output", "graded-example", "--", "tests/example_batch/submissions"]
    assert make("grade") == [*ENVIRONMENT, grade]
    assert make("grade") == [grade]


def test_a_class_is_not_graded_into_the_examples_folder(make):
    make("grade")
    typed = make("grade", "SUBMISSIONS=week3.zip")
    assert typed == [["-m", "autograder.cli", "grade", "--output", "graded", "--", "week3.zip"]]


def test_a_misspelt_variable_is_refused(make):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        make("grade", "SUBMISSION=week 3=b.zip")
    assert b"There is no variable SUBMISSION." in caught.value.stderr
    assert b"SUBMISSIONS, OUTPUT, PYTHON, JOBS" in caught.value.stderr


def test_make_test_installs_the_rest(make):
    rest = ["-m", "pip", "--editable", ".[test]"]
    first, second = make("test"), make("test")
    assert first[: len(ENVIRONMENT) + 1] == [*ENVIRONMENT, rest]
    assert first[len(ENVIRONMENT) + 1 :] == second
    assert [call[:2] for call in second] == [["-m", "pytest"]]


def test_make_test_leaves_out_what_make_test_all_runs_too(make):
    make("test")
    (some,), (every,) = make("test"), make("test-all")
    assert some == [*every, "-m", "not soak and not thorough"]


def installed(extra: str = "") -> set[str]:
    """The packages that pip installs with this project, as far as they are here."""
    seen: set[tuple[str, str]] = set()
    waiting = {(PROJECT, ""), (PROJECT, extra)}
    while waiting:
        package, extra = waiting.pop()
        seen.add((package, extra))
        try:
            named = [Requirement(text) for text in requires(package) or ()]
        except PackageNotFoundError:
            continue
        for one in named:
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                wanted = {(canonicalize_name(one.name), extra) for extra in ("", *one.extras)}
                waiting |= wanted - seen
    return {package for package, _ in seen}


def test_grading_needs_no_tool_of_development():
    tools = {"jupyterlab", "distributed", "dask", "mypy", "ruff", "pytest", "pytest-xdist", "hypothesis"}
    assert tools & installed() == set()
    assert tools <= installed("test")


def test_what_students_are_told_to_install_is_there_when_grading():
    text = (ROOT / "student_template" / "requirements.txt").read_text("utf-8")
    named = re.findall(r"^[\w-]+", text, re.MULTILINE)
    assert "matplotlib" in named and set(map(canonicalize_name, named)) <= installed()


def test_every_path_in_the_makefile_may_hold_a_blank():
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    names = re.compile(r"\$\$(?:script|OUTPUT|SUBMISSIONS|PYTHON)\b")
    bare = [line for line in lines if line.startswith("\t") or line.startswith("  ")]
    assert [line for line in bare for name in names.findall(line) if f'"{name}' not in line] == []


@pytest.mark.thorough
def test_the_long_repetitions_find_all_that_they_ask_for():
    """They run seldom, so that nobody would notice for weeks that a fixture has another name now."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "soak", "--setup-plan", "tests"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-2000:]
