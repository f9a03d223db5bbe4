"""An assignment of two questions, small enough to see through, with its tests and reference."""

from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment, Question

from .conftest import LIMITS

REFERENCE = """
def double(n):
    return 2 * n

def triple(n):
    return 3 * n
"""

PUBLIC = """
import numpy as np
import random
import torch
from check.testing.api import assert_equal
from otter.test_files import test_case

OK_FORMAT = False
name = "{function}"


@test_case(name="`{function}` works on 1.", points=1)
def test_one({function}):
    assert_equal({function}(1), {factor})


@test_case(name="`{function}` works on whatever is drawn.", points=1)
def test_drawn({function}):
    n = random.randrange(100) + np.random.randint(100) + int(torch.randint(100, ()))
    assert_equal({function}(n), {factor} * n)
"""

HIDDEN = """
from check.testing.api import assert_equal, require
from otter.test_files import test_case

OK_FORMAT = False
name = "{function}_hidden"


@test_case(name="`{function}` works on any number.", points=2, hidden=True)
def test_any({function}, reference):
    for number in {numbers}:
        assert_equal({function}(number), reference.{function}(number))
"""


def make(root: Path, numbers: tuple[int, ...] = (4711,)) -> Assignment:
    """Write the files of the small assignment below `root`, its hidden cases with some numbers."""
    questions = (
        Question("doubling", "Twice", 4, ("double",)),
        Question("tripling", "Thrice", 8, ("triple",), builds_on=("doubling",)),
    )
    assignment = Assignment("Small", "embeddings.py", "answers.md", "hidden", LIMITS, questions, root)
    for question, function, factor in zip(questions, ("double", "triple"), (2, 3), strict=True):
        _write(assignment.public_tests(question.id), PUBLIC, function, factor)
        _write(assignment.hidden_tests(question.id), HIDDEN.replace("{numbers}", str(numbers)), function, factor)
    _write(assignment.reference, REFERENCE)
    _write(root / "student_template" / "answers.md", "")
    return assignment


def _write(path: Path, text: str, function: str = "", factor: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.format(function=function, factor=factor), encoding="utf-8")
