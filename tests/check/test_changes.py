"""What a change to a student's file can affect."""

from __future__ import annotations

import pytest

from autograder.check.running.code_diff import change

FILE = """\
import torch

CACHE = {}

def one(x):
    return x

def two(x):
    return one(x)

class Three:
    def forward(self, x):
        return two(x)

def four(x):
    return CACHE.setdefault(x, x)

def five():
    CACHE.clear()

def alone():
    return 1
"""


@pytest.mark.parametrize(
    "old, new, affected",
    [
        ("return 1", "return 2", {"alone"}),
        ("def one(x):\n    return x", "def one(x):\n    return -x", {"one", "two", "Three"}),
        ("    return one(x)", "    return x", {"two", "Three"}),
        ("CACHE.clear()", "CACHE[1] = 2", {"four", "five"}),
        ("def alone():", "def renamed():", {"alone", "renamed"}),
        ("def alone():", "def alone(:", {"alone"}),  # cannot be read any more
        ("    return 1", "    return 1  # a comment", set()),
        ("    return one(x)", "    return one(x\n    )", set()),
        ("CACHE = {}", "CACHE = {1: 1}", None),
        ("import torch", "import torch as t", None),
        ("import torch\n", "", None),
        ("CACHE = {}", "CACHE = {", None),
    ],
)
def test_what_changed_and_what_uses_it_is_affected(old, new, affected):
    assert FILE.count(old) == 1
    found = change(FILE.encode(), FILE.replace(old, new).encode()).affected
    assert found == affected


def test_what_stands_below_an_added_line_has_moved():
    found = change(FILE.encode(), FILE.replace("    return 1", "    return 1\n").encode())
    assert (found.affected, found.moved) == (frozenset(), frozenset())
    found = change(FILE.encode(), FILE.replace("def five", "# new\ndef five").encode())
    assert (found.affected, found.moved) == (frozenset(), {"five", "alone"})


def test_a_function_may_be_defined_twice():
    twice = FILE + "def one(x):\n    return 3\n"
    assert change(FILE.encode(), twice.encode()).affected == {"one", "two", "Three"}
    assert change(twice.encode(), twice.replace("return 3", "return 4").encode()).affected >= {"one"}


def test_what_is_too_deep_to_be_read_may_affect_everything():
    deep = "x = " + "-" * 900 + "1\n"
    for old, new in ((FILE, FILE + deep), (FILE + deep, FILE)):
        assert change(old.encode(), new.encode()).affected is None
