"""Whatever assignment.yml says, the handed-out folder agrees with it, with itself and with the grades."""

from __future__ import annotations

import ast
import doctest
import random
import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from autograder.assignment import ROOT, YML, Assignment, import_file, load_assignment
from autograder.authoring.archives import student_zip
from autograder.authoring.release import release
from autograder.authoring.stubs import code_file, given_functions
from autograder.authoring.texts import Texts, anchor
from autograder.check.import_name import importable_as_check
from autograder.check.loading.settings import FILE, read_settings
from autograder.errors import AssignmentError
from autograder.grading.grader import Grader
from autograder.grading.launcher import Launcher
from autograder.result import Outcome
from autograder.submission import Submission
from tests.handed_out import run
from tests.representatives import representatives

ASSIGNMENT = load_assignment()
EVERYTHING = (*ASSIGNMENT.questions, *ASSIGNMENT.switched_off)
SECTION = re.compile(r"^(?=# -{10,} \w+$)", re.MULTILINE)
QUICK, ALL = 3, 20


def configuration(seed: int) -> dict:
    """What an instructor might make of the list."""
    chance = random.Random(seed)
    data = yaml.safe_load((ROOT / YML).read_text(encoding="utf-8"))
    data["title"] = f"Embeddings in winter {seed}"
    data["rescale_to"] = chance.choice([None, 10, 33.3, 100])
    data["limits"]["seconds_per_call"] = chance.randint(8, 15)
    for question in data["questions"]:
        question["enabled"] = chance.random() < 0.6
        question["points"] = chance.choice([1, 2.5, 7, 8, 12, 20])
        question["title"] = f"{question['title']}, part {chance.randint(1, 9)}"
        if "words" in question:
            question["words"] = [chance.randint(40, 90), chance.randint(200, 500)]
    chance.choice([q for q in data["questions"] if "functions" in q])["enabled"] = True
    return data


