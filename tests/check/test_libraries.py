"""What a student's file finds when it is graded is what requirements.txt brings, and nothing else."""

from __future__ import annotations

import ast
import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement

from autograder.assignment import ROOT
from autograder.check.loading.libraries import LISTED, NAMED, is_lacking, lacking, lacks

REQUIREMENTS = (ROOT / "student_template" / "requirements.txt").read_text("utf-8")


def required() -> set[str]:
    """The packages that requirements.txt names, and all that they need here."""
    lines = [line.partition("#")[0].strip() for line in REQUIREMENTS.splitlines()]
    to_see = [Requirement(line) for line in lines if line]
    seen: set[tuple[str, str]] = set()
    while to_see:
        requirement = to_see.pop()
        for extra in ("", *sorted(requirement.extras)):
            name = canonical(requirement.name)
            if (name, extra) in seen or (
                requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
            ):
                continue
            seen.add((name, extra))
            for text in importlib.metadata.requires(name) or []:
                further = Requirement(text)
                if further.marker is not None and further.marker.evaluate({"extra": extra}):
                    further.marker = None
                to_see.append(further)
    return {name for name, _ in seen}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_all_that_requirements_txt_brings_is_listed():
    packages = required()
    modules = {
        module.partition("/")[0]  # some name a folder within their package
        for module, owners in importlib.metadata.packages_distributions().items()
        if packages & set(map(canonical, owners))
    }
    assert modules > set(NAMED)
    assert sorted(modules - LISTED - {"__pycache__"}) == []


def test_requirements_txt_names_what_students_are_told_of():
    names = [re.match(r"[\w-]+", line)[0] for line in REQUIREMENTS.splitlines() if re.match(r"\w", line)]
    assert set(names) == {*NAMED, "otter-grader"}


@pytest.mark.parametrize("name", ["pytest", "dask.array", "tqdm", "sklearn", "torchvision", "seaborn"])
def test_what_grading_lacks_is_lacking(name):
    assert is_lacking(name)
    assert lacks(name).startswith(f"`{name.partition('.')[0]}` is not available when your file is graded")


@pytest.mark.parametrize("name", ["torch.nn", "json", "numpy", "scipy.special", "gensim.models", "otter"])
def test_what_is_there_is_not(name):
    assert not is_lacking(name)


def test_imports_are_found_wherever_they_stand_but_where_the_file_can_do_without():
    source = """
import torch, tqdm
from sklearn import svm
from . import other
try:
    import seaborn
except ImportError:
    pass
try:
    import rich
finally:
    pass
def f():
    import jax.numpy as jnp
class A:
    if True:
        import pytest
"""
    found = list(lacking(ast.parse(source).body))
    assert sorted((line, text.split("`")[1]) for line, text in found) == [
        (2, "tqdm"),
        (3, "sklearn"),
        (10, "rich"),
        (14, "jax"),
        (17, "pytest"),
    ]
