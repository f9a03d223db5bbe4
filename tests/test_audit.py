"""The audit: the cases can be trusted, and a weakened case is named by what it no longer catches."""

from __future__ import annotations

import ast
import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

import autograder.assignment
import autograder.authoring.audit
from autograder.assignment import ROOT, import_file, load_assignment
from autograder.authoring.audit import audit, audit_view, users
from autograder.authoring.audit.audit_view import show
from autograder.authoring.audit.case_trials import namespace, not_passed, quiet
from autograder.authoring.audit.equivalent_mutants import FILE, equivalents
from autograder.authoring.audit.findings import Audit, Finding
from autograder.authoring.audit.mutants import Mutant, diff, mutants
from autograder.check.testing.cases import read_cases
from autograder.cli import main
from autograder.errors import AssignmentError
from autograder.misconceptions import Misconception

ASSIGNMENT = load_assignment()
MOST_RECORDED = 0.05
"""The part of the mutants that may be recorded as equivalent."""

# ---------------------------------------------------------------------------------- the real audit


@pytest.fixture(scope="module")
def found() -> Audit:
    return audit(ASSIGNMENT)


@pytest.mark.thorough
def test_mistakes_and_mutants_are_caught_and_no_right_variant_is_refused(found):
    assert list(found.problems()) == []
    assert len(found.of(Misconception)) > 300
    assert len(found.of(Path)) > 40
    assert len(found.of(Mutant)) > 500
    assert len(found.of(type(None))) == 1


@pytest.mark.thorough
def test_few_mutants_are_recorded_as_equivalent(found):
    assert 0 < len(found.recorded) <= MOST_RECORDED * len(found.of(Mutant))


@pytest.mark.soak
def test_the_questions_that_a_mutant_is_not_tried_on_could_not_have_told_it(found):
    reference = import_file(ASSIGNMENT.reference)
    for finding in found.of(Mutant):
        untried = [case for question, cases in found.cases.items() if question not in finding.lost for case in cases]
        with quiet():
            try:
                environment = namespace(finding.about.source)
            except TypeError:
                continue  # it cannot even be loaded, and so loses everything
            assert not_passed(untried, {**environment, "reference": reference}) == {}, str(finding.about)


# ----------------------------------------------------------------------- what a wrong assignment shows

