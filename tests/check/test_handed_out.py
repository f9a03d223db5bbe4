"""`python check` in the folder as it is handed out: nothing done, all done, and the README's picture."""

from __future__ import annotations

import re
import runpy
import shutil
import sys
from pathlib import Path

import pytest
from handed_out_folder import Run, run_check

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.settings import FILE, read_settings
from autograder.check.testing.cases import read_cases
from tests.representatives import representatives

TEMPLATE = ROOT / "student_template"
ASSIGNMENT = load_assignment()
QUESTIONS = ASSIGNMENT.code_questions


@pytest.fixture
def template(tmp_path) -> Path:
    """A copy of the handed-out folder."""
    ignored = shutil.ignore_patterns("__pycache__", "*.svg")
    return Path(shutil.copytree(TEMPLATE, tmp_path / "template", ignore=ignored))


def lines_of_questions(run: Run) -> list[str]:
    return [line for line in run.out.split("\n") if re.search(r" checks +\d+\.\d of ", line)]


def test_nothing_passes_in_the_blank_template(template):
    run = run_check(template, "--all")
    assert (run.status, run.error) == (1, "")
    lines = lines_of_questions(run)
    assert [line.split()[1] for line in lines] == [question.id for question in QUESTIONS]
    assert all(line.startswith("  ·") and " 0 of " in line and " 0.0 of " in line for line in lines)
    for question in QUESTIONS:
        assert f"{question.id}: not attempted" in run.out
    assert ": failed" not in run.out


def test_what_is_not_written_yet_is_said_once_below_all_that_waits_for_it(template):
    (template / "embeddings.py").write_text("def encode(tokens, vocabulary):\n    raise NotImplementedError('no')\n")
    out = " ".join(run_check(template, "lookup", "--all").out.split())
    assert "for no tokens. `encode` raises a `KeyError` that names the unknown token." in out
    assert out.count("KeyError` that names the unknown token. no ") == 1


def test_what_has_more_to_say_than_what_it_waits_for_says_it_itself(template):
    names = "build_vocabulary", "encode", "new_embedding_table"
    stubs = "".join(f"def {name}(*args, **kwargs):\n    raise NotImplementedError\n\n\n" for name in names)
    told = "def embedding_lookup(*args):\n    print('here')\n    raise NotImplementedError('no')\n"
    (template / "embeddings.py").write_text(stubs + told)
    out = run_check(template, "lookup", "--all").out
    count = len(read_cases(ASSIGNMENT.public_tests("lookup")))
    assert out.count("lookup: not attempted") == count and out.count("| here") > 3


@pytest.mark.thorough
def test_everything_passes_with_the_reference(template):
    shutil.copy(ROOT / "solutions" / "embeddings.py", template)
    run = run_check(template)
    assert (run.status, run.error) == (0, "")
    lines = lines_of_questions(run)
    assert len(lines) == len(QUESTIONS)
    assert all(line.startswith("  ✓") for line in lines)
    assert "Next: write answers.md, then type `python check --pack`." in run.out
    hidden = sum(q.hidden_cases for q in read_settings(template / "check" / FILE).questions)
    words = " ".join(run.out.split())
    assert f" public checks pass; {hidden} more run when it is graded. Submitting now would keep " in words
    assert words.endswith("the same sentences of conventions.md, on other inputs. Read each of them once more.")


@pytest.mark.parametrize("name", representatives(["check_on_a_terminal", "watch_on_a_terminal"]))
def test_a_picture_in_the_readme_shows_what_the_command_prints(monkeypatch, name):
    script = ROOT / "assignment" / "figures" / f"{name}.py"
    monkeypatch.syspath_prepend(str(script.parent))
    drawn = runpy.run_path(str(script))
    for module in ("style", "check_on_a_terminal"):
        sys.modules.pop(module, None)
    committed = script.with_suffix(".svg").read_text(encoding="utf-8")
    assert drawn["drawing"]() == committed, f"run {script.relative_to(ROOT)} again"


@pytest.mark.parametrize("arguments", [["lookup"], ["--pack"]])
def test_work_under_another_name_is_named_where_the_notebook_is_still_blank(template, arguments):
    (template / "embeddings.py").rename(template / "embeddings (1).py")
    run = run_check(template, *arguments)
    assert "`embeddings (1).py`" in run.out and "rename it" in run.out
