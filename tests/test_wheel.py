"""The wheel holds the machine, whole, and nothing of an assignment; it grades an assignment that lies elsewhere."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from autograder import __version__
from autograder.assignment import ROOT

SOURCES = ("autograder", "student_template", "LICENSES", "LICENSE", "README.md", "pyproject.toml")
BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
STUDENTS = ("haddad_omar", "okafor_amara")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without a network from a copy, so that nothing is left behind here."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, source / name, symlinks=True, ignore=ignored)
        else:
            shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-c", BUILD, str(out)], cwd=source, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory) -> Path:
    """The Python of an environment with the wheel in it, that finds this one's libraries, and not this checkout."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False)
    packages = next(home.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin" / "python"


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [str(python), "-m", "autograder.cli", *arguments]
    return subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True, timeout=600)


def test_every_module_and_template_is_in_it(wheel: Path):
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("autograder/")}
    package = ROOT / "autograder"
    walked = (Path(folder) / name for folder, _, names in os.walk(package, followlinks=True) for name in names)
    there = {path for path in walked if path.suffix == ".py" or "templates" in path.parts or path.name == "py.typed"}
    assert packed == {path.relative_to(ROOT).as_posix() for path in there if "__pycache__" not in path.parts}


def test_no_hidden_test_reference_or_mistake_is_in_it(wheel: Path):
    secret = [*(ROOT / "assignment" / "hidden_tests").glob("*.py"), *(ROOT / "solutions").rglob("*.py")]
    lines = {line.strip() for path in secret for line in path.read_text("utf-8").splitlines()}
    telling = {line for line in lines if re.match(r"(name=\"|hint=|\(\")", line) and len(line) > 40}
    assert len(telling) > 200
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert not re.search(r"hidden_tests|solutions|right_variants|fingerprints\.json|assignment\.json", name)
            text = archive.read(name).decode("utf-8")
            assert [line for line in sorted(telling) if line in text] == [], name


def test_its_metadata_says_what_it_is(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        said = message_from_bytes(archive.read(name))
        licences = [part for part in archive.namelist() if ".dist-info/licenses/" in part]
    assert said["Version"] == __version__ and said["Requires-Python"] and said["Summary"]
    assert "BSD-3-Clause" in said["License-Expression"]
    assert len(licences) == 1 + len(list((ROOT / "LICENSES").iterdir()))


def test_it_says_its_version_and_that_it_has_no_assignment(python: Path, tmp_path: Path):
    assert run(python, tmp_path, "--version").stdout == f"autograder, version {__version__}\n"
    done = run(python, tmp_path, "check", ".")
    assert done.returncode == 2 and "autograder --assignment FOLDER" in done.stderr


@pytest.mark.thorough
def test_it_grades_an_assignment_that_lies_elsewhere(python: Path, tmp_path: Path):
    course, here = tmp_path / "my course", tmp_path / "here"
    here.mkdir()
    for name in ("assignment", "solutions", "student_template"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    batch = ROOT / "tests" / "example_batch"
    only = [part for student in STUDENTS for part in ("--student", student)]
    done = run(python, here, "--assignment", str(course), "grade", str(batch / "submissions"), *only)
    assert done.returncode == 0, done.stdout + done.stderr
    expected = {row["student"]: row["total"] for row in csv.DictReader((batch / "expected_grades.csv").open())}
    graded = {row["student"]: row["total"] for row in csv.DictReader((here / "graded" / "grades.csv").open())}
    assert graded == {student: expected[student] for student in STUDENTS}
    (course / "student_template" / "embeddings.py").write_bytes((course / "solutions" / "embeddings.py").read_bytes())
    checked = run(python, course / "assignment", "check", str(course / "student_template"), "lookup", "word_vectors")
    assert checked.returncode == 0, checked.stdout + checked.stderr