CASE = "`train_embeddings` leaves `pairs` as it was."
VARIANT = "solutions/right_variants/learned_vectors/lazy.py"
LAZY = "def train_embeddings(centre, context, pairs, *, steps, learning_rate):\n    return []\n"
RECORD = """
- where: train_embeddings
  line: losses = []
  becomes: losses = [0]
  reason: Nobody knows.
- where: train_embeddings
  line: return losses
  becomes: return None
  reason: Nobody looks.
"""


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory) -> Path:
    """A copy of what an audit reads, with a case that demands nothing, a wrong variant and wrong records."""
    root = tmp_path_factory.mktemp("assignment")
    for folder in ("assignment", "solutions", "student_template"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (root / "student_template" / "tests", root / "assignment" / "hidden_tests"):
        demand_nothing(path / "learned_vectors.py", CASE)
    (root / VARIANT).write_text(LAZY, "utf-8")
    (root / "solutions" / FILE).write_text(RECORD, "utf-8")
    return root


def demand_nothing(path: Path, title: str) -> None:
    """Empty the body of the case with that title."""
    source = path.read_text("utf-8")
    lines = source.splitlines(keepends=True)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list and title in ast.unparse(node.decorator_list):
            lines[node.body[0].lineno - 1 : node.end_lineno] = ["    pass\n"]
    path.write_text("".join(lines), "utf-8")


@pytest.fixture(scope="module")
def spoiled_audit(spoiled) -> Audit:
    return audit(load_assignment(spoiled), ["learned_vectors"])


@pytest.fixture(scope="module")
def problems(spoiled_audit) -> str:
    return "\n".join(problem.text for problem in spoiled_audit.problems())


def test_a_weakened_case_is_named_by_the_mistake_that_it_no_longer_catches(problems):
    assert "learned_vectors: the mistake V39 (shuffles the caller's pairs) passes every case." in problems


def test_a_case_that_a_blank_file_passes_is_named(problems):
    assert f"learned_vectors: the blank template passes a case: {CASE}" in problems


def test_a_variant_that_is_refused_is_named(problems):
    assert f"the right variant {VARIANT} does not pass a case: " in problems


def test_a_mutant_that_nothing_explains_is_named(problems):
    assert "learned_vectors: a mutant passes every case: in `train_embeddings`, `tables = " in problems


def test_records_of_mutants_that_are_none_or_are_caught_are_named(problems):
    assert "`losses = []` becoming `losses = [0]` is not a mutant of the reference any more." in problems
    assert "`return losses` becoming `return None` is caught, so it is not equivalent." in problems


def test_the_table_fits_80_columns_and_ends_with_the_number_of_problems(spoiled_audit, spoiled):
    console = Console(width=80, record=True, file=io.StringIO())
    show(spoiled_audit, load_assignment(spoiled), console)
    text = console.export_text()
    table, rest = text.split("\n\n", 1)
    assert "learned_vectors" in table and "41/42" in table and "7/8" in table
    assert max(map(len, table.splitlines())) <= 80
    assert "-        tables = (centre.weight, context.weight)\n" in rest
    assert "+        tables = (context.weight, centre.weight)\n" in rest
    count = len(list(spoiled_audit.problems()))
    assert f"Not to be trusted yet: {count} problems." in rest


def test_a_case_that_catches_nothing_is_idle_and_one_that_alone_catches_a_mistake_is_not(spoiled_audit):
    idle = {case.title for case in spoiled_audit.idle("learned_vectors") if case.hidden}
    assert any(title.startswith(CASE) for title in idle)
    assert not any("stay the same trainable parameters" in title for title in idle)


def test_the_command_says_what_came_of_it_by_its_exit_status(monkeypatch, spoiled, spoiled_audit):
    monkeypatch.setattr(autograder.assignment, "load_assignment", lambda: load_assignment(spoiled))
    monkeypatch.setattr(autograder.authoring.audit, "audit", lambda *arguments, **options: spoiled_audit)
    done = CliRunner().invoke(main, ["audit", "learned_vectors"])
    assert done.exit_code == 1
    assert "(shuffles the caller's pairs) passes every case." in done.stdout


def test_a_question_that_is_none_is_wrong_usage(monkeypatch, spoiled):
    monkeypatch.setattr(autograder.assignment, "load_assignment", lambda: load_assignment(spoiled))
    done = CliRunner().invoke(main, ["audit", "spelling"])
    assert done.exit_code == 2
    assert "Error: `spelling` is not a code question; these are: lookup, one_hot" in done.stderr


# ---------------------------------------------------------------------------------------- the parts

SMALL = '''import torch


def first(x: int = 1, *, names=("a", "b")) -> "float":
    """A text that stays 1."""
    while x < 3 and x:
        raise ValueError(f"{x} is below {3}")
    return second(x) + 2


def second(x):
    return x


def third():
    return 0
'''


def test_a_mutant_changes_one_place_and_neither_types_nor_texts_for_readers():
    made = {mutant.becomes for mutant in mutants(SMALL)}
    assert {"while x <= 3 and x:", "while x >= 3 and x:", "while x < 3 or x:", "return second(x) - 2"} <= made
    assert {"return x + 2", "return second() + 2", "return None", "raise ValueError()"} <= made
    assert "def first(x: int = 2, *, names=('a', 'b')) -> 'float':" in made
    assert not any("stays 2" in text or "is above" in text for text in made)
    assert all(mutant.source != SMALL and ast.parse(mutant.source) for mutant in mutants(SMALL))


def test_a_mutant_is_shown_as_a_diff_of_one_line():
    mutant = next(mutant for mutant in mutants(SMALL) if mutant.becomes == "return second(x) - 2")
    changed = [line for line in diff(SMALL, mutant, "small.py").splitlines() if line[:1] in "+-"]
    assert changed == [
        "--- small.py",
        "+++ small.py (mutant)",
        "-    return second(x) + 2",
        "+    return second(x) - 2",
    ]


def test_a_hint_is_astray_where_it_is_not_the_mistakes_own():
    slip, same, other = (Misconception(id, "f", "a slip", hint, ()) for id, hint in ("Ah", "Bh", "Ci"))
    about = (slip, same, other, Path("right.py"), None)
    found = [Finding(each, ("q",), {"q": ()}, hints=("A",)) for each in about]
    result = Audit(cases={"q": ()}, findings=tuple(found), recorded=(), domains={}, named={})
    assert [result.astray(finding) for finding in found] == [[], [], ["A"], ["A"], ["A"]]
    said = [problem.text for problem in result.problems()]
    assert "q: the mistake C (a slip) gets the hint of the mistake A." in said
    assert "q: the right variant right.py gets the hint of the mistake A." in said


def test_a_hint_without_evidence_is_not_counted_as_true():
    slip = Misconception("A", "f", "a slip", "Ah", ())
    finding = Finding(slip, ("q",), {"q": ()}, hints=("A", "B", "C"), untrue=("B",), unproven=("C",))
    of_one = Audit(cases={"q": ()}, findings=(finding,), recorded=(), domains={"q": ()}, named={})
    console = Console(width=80, file=io.StringIO())
    console.print(audit_view._domains(of_one))
    assert "1/3" in console.file.getvalue() and "1 unproven" in console.file.getvalue()
    said = "q: the hint of the mistake C has no evidence."
    demanding = replace(of_one, demands_evidence=True)
    assert [said in (problem.text for problem in each.problems()) for each in (of_one, demanding)] == [False, True]


def test_what_uses_a_function_by_way_of_another_may_tell_that_it_changed():
    assert users(SMALL) == {"first": {"first"}, "second": {"first", "second"}, "third": {"third"}}


ENDLESS = {
    "a while loop": "def f():\n    while True:\n        pass\n",
    "a for loop": "from itertools import count\n\ndef f():\n    for _ in count():\n        pass\n",
    "a comprehension": "from itertools import count\n\ndef f():\n    return [n for n in count()]\n",
    "growing tensors": "import torch\n\ndef f():\n    for n in range(10**5):\n        torch.ones(n, n)\n",
}


@pytest.mark.parametrize("kind", ENDLESS)
def test_code_that_would_go_on_for_ever_does_not_pass(kind, tmp_path):
    path = tmp_path / "endless.py"
    path.write_text(
        "from otter.test_files import test_case\nOK_FORMAT, name = False, 'endless'\n"
        "@test_case(name='It ends.', points=1)\ndef test_it(f):\n"
        "    try:\n        f()\n    except Exception:\n        pass\n",
        "utf-8",
    )
    (said,) = not_passed(read_cases(path), namespace(ENDLESS[kind])).values()
    assert "more than" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("where: f", "should be a list of mutants"),
        ("[{where: f, line: a, becomes: b}]", "entry 1 should have the keys becomes, line, reason, where"),
        ("[{where: f, line: a, becomes: [], reason: so}]", "entry 1 should hold texts"),
        ("[", "cannot be read"),
    ],
)
def test_a_wrong_list_of_equivalent_mutants_is_named(text, said, tmp_path):
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / FILE).write_text(text, "utf-8")
    with pytest.raises(AssignmentError, match=re.escape(said)):
        equivalents(replace(ASSIGNMENT, root=tmp_path))
