"""`make matrix`: what students get, with the oldest and the newest libraries that it admits, on every Python.

Each row of the table is an environment of its own, made by pip in `.matrix/` (or `--keep FOLDER`), and found
again there. In each the self-check must pass the reference whole, and fail a known mistake in the question that
it is in and those that build on it, with its hint.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table

from autograder.assignment import ROOT, load_assignment
from autograder.authoring.archives import student_zip

RIGHT, MISTAKEN = "torch.stack([angles.sin(), angles.cos()]", "torch.cat([angles.sin(), angles.cos()]"
MISTAKEN_IN = "sinusoidal"
LIBRARIES = ("torch", "numpy", "gensim", "otter-grader")
OLDEST = {"numpy": "numpy==1.26.4"}
"""Instead of a lower bound, where that release has no wheel for the oldest Python."""


@dataclass(frozen=True)
class Row:
    """One environment.

    Attributes:
        requirements: what pip installs.
        without: what is then removed.
    """

    name: str
    python: str
    requirements: tuple[str, ...]
    without: tuple[str, ...] = ()


def pythons() -> dict[str, str]:
    """Every Python from the oldest that is supported on, by its version, the oldest first."""
    found: dict[tuple[int, int], str] = {}
    folders = [*os.environ["PATH"].split(os.pathsep), *map(str, Path.home().glob(".pyenv/versions/*/bin"))]
    for folder in map(Path, folders):
        for path in sorted(folder.glob("python3.*")) if folder.is_dir() else ():
            version = re.fullmatch(r"python3\.(\d+)", path.name)
            if version and int(version[1]) >= 11 and _can_make_environments(path):
                found.setdefault((3, int(version[1])), str(path))
    return {f"{major}.{minor}": path for (major, minor), path in sorted(found.items())}


def _can_make_environments(python: Path) -> bool:
    return subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0


def rows() -> Iterator[Row]:
    """The oldest libraries on the oldest Python, the newest on each, and the newest without gensim."""
    text = (ROOT / "student_template" / "requirements.txt").read_text("utf-8")
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    wanted = [Requirement(line) for line in lines if line and "platform_machine" not in line]
    there = pythons()
    first, last = next(iter(there)), list(there)[-1]
    yield Row(f"oldest, {first}", there[first], tuple(map(_oldest, wanted)))
    newest = tuple(map(str, wanted))
    for version, python in there.items():
        yield Row(f"newest, {version}", python, newest)
    yield Row(f"no gensim, {last}", there[last], newest, without=("gensim",))


def _oldest(requirement: Requirement) -> str:
    bounds = [part.version for part in requirement.specifier if part.operator == ">="]
    version = bounds[0] if "." in bounds[0] else f"{bounds[0]}.0.0"
    return OLDEST.get(requirement.name, f"{requirement.name}=={version}")


def environment(row: Row, folder: Path) -> Path:
    """The Python of the row's environment, which is made unless it is there."""
    home = folder / re.sub(r"\W+", "-", row.name)
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run([row.python, "-m", "venv", home], check=True)
        pip = [python, "-m", "pip"]
        subprocess.run([*pip, "install", "--quiet", *row.requirements], check=True)
        if row.without:
            subprocess.run([*pip, "uninstall", "--quiet", "--yes", *row.without], check=True)
        (home / "ready").touch()
    return python


def versions(python: Path) -> list[str]:
    """Those of the libraries; a dash for one that is not there."""
    program = (
        "import importlib.metadata as m, json, sys; there = {d.metadata['Name'].lower(): d.version for d in "
        "m.distributions()}; print(json.dumps([sys.version.split()[0], *(there.get(n, '-') for n in sys.argv[1:])]))"
    )
    done = subprocess.run([python, "-c", program, *LIBRARIES], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def problems(python: Path, folder: Path) -> list[str]:
    """What is not as it should be when students check a right and a wrong file there."""
    assignment = load_assignment()
    reference = assignment.reference.read_text("utf-8")
    touched = {q.id for q in assignment.questions if MISTAKEN_IN in (q.id, *q.builds_on)}
    found = []
    for name, code, wrong in (
        ("the reference", reference, set()),
        ("a known mistake", reference.replace(RIGHT, MISTAKEN), touched),
    ):
        (folder / assignment.code_file).write_text(code, encoding="utf-8")
        done = subprocess.run([python, "check", "--json"], cwd=folder, capture_output=True, text=True)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            found.append(f"{name}: {(done.stderr or done.stdout).strip()[-300:]}")
            continue
        failed = [test for test in report["tests"] if test["status"] != "pass"]
        if {test["question"] for test in failed} - wrong or bool(failed) != bool(wrong) or done.stderr:
            first = failed[0]["name"] + ": " + str(failed[0]["message"])[:300] if failed else done.stderr[-300:]
            found.append(f"{name}: {len(failed)} fail, first {first}")
        elif wrong and not any(test["hint"] for test in failed):
            found.append(f"{name}: no hint")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, default=ROOT / ".matrix", metavar="FOLDER", help="where they are made")
    parser.add_argument("--only", default="", metavar="TEXT", help="rows whose names begin so")
    options = parser.parse_args()
    table, failed = Table("environment", "Python", *LIBRARIES, "outcome"), False
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(BytesIO(student_zip(ROOT))) as archive:
            archive.extractall(scratch)
        for row in rows():
            if row.name.startswith(options.only):
                print(f"{row.name} ...", file=sys.stderr, flush=True)
                python = environment(row, options.keep)
                wrong = problems(python, Path(scratch) / "student_template")
                failed = failed or bool(wrong)
                table.add_row(row.name, *versions(python), "; ".join(wrong) or "as it should be")
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
