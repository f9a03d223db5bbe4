"""What each question's result depends on, beside the submission's own bytes: fingerprints by question.

Equal fingerprints mean that grading again would give the same result, so it need not be done.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..assignment import Assignment, Question
from ..errors import AssignmentError
from .short_answers import handed_out_words
from .used_names import defined_in, used_by

Parts = dict[str, str]
CacheKeys = dict[str, Parts]
"""For each question's id, a fingerprint of each part that its result depends on; `points` as they are."""

POINTS = "points"
"""The part whose change needs no run: points are scaled."""

_POINTS_SAID = re.compile(r"\b\d+(?:\.\d+)?[ -]points?\b")
"""In a heading, or in a link to it."""

_PACKAGE = Path(__file__).parents[1]
_GRADER = ("result.py", "misconceptions.py", "covering_array.py", "check", "grading", "sandbox")
_LIBRARIES = ("torch", "numpy", "gensim", "otter-grader")


def cache_keys(assignment: Assignment) -> CacheKeys:
    """What the result of each question depends on now.

    Raises:
        AssignmentError: if a file that grading needs cannot be read.
    """
    try:
        common = {"grader": _sources(), "libraries": _libraries(), "data": _data(assignment)}
        found = {}
        for question in assignment.questions:
            own = _code_parts(assignment, question) if question.is_code else _answer_parts(assignment, question)
            found[question.id] = own | common | {POINTS: f"{question.points:g}"}
        return found
    except OSError as error:
        raise AssignmentError(f"{error.filename} cannot be read: {error.strerror}.") from None


def changed(old: Parts, new: Parts) -> tuple[str, ...]:
    """The parts that differ, by name."""
    return tuple(name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name))


def reasons_for(old: CacheKeys, new: CacheKeys) -> dict[str, tuple[str, ...]]:
    """The parts that differ, for every question that is asked now."""
    return {question: changed(old.get(question, {}), parts) for question, parts in new.items()}


def reasons_said(reasons: dict[str, tuple[str, ...]]) -> str:
    """By what changed, so that what is common to all questions is said once."""
    by_part: dict[str, list[str]] = {}
    for question_id, parts in reasons.items():
        for part in parts:
            by_part.setdefault(part, []).append(question_id)
    return "; ".join(f"{part} ({', '.join(ids)})" for part, ids in by_part.items())


def is_stale(old: Parts, new: Parts) -> bool:
    return any(part != POINTS for part in changed(old, new))


def prerequisites(assignment: Assignment, question_ids: Iterable[str]) -> frozenset[str]:
    """These questions and all that they build on, as far as they are asked."""
    asked = {question.id: question for question in assignment.questions}
    found: set[str] = set()
    waiting = [question_id for question_id in question_ids if question_id in asked]
    while waiting:
        question_id = waiting.pop()
        if question_id not in found:
            found.add(question_id)
            waiting += [other for other in asked[question_id].builds_on if other in asked]
    return frozenset(found)


def _code_parts(assignment: Assignment, question: Question) -> Parts:
    below = prerequisites(assignment, [question.id]) - {question.id}
    earlier = [assignment.question(question_id) for question_id in sorted(below)]
    return {
        "tests": _tests(assignment, question),
        "tests of what it builds on": _print(*(_tests(assignment, other) for other in earlier)),
        "reference": _reference(assignment, [question, *earlier]),
        **_substitutes(assignment, question),
        **_known_mistakes(assignment, question),
        "limits": _print(json.dumps(asdict(assignment.limits)), assignment.code_file),
        "hints": _print(_hints(assignment, question), _examples(assignment, question)),
    }


def _substitutes(assignment: Assignment, question: Question) -> Parts:
    """Of a question that builds on others, the right versions on which it may be tried again."""
    path = assignment.substitutes
    if not question.builds_on or not path.is_file():
        return {}
    return {"right functions to build on": _print(path.read_bytes())}


def _known_mistakes(assignment: Assignment, question: Question) -> Parts:
    """The mistakes by whose values a case may be judged, if any are known."""
    path = assignment.root / "solutions" / "misconceptions" / f"{question.id}.py"
    return {"known mistakes": _print(path.read_bytes())} if path.is_file() else {}


def _answer_parts(assignment: Assignment, question: Question) -> Parts:
    prompts = _POINTS_SAID.sub("", handed_out_words(assignment))  # what these are worth needs no run
    return {"prompts": _print(prompts, repr(question.words), question.title)}


def _tests(assignment: Assignment, question: Question) -> str:
    """The question's two test files, and what assignment.yml says of it."""
    files = (assignment.public_tests(question.id), assignment.hidden_tests(question.id))
    return _print(*(file.read_bytes() for file in files), repr((question.functions, question.builds_on)))


def _reference(assignment: Assignment, questions: Iterable[Question]) -> str:
    """Of the reference, what these questions' functions and tests use; comments do not count.

    Whatever is not a function or class counts for every question.
    """
    tree = ast.parse(assignment.reference.read_bytes())
    names: list[str] = []
    for question in questions:
        names += question.functions
        for file in (assignment.public_tests(question.id), assignment.hidden_tests(question.id)):
            names += re.findall(r"\w+", file.read_text("utf-8"))
    unused = defined_in(tree).keys() - used_by(names, tree)
    counts = [node for node in tree.body if getattr(node, "name", None) not in unused]
    return _print(*(ast.dump(node) for node in counts))


def _hints(assignment: Assignment, question: Question) -> str:
    """What the table of known mistakes says of the question's functions."""

    def said(table: Any) -> str:
        functions = json.dumps([table["functions"].get(name) for name in question.functions], sort_keys=True)
        probes = assignment.template / "probes" / f"{question.id}.py"
        texts = (f"{id} {text}" for id, text in table["hints"].items() if id in functions)
        return _print(functions, *texts, probes.read_bytes() if probes.is_file() else "")

    return _derived(assignment.template / "check" / "fingerprints.json", said)


def _examples(assignment: Assignment, question: Question) -> str:
    """The inputs on which the question's functions are tried where no known mistake explains what fails."""

    def said(table: Any) -> str:
        return json.dumps([table["functions"].get(name) for name in question.functions])

    return _derived(assignment.template / "check" / "examples.json", said)


def _derived(path: Path, said: Callable[[Any], str]) -> str:
    """What a file that `release` derives says of a question; empty where there is none."""
    if not path.exists():
        return ""
    try:
        return said(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _print(path.read_bytes())  # the grader will say what is wrong with it


@cache
def _sources() -> str:
    """The code that grades: this package's, as far as a result can depend on it."""
    places = [_PACKAGE / name for name in _GRADER]
    files = [file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))]
    return _print(*(part for file in sorted(files) for part in (file.name, file.read_bytes())))


@cache
def _libraries() -> str:
    """The versions as text: they are short, and can be shown."""
    return ", ".join([f"Python {platform.python_version()}", *map(_version, _LIBRARIES)])


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"no {name}"


def _data(assignment: Assignment) -> str:
    files = sorted((assignment.root / "assignment" / "data").glob("*.*"))
    return _print(*(p for f in files if f.suffix in (".npy", ".txt", ".json") for p in (f.name, f.read_bytes())))


def _print(*parts: str | bytes) -> str:
    """A fingerprint of parts that no other parts have, put together however."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(content) + content)
    return digest.hexdigest()[:16]
