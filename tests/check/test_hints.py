"""`python check` names the idea that went wrong, beside a failed check of its function and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from handed_out_folder import Run, run_check

import solutions.embeddings as reference
from autograder.assignment import ROOT
from autograder.authoring.audit.case_trials import namespace
from autograder.check.hints.diagnosis import FILE, diagnose, read_table
from autograder.misconceptions import apply, misconceptions

SOURCE = Path(reference.__file__).read_text("utf-8")
MISTAKES = {mistake.id: mistake for mistake in misconceptions("lookup")}


@pytest.fixture
def template(tmp_path) -> Path:
    """A copy of the handed-out folder."""
    ignored = shutil.ignore_patterns("__pycache__", "*.svg")
    return Path(shutil.copytree(ROOT / "student_template", tmp_path / "template", ignore=ignored))


def check(template: Path, source: str) -> Run:
    (template / "embeddings.py").write_text(source, encoding="utf-8")
    return run_check(template, "lookup", "--all")


def said(run: Run) -> str:
    return " ".join(run.out.split())


def test_a_hint_stands_before_the_message_of_every_failed_check_of_its_function(template):
    off_by_one, unknown = MISTAKES["L11"], MISTAKES["L38"]
    run = check(template, apply(SOURCE, [off_by_one, unknown]))
    assert run.status == 1
    blocks = [" ".join(block.split()) for block in run.out.split("lookup: failed")[1:]]
    for name, mistake in (("embedding_lookup", off_by_one), ("encode", unknown)):
        own = [block for block in blocks if block.startswith(f"`{name}`")]
        assert own
        for block in own:
            assert [other for other in MISTAKES.values() if other.hint in block] == [mistake]
            assert block.index(mistake.hint) < block.index(f"{name}(")


@pytest.mark.thorough
def test_a_mistake_that_no_public_check_finds_gets_no_hint(template):
    unsorted = "dict(zip(set(tokens), range(99)))"  # of numbers, which probes ask for and public checks do not
    source = f"{SOURCE}\n\n_right = build_vocabulary\n\n\ndef build_vocabulary(tokens):\n"
    source += f"    return {unsorted} if tokens and isinstance(tokens[0], int) else _right(tokens)\n"
    environment = namespace(source)
    (hint,) = diagnose(["build_vocabulary"], environment, read_table(template / "check" / FILE))
    assert hint.mistake == "L64"
    run = check(template, source)
    assert run.status == 0
    assert MISTAKES["L64"].hint not in said(run)


def test_a_function_that_prints_or_exits_when_it_is_probed_shows_nothing_of_it(template):
    run = check(
        template,
        SOURCE.replace(
            "    _refuse_bad_ids(ids, table.shape[0])\n    return table[ids]",
            "    print('called with', ids.shape)\n"
            "    if ids.shape == (2, 3):\n        raise SystemExit\n    return table[ids - 1]",
        ),
    )
    assert run.status == 1 and "lookup: failed" in run.out
    assert "called with" in run.out and "(2, 3)" not in run.out and "[2, 3]" not in run.out
    assert not any(mistake.hint in said(run) for mistake in MISTAKES.values())


def test_without_the_table_there_are_no_hints(template):
    (template / "check" / FILE).unlink()
    run = check(template, apply(SOURCE, [MISTAKES["L11"]]))
    assert run.status == 1 and "lookup: failed" in run.out and run.error == ""
    assert MISTAKES["L11"].hint not in said(run)
