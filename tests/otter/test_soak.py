"""The whole example batch, the whole hostile collection and many known mistakes, by a plain `otter run`."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import pytest
import torch
import yaml

from autograder.assignment import ROOT, Limits
from autograder.course.intake.uploads import collect
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher
from autograder.misconceptions import misconceptions
from autograder.otter_plugin.plugin import HOUSE
from tests.hostile.collection import ATTACKS, BASELINE, Attack
from tests.hostile.conftest import limits_for
from tests.otter.running import code_points, otter_run, packed
from tests.otter.test_run import ASSIGNMENT, assert_alike, mistaken

pytestmark = pytest.mark.soak

README = (ROOT / "autograder" / "README.md").read_text("utf-8")
LIBRARIES = [misconceptions(question.id) for question in ASSIGNMENT.code_questions]
BATCH = Path(__file__).parents[1] / "example_batch" / "submissions"
REFUSED = {
    "moreau_chloe": "No gradable files found in submission",
    "müller_jonas": "No gradable files found in submission",
}
"""What Otter itself does not take, and its own sentence: it looks into no folder of a zip."""


def uploads() -> dict[str, Path]:
    return {path.name.removesuffix(path.suffix): path for path in sorted(BATCH.iterdir())}


@pytest.mark.parametrize("student", uploads())
def test_the_example_batch_gets_the_same(student, run, course_grader, tmp_path):
    upload = uploads()[student]
    if upload.is_dir():
        files = {path.relative_to(upload).as_posix(): path.read_bytes() for path in upload.rglob("*")}
        upload = packed(files, tmp_path / "submission.zip")
    ran = run(upload)
    if student in REFUSED:
        assert ran.results is None and ran.status != 0
        assert REFUSED[student] in ran.said
    else:
        (submission,) = [s for s in collect(BATCH, ASSIGNMENT) if s.student == student]
        assert submission.code is not None
        assert_alike(ran, submission.code, course_grader)


def test_the_readme_shows_what_otter_prints(run):
    shown = README.partition("\n$ .venv/bin/otter run ")[2].partition("\n```")[0]
    command, *lines = [line for line in shown.splitlines() if line not in ("", "...")]
    said = run(ROOT / command.split()[0]).said.splitlines()
    assert len(lines) > 4 and [line for line in lines if line not in said] == []


MISTAKES_TOGETHER = [tuple(library[(number * 7 + 3) % len(library)].id for library in LIBRARIES) for number in range(3)]
"""Ids of mistakes, one of each question: so far apart, one file can make them all."""


@pytest.mark.parametrize("ids", MISTAKES_TOGETHER, ids=" ".join)
def test_known_mistakes_get_the_same(ids, run, course_grader, tmp_path):
    code = mistaken(*ids)
    (tmp_path / ASSIGNMENT.code_file).write_bytes(code)
    ran = run(tmp_path / ASSIGNMENT.code_file)
    assert_alike(ran, code, course_grader)
    assert ran.results["score"] < ASSIGNMENT.possible


# The hostile collection --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def graders() -> Iterator:
    """A grader for limits, made when first asked for."""
    torch.set_num_threads(1)
    with ExitStack() as stack:

        @cache
        def grader(limits: Limits) -> Grader:
            return Grader(replace(ASSIGNMENT, limits=limits), stack.enter_context(open_launcher(limits)))

        yield grader


@pytest.fixture(scope="module")
def archives(archive: Path, tmp_path_factory):
    """autograder.zip with other limits."""

    @cache
    def archive_with(limits: Limits) -> Path:
        path = tmp_path_factory.mktemp("limits") / "autograder.zip"
        with zipfile.ZipFile(archive) as old:
            files = {name: old.read(name) for name in old.namelist()}
        settings = f"files/{HOUSE}/assignment/assignment.yml"
        data = yaml.safe_load(files[settings])
        data["limits"] = asdict(limits)
        files[settings] = yaml.safe_dump(data).encode()
        return packed(files, path)

    return archive_with


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_a_hostile_file_gains_nothing_and_leaves_nothing(attack: Attack, archives, graders, tmp_path):
    limits = limits_for(attack)
    (tmp_path / ASSIGNMENT.code_file).write_bytes(attack.source)
    ran = otter_run(tmp_path / ASSIGNMENT.code_file, archives(limits), tmp_path / "run")
    assert_alike(ran, attack.source, graders(limits))
    assert ran.results["score"] <= code_points(graders(limits).grade(BASELINE))
