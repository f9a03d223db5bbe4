"""What a result depends on: each part changes with what it stands for, where that concerns the question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.grading import cache_keys as module
from autograder.grading.cache_keys import cache_keys, changed, is_stale
from tests.small_batch import make_root

TABLE = {
    "functions": {"double": {"outcomes": ["D1"]}, "triple": {"outcomes": ["T1"]}},
    "hints": {"D1": "Twice is not thrice.", "T1": "Thrice is not twice."},
}
EVERY = ("doubling", "tripling", "why")


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A small assignment with known mistakes and data, and a grader that is one file."""
    root = make_root(tmp_path / "root")
    (root / "student_template" / "check").mkdir()
    (root / "student_template" / "check" / "fingerprints.json").write_text(json.dumps(TABLE))
    (root / "assignment" / "data").mkdir()
    (root / "assignment" / "data" / "words.txt").write_text("one two\n")
    (tmp_path / "grader" / "grading").mkdir(parents=True)
    (tmp_path / "grader" / "grading" / "grader.py").write_text("strict = True\n")
    monkeypatch.setattr(module, "_PACKAGE", tmp_path / "grader")
    monkeypatch.setattr(module, "_GRADER", ("grading",))
    monkeypatch.setattr(module, "version", lambda name: "1.0")
    forget()
    yield root
    forget()


def forget() -> None:
    """What a process looks up once: its own code and libraries."""
    module._sources.cache_clear()
    module._libraries.cache_clear()


def now(root: Path) -> dict[str, dict[str, str]]:
    forget()
    return cache_keys(load_assignment(root))


def differences(root: Path, before: dict[str, dict[str, str]]) -> dict[str, tuple[str, ...]]:
    after = now(root)
    assert before.keys() == after.keys()
    found = {question: changed(before[question], after[question]) for question in before}
    return {question: parts for question, parts in found.items() if parts}


@pytest.mark.parametrize(
    ("path", "old", "new", "part", "questions"),
    [
        ("student_template/check/fingerprints.json", "Thrice is", "Three times is", "hints", ["tripling"]),
        ("student_template/check/fingerprints.json", '["D1"]', '["D1", "D1"]', "hints", ["doubling"]),
        ("assignment/data/words.txt", "two", "three", "data", EVERY),
        ("../grader/grading/grader.py", "True", "False", "grader", EVERY),
        ("assignment/assignment.yml", "memory_mb: 1000", "memory_mb: 9", "limits", ["doubling", "tripling"]),
        ("student_template/answers.md", "# Answers", "# Your answers", "prompts", ["why"]),
        ("assignment/assignment.yml", "points: 8", "points: 9", "points", ["tripling"]),
        ("solutions/embeddings.py", "3 * n", "n + 2 * n", "reference", ["tripling"]),
    ],
)
def test_a_change_shows_in_its_part_alone_where_it_matters(root, path, old, new, part, questions):
    before = now(root)
    file = root / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    assert differences(root, before) == dict.fromkeys(questions, (part,))


def test_a_case_counts_for_its_question_and_for_those_that_build_on_it(root):
    before = now(root)
    file = root / "assignment" / "hidden_tests" / "doubling.py"
    file.write_text(file.read_text().replace("points=2", "points=3"))
    assert differences(root, before) == {"doubling": ("tests",), "tripling": ("tests of what it builds on",)}


def test_another_version_of_a_library_counts_for_every_question(root, monkeypatch):
    before = now(root)
    monkeypatch.setattr(module, "version", lambda name: "1.1" if name == "torch" else "1.0")
    assert differences(root, before) == dict.fromkeys(EVERY, ("libraries",))


def test_nothing_changed_gives_the_same_keys(root):
    assert differences(root, now(root)) == {}


def test_only_points_need_no_run():
    old = {"tests": "1", "points": "8"}
    assert not is_stale(old, old | {"points": "9"})
    assert is_stale(old, old | {"hints": "2"})
    assert is_stale(old | {"hints": "2"}, old)


def test_points_that_the_prompts_name_need_no_run_either(root):
    file = root / "student_template" / "answers.md"
    named = "## why: Why twice ({0} points)\n[handout](../handout.md#why-why-twice-{0}-points)\n"
    file.write_text(named.format(10))
    before = now(root)
    file.write_text(named.format(12.5))
    assert differences(root, before) == {}
    file.write_text(named.format(12.5).replace("Why twice (", "Why thrice ("))
    assert differences(root, before) == {"why": ("prompts",)}


def test_what_counts_as_the_grader_is_there():
    assert [name for name in module._GRADER if not (module._PACKAGE / name).exists()] == []