@pytest.fixture
def configured(tmp_path: Path) -> Callable[[dict], Assignment]:
    """A copy of the assignment with this list."""

    def configured(data: dict) -> Assignment:
        root = tmp_path / "course"
        for name in ("assignment", "student_template", "solutions", "LICENSES"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
        shutil.copy(ROOT / "LICENSE", root)
        (root / YML).write_text(yaml.safe_dump(data), encoding="utf-8")
        return load_assignment(root)

    return configured


def filled_in(stubs: str, reference: str) -> str:
    """The stubs with the reference's lines in their places; what is given stays as it was handed out."""
    start, *sections = SECTION.split(reference)
    right = {section.split("\n", 1)[0].split()[-1]: section for section in sections}
    own = [(section.split("\n", 1)[0].split()[-1], section) for section in SECTION.split(stubs)[1:]]
    return "".join([start, *(right.get(name, section) for name, section in own)])


@pytest.mark.parametrize(
    "seed",
    [*representatives(range(QUICK)), *(pytest.param(seed, marks=pytest.mark.thorough) for seed in range(QUICK, ALL))],
)
def test_any_configuration_hands_out_what_it_grades(seed: int, configured, course_launcher: Launcher, tmp_path: Path):
    assignment = configured(configuration(seed))
    release(assignment.root)
    assert release(assignment.root, check=True) == []
    with zipfile.ZipFile(BytesIO(student_zip(assignment.root))) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "student_template"
    expect_agreement(assignment, folder)
    code = filled_in((folder / assignment.code_file).read_text("utf-8"), assignment.reference.read_text("utf-8"))
    expect_examples_to_run(folder, code)
    (folder / assignment.code_file).write_text(code, encoding="utf-8")
    done = run(folder, "python", "check")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    result = Grader(assignment, course_launcher).grade(Submission("ada", code.encode()))
    graded = {question.id: question.points for question in result.questions}
    assert graded.keys() == {question.id for question in assignment.questions}
    failed = [case for question in result.questions for case in question.cases if case.outcome is not Outcome.PASSED]
    assert failed == []
    assert {q.id: graded[q.id] for q in assignment.code_questions} == pytest.approx(
        {q.id: q.points for q in assignment.code_questions}
    )
    assert result.possible == assignment.possible


@pytest.mark.parametrize("answers", [True, False])
def test_without_short_answers_or_with_one_function_no_text_speaks_of_more(configured, tmp_path, answers: bool):
    data = configuration(0)
    for question in data["questions"]:
        question["enabled"] = question["id"] == "input_embeddings" or ("words" in question and answers)
    assignment = configured(data)
    release(assignment.root)
    with zipfile.ZipFile(BytesIO(student_zip(assignment.root))) as archive:
        archive.extractall(tmp_path)
    expect_agreement(assignment, tmp_path / "student_template")
    handout = (assignment.root / "student_template" / "handout.md").read_text("utf-8")
    assert "You write one short function or class in" in handout


def expect_agreement(assignment: Assignment, folder: Path) -> None:
    """Texts, stubs, cases and settings know the questions that are asked, and no others."""
    pages = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    handout = pages["handout.md"]
    assert f"# {assignment.title}\n" in handout
    assert f"There are {assignment.possible:g} point" in handout
    for question in assignment.questions:
        worth = f"{question.points:g} point" + ("s" if question.points != 1 else "")
        assert f"## `{question.id}`: {question.title} ({worth})" in handout
        assert re.search(rf"\| \[`{question.id}`\]\(#\S+\) \| {question.points:g} \|", handout)
        if question.words:
            bounds = f"{question.words[0]} to {question.words[1]} words"
            assert f"({bounds})" in handout and f"({bounds})" in pages["answers.md"]
            assert f"`{question.id}` ({worth}): {bounds}." in pages["conventions.md"]
            assert f"## {question.id}: {question.title}" in pages["answers.md"]
    texts = {**pages, "code": (folder / assignment.code_file).read_text("utf-8")}
    assert [name for name, text in texts.items() if ASSIGNMENT.title in text] == []
    assert bool(assignment.answer_questions) == ("short answer" in handout.casefold())
    written = {path: path.read_text("utf-8") for path in folder.rglob("*") if path.suffix in (".md", ".ipynb")}
    for question in assignment.switched_off:
        assert [path for path, text in written.items() if question.title in text or f"`{question.id}`" in text] == []
    for name, page in pages.items():
        for target, heading in re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", page):
            if not target.startswith("http"):
                assert (folder / target).exists(), (name, target)
                if heading:
                    headings = re.findall(r"^#+ (.*)$", pages[target or name], re.MULTILINE)
                    assert heading in map(anchor, headings), (name, target, heading)
    for part in ("tests", "probes"):
        assert {path.stem for path in (folder / part).glob("*.py")} == {q.id for q in assignment.code_questions}
    code = (folder / assignment.code_file).read_text("utf-8")
    defined = {node.name: ast.unparse(node) for node in ast.parse(code).body if hasattr(node, "name")}
    given = given_functions(assignment, assignment.reference.read_text("utf-8"))
    asked = {name for question in assignment.code_questions for name in question.functions}
    assert {name for name in defined if not name.startswith("_")} == asked | given
    assert [name for name in asked if "NotImplementedError" not in defined[name]] == []
    assert [name for name in given if "NotImplementedError" in defined[name]] == []
    settings = read_settings(folder / "check" / FILE)
    assert [(q.id, q.points) for q in settings.questions] == [(q.id, q.points) for q in assignment.questions]


def expect_examples_to_run(folder: Path, code: str) -> None:
    """The handout's examples, with the functions that are asked or given and no others."""
    importable_as_check()
    (folder / "filled_in.py").write_text(code, encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", (folder / "handout.md").read_text("utf-8"), flags=re.DOTALL)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "handout", "handout.md", 0)
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "embeddings", import_file(folder / "filled_in.py"))
        outcome = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(
            session, out=said.append
        )
    (folder / "filled_in.py").unlink()
    assert outcome.attempted and not outcome.failed, "".join(said)


def without(*off: str) -> Texts:
    """The texts where these questions are switched off and all others asked."""
    asked = tuple(question for question in EVERYTHING if question.id not in off)
    gone = tuple(question for question in EVERYTHING if question.id in off)
    assignment = replace(ASSIGNMENT, questions=asked, switched_off=gone)
    return Texts(assignment, given_functions(assignment, assignment.reference.read_text("utf-8")))


@pytest.mark.thorough
def test_no_text_speaks_of_what_one_or_two_questions_took_along():
    ids = [question.id for question in EVERYTHING]
    for off in (*combinations(ids, 1), *combinations(ids, 2)):
        texts = without(*off)
        for name in ("handout.md", "conventions.md", "answers.md", "explore.py"):
            texts.render(ROOT / "assignment" / name)
        texts.refuse_mentions(ASSIGNMENT.template / "README.md")


@pytest.mark.parametrize(
    "text, refused",
    [
        ("Fine.\n\nCall `one_hot(ids, 4)`.", "line 3: `one_hot` is of `one_hot`, which is switched off"),
        ("```python\n>>> one_hot_lookup(table, ids)\n```", "line 2: `one_hot_lookup` is of `one_hot`"),
        ("{% if asked.lookup %}\nHere.\n{% endif %}\nIn `one_hot`, too.", "line 4: `one_hot`"),
        ("See [above](#nowhere).", "line 1: no heading is there for the link to `#nowhere`"),
        ("First.\nIt earns 8 points.", "line 2: `8 points` would stay when points change"),
        ("First.\n\nIt is worth {{ points.onehot }}.", "line 3: .*onehot"),
        ("First.\n{% if asked.one_hot %}\nNever ended.", "line 3: .*endif"),
    ],
)
def test_what_cannot_be_derived_is_refused_with_file_and_line(tmp_path: Path, text: str, refused: str):
    path = tmp_path / "handout.md"
    path.write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(AssignmentError, match=rf"handout\.md, {refused}"):
        without("one_hot").render(path)


def test_what_only_looks_like_a_question_s_name_stays(tmp_path: Path):
    path = tmp_path / "handout.md"
    text = 'Say `"one_hot"`, `encoder.one_hot`, one_hot outside of code, and 20,000 points.\n'
    path.write_text(text, encoding="utf-8")
    assert without("one_hot").render(path) == text


def test_a_question_s_section_leaves_with_it_and_its_neighbours_stay(tmp_path: Path):
    path = tmp_path / "handout.md"
    path.write_text(
        "# All\n\n## `lookup`\n\nRows.\n\n## `one_hot`: Codes\n\nOnes.\n\n## Last\n\nEnd.\n", encoding="utf-8"
    )
    assert without("one_hot").render(path) == "# All\n\n## `lookup`\n\nRows.\n\n## Last\n\nEnd.\n"


def test_a_section_that_leaves_takes_no_tag_of_the_next_one_along(tmp_path: Path):
    path = tmp_path / "handout.md"
    path.write_text("## `one_hot`\n\nOnes.\n\n{% if asked.lookup %}\n## Rows\n\nRows.\n{% endif %}\n", encoding="utf-8")
    assert without("one_hot").render(path) == "## Rows\n\nRows.\n"
    assert without("lookup").render(path) == "## `one_hot`\n\nOnes.\n"


def test_what_another_question_needs_is_handed_out_complete_with_its_helpers():
    texts = without("sinusoidal")
    code = code_file(texts.assignment, ASSIGNMENT.reference.read_text("utf-8"))
    given = code.partition(" given\n")[2].partition("# ------")[0]
    assert set(re.findall(r"^(?:def|class) (\w+)", given, re.MULTILINE)) == {
        "_frequencies",
        "sinusoidal_encoding",
        "SinusoidalPositions",
    }
    assert "NotImplementedError" not in given and "SOLUTION" not in code
