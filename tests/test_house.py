"""Imports run downwards: a room that knows one student knows nothing of a course, and none runs in a circle."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import ROOT

PACKAGE = ROOT / "autograder"
CHECK = ROOT / "student_template" / "check"

MAY_IMPORT = {
    "check": set(),
    "io": set(),
    "sandbox": {"check"},
    "grading": {"check", "io", "sandbox"},
    "upload": {"check", "io", "grading"},
    "feedback": {"check", "io"},
    "course": {"check", "io", "grading", "upload", "feedback"},
    "otter_plugin": {"check", "io", "sandbox", "grading", "upload", "feedback"},
    "authoring": {"check", "io", "sandbox", "grading", "otter_plugin"},
}
"""Of each room, which others it builds on; `cli` alone imports what it likes."""

COURSE = (
    *("gradebook", "students", "grades", "platforms", "intake", "batch", "known_works", "similarity"),
    *("marking", "reports", "interview", "history"),
    *("late", "deducted_results", "export", "repack", "pipeline"),
)
"""The parts of `course`, each of which may import those before it."""


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    paths = [(path, PACKAGE) for path in PACKAGE.rglob("*.py") if "hidden_tests" not in path.parts]
    paths += [(path, CHECK) for path in CHECK.rglob("*.py")]
    found = {}
    for path, base in paths:
        parts = (*(("check",) if base == CHECK else ()), *path.relative_to(base).with_suffix("").parts)
        found[".".join(part for part in parts if part != "__init__")] = path
    return found


MODULES = modules()


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in it."""
    path = MODULES[name]
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            module = ".".join([*base, *(node.module or "").split(".")]).strip(".")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in ("check", "autograder"):
            module = str(node.module).removeprefix("autograder.")
        else:
            continue
        for alias in node.names:
            yield f"{module}.{alias.name}" if f"{module}.{alias.name}" in MODULES else module


IMPORTS = {name: sorted({one for one in imports(name) if one in MODULES and one != name}) for name in MODULES}


def room(name: str) -> str:
    return name.partition(".")[0]


@pytest.mark.parametrize("one", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_below_it(one):
    others = {
        (name, other)
        for name, found in IMPORTS.items()
        for other in found
        if room(name) == one and room(other) in MAY_IMPORT and room(other) not in {one, *MAY_IMPORT[one]}
    }
    assert others == set()


def test_the_parts_of_a_course_import_only_those_before_them():
    parts = {name: COURSE.index(name.split(".")[1]) for name in MODULES if room(name) == "course" and "." in name}
    upward = [
        (name, other) for name in parts for other in IMPORTS[name] if other in parts and parts[other] > parts[name]
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle():
    left = {name: set(found) for name, found in IMPORTS.items()}
    while free := [name for name, found in left.items() if not found & left.keys()]:
        for name in free:
            del left[name]
    assert left == {}


def test_no_two_modules_have_one_name():
    names = Counter(path.stem for path in MODULES.values() if path.stem not in ("__init__", "__main__"))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_machine_imports_nothing_of_the_assignment():
    for name, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom | ast.Import):
                assert not re.search(r"(from|import) solutions", ast.unparse(node)), name
