"""What students get follows from its sources, and gives nothing away."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import os
import re
import shutil
import sys
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import nbformat
import pytest

from autograder import __version__
from autograder.assignment import ROOT, load_assignment
from autograder.authoring.archives import ARCHIVES, archives, handed_out
from autograder.authoring.release import release
from autograder.authoring.stubs import stubs
from autograder.check.loading.answers import State, find_answers
from autograder.check.loading.notebook import read_notebook
from autograder.check.loading.settings import FILE, read_settings
from autograder.check.testing.cases import read_cases
from autograder.errors import GraderError
from autograder.grading.short_answers import handed_out_words
from autograder.misconceptions import misconceptions

TEMPLATE = ROOT / "student_template"
ASSIGNMENT = load_assignment()
TEXTS = sorted(
    path
    for path in TEMPLATE.rglob("*")
    if path.suffix in {".py", ".md", ".json", ".txt", ".ipynb", ".svg"} and "__pycache__" not in path.parts
)


@pytest.fixture
def copy(tmp_path) -> Path:
    """A small copy of the sources, released."""
    shutil.copy(ROOT / "LICENSE", tmp_path)
    for name in ("assignment", "student_template", "LICENSES"):
        ignored = shutil.ignore_patterns("__pycache__", "*.npy", "glove_words.txt")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / "solutions" / "embeddings.py", tmp_path / "solutions")
    release(tmp_path)
    return tmp_path


def test_a_function_that_the_reference_does_not_define_is_named_with_file_key_and_what_there_is(copy):
    settings = copy / "assignment" / "assignment.yml"
    settings.write_text(settings.read_text().replace("one_hot_lookup", "one_hot_lokup"))
    with pytest.raises(GraderError) as error:
        release(copy)
    assert str(error.value).startswith(f"{settings}: `functions` of `one_hot` names `one_hot_lokup`, which ")
    assert "solutions/embeddings.py does not define. It defines: build_vocabulary, encode, " in str(error.value)


def load(path: Path):
    spec = importlib.util.spec_from_file_location("embeddings", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Up to date -------------------------------------------------------------------------------------


def test_what_is_handed_out_is_up_to_date():
    assert release(ROOT, check=True) == [], "run `autograder release`"


def test_a_release_is_followed_by_nothing_to_do(copy):
    assert release(copy, check=True) == []
    assert release(copy) == []


def test_what_is_out_of_date_is_told_and_mended(copy):
    (copy / "student_template" / "embeddings.py").write_text("x = 1\n")
    (copy / "student_template" / "conventions.md").unlink()
    (copy / "student_template" / "check" / "old.json").write_text("")
    stale = [f"student_template/{name}" for name in ("check/old.json", "conventions.md", "embeddings.py")]
    assert release(copy, check=True) == stale
    assert release(copy, check=True) == stale  # looking changes nothing
    assert release(copy) == stale
    assert release(copy, check=True) == []


def test_what_is_written_by_hand_stays(copy):
    answers = copy / "assignment" / "answers.md"
    answers.write_text(answers.read_text(encoding="utf-8").replace("pros and cons", "merits"), encoding="utf-8")
    (copy / "student_template" / "tests" / "more.py").write_text("name = 'more'\n")
    assert release(copy) == [  # all hold the text of answers.md
        "student_template/answers.md",
        f"student_template/check/{FILE}",
        "student_template/notebooks/embeddings.ipynb",
    ]
    assert (copy / "student_template" / "tests" / "more.py").exists()


def test_a_missing_source_is_named(copy):
    (copy / "assignment" / "conventions.md").unlink()
    with pytest.raises(GraderError, match=r"conventions\.md cannot be read"):
        release(copy)


# Archives ---------------------------------------------------------------------------------------


@pytest.fixture
def for_students_alone(monkeypatch):
    """Leave the others out, which need the whole repository."""
    for name in ("autograder.zip", "instructor.zip"):
        monkeypatch.delitem(ARCHIVES, name)


@pytest.mark.usefixtures("for_students_alone")
def test_the_archive_for_students_holds_what_is_handed_out_and_nothing_that_running_leaves(copy):
    folder = copy / "student_template"
    (folder / "check" / "__pycache__").mkdir()
    for name in ("check/__pycache__/x.pyc", ".OTTER_LOG", "submission.zip"):
        (folder / name).write_bytes(b"")
    archives(copy)
    with zipfile.ZipFile(copy / "dist" / "student_template.zip") as archive:
        names = set(archive.namelist())
        code = archive.read("student_template/embeddings.py")
    assert code == (folder / "embeddings.py").read_bytes()
    assert "student_template/notebooks/embeddings.ipynb" in names
    assert not [name for name in names if "pyc" in name or "OTTER" in name or "submission" in name]


@pytest.mark.usefixtures("for_students_alone")
def test_archives_have_the_same_bytes_again_and_are_told_of_when_they_are_there_and_out_of_date(copy):
    assert archives(copy, check=True) == []
    assert archives(copy) == ["dist/SHA256SUMS", "dist/student_template.zip"]
    first = (copy / "dist" / "student_template.zip").read_bytes()
    (copy / "dist" / "student_template.zip").unlink()
    os.utime(copy / "student_template" / "README.md")
    archives(copy)
    assert (copy / "dist" / "student_template.zip").read_bytes() == first
    assert archives(copy) == archives(copy, check=True) == []
    (copy / "student_template" / "README.md").write_text("# Other\n")
    assert archives(copy, check=True) == ["dist/SHA256SUMS", "dist/student_template.zip"]


@pytest.mark.usefixtures("for_students_alone")
def test_checksums_are_those_of_the_archives_and_each_archive_says_its_version(copy):
    archives(copy)
    dist = copy / "dist"
    digest = sha256((dist / "student_template.zip").read_bytes()).hexdigest()
    assert (dist / "SHA256SUMS").read_text() == f"{digest}  student_template.zip\n"
    with zipfile.ZipFile(dist / "student_template.zip") as archive:
        assert archive.comment.decode() == f"embeddings-autograder {__version__}"


def test_the_instructors_archive_is_a_whole_assignment_and_the_students_holds_no_part_of_its_secrets():
    both = {
        name: set(zipfile.ZipFile(BytesIO(ARCHIVES[name](ROOT))).namelist())
        for name in ("instructor.zip", "student_template.zip")
    }
    own = {name.removeprefix("embeddings_assignment/") for name in both["instructor.zip"]}
    assert {"assignment/assignment.yml", "assignment/hidden_tests/lookup.py", "solutions/embeddings.py"} <= own
    assert both["student_template.zip"] <= own
    secret = {name for name in own if name.startswith(("solutions/", "assignment/hidden_tests/"))}
    stems = {Path(name).name for name in secret if name.endswith((".yml", "substitutes.py"))}
    assert stems and not stems & {Path(name).name for name in both["student_template.zip"]}


# The notebooks ----------------------------------------------------------------------------------


def test_the_notebook_holds_the_stubs_cell_by_cell_and_a_check_below_each_question():
    content = (TEMPLATE / "notebooks" / "embeddings.ipynb").read_bytes()
    stubs_in_file = ast.parse((TEMPLATE / "embeddings.py").read_text(encoding="utf-8")).body[1:]
    tree = ast.parse(read_notebook(content).source)
    kept = [node for node in tree.body if not (isinstance(node, ast.Expr) and "..." in ast.unparse(node))]
    assert [ast.unparse(node) for node in kept[-len(stubs_in_file) :]] == list(map(ast.unparse, stubs_in_file))
    cells = ["".join(cell["source"]) for cell in json.loads(content)["cells"]]
    defining = [cell for cell in cells if cell.startswith(("def ", "class "))]
    assert len(defining) == sum(len(question.functions) for question in ASSIGNMENT.code_questions)
    checks = [cell for cell in cells if cell.startswith("grader.check")]
    assert checks == [f'grader.check("{question.id}")' for question in ASSIGNMENT.code_questions]


def test_the_notebook_asks_for_the_short_answers_as_the_file_does():
    cells = read_notebook((TEMPLATE / "notebooks" / "embeddings.ipynb").read_bytes()).text
    asked, prompts = ASSIGNMENT.answer_questions, (TEMPLATE / "answers.md").read_text(encoding="utf-8")
    words = read_settings(TEMPLATE / "check" / FILE).answers_template
    assert words == handed_out_words(ASSIGNMENT)
    for text in (cells, prompts):
        states = [answer.state for answer in find_answers(text.encode(), words, asked).answers]
        assert states == [State.UNCHANGED] * len(asked)


@pytest.mark.parametrize("name", ["embeddings.ipynb", "explore.ipynb"])
def test_a_notebook_is_valid_has_no_outputs_and_links_to_files_that_are_there(name):
    path = TEMPLATE / "notebooks" / name
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    links = [
        link
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", cell.source)
    ]
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_notebooks_links_lead_to_headings_that_are_there():
    cells = read_notebook((TEMPLATE / "notebooks" / "embeddings.ipynb").read_bytes()).text
    links = re.findall(r"\]\(\.\./([\w.]+)#([^)]*)\)", cells)
    assert len(links) == 2 * len(ASSIGNMENT.code_questions)
    for page, anchor in links:
        text = (TEMPLATE / page).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


# The stubs --------------------------------------------------------------------------------------


def test_the_stubs_have_the_functions_and_signatures_of_the_reference():
    handed_out, reference = load(TEMPLATE / "embeddings.py"), load(ROOT / "solutions" / "embeddings.py")
    for question in ASSIGNMENT.code_questions:
        for name in question.functions:
            stub, right = getattr(handed_out, name), getattr(reference, name)
            assert inspect.signature(stub) == inspect.signature(right)
            assert inspect.getdoc(stub) == inspect.getdoc(right)
            if inspect.isclass(right):
                assert inspect.signature(stub.forward) == inspect.signature(right.forward)


def test_a_stub_says_what_is_still_to_be_written_and_does_nothing_else():
    tree = ast.parse((TEMPLATE / "embeddings.py").read_text(encoding="utf-8"))
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert set(defined) == {name for question in ASSIGNMENT.questions for name in question.functions}
    for name, node in defined.items():
        functions = [node] if isinstance(node, ast.FunctionDef) else [n for n in node.body if hasattr(n, "args")]
        for function in functions:
            body = [ast.unparse(statement) for statement in function.body]
            body = [text for text in body if not text.startswith(("'", '"'))]
            rest = [f"raise NotImplementedError('{name} is still to be written')"]
            assert body == (["super().__init__()", *rest] if function.name == "__init__" else rest)


def test_markers_and_the_gaps_they_leave_are_gone():
    assert stubs("import torch\n\n# BEGIN SOLUTION NO PROMPT\n\n\nx = 1\n\n\n# END SOLUTION\n\n\ny = 2\n\n") == (
        "import torch\n\n\ny = 2\n"
    )
    assert stubs("import torch\n\n# BEGIN SOLUTION NO PROMPT\nx = 1\n# END SOLUTION\n\n# two\n\n\ny = 2\n") == (
        "import torch\n\n# two\n\n\ny = 2\n"
    )
    text = (TEMPLATE / "embeddings.py").read_text(encoding="utf-8")
    assert "SOLUTION" not in text and "PROMPT" not in text and "\n\n\n\n" not in text


# Nothing given away -----------------------------------------------------------------------------


def solution_lines() -> list[str]:
    """The reference's lines that the stubs do not have, long enough to tell something."""
    handed_out = (TEMPLATE / "embeddings.py").read_text(encoding="utf-8")
    reference = (ROOT / "solutions" / "embeddings.py").read_text(encoding="utf-8")
    lines = {line.strip() for line in reference.split("\n")} - {line.strip() for line in handed_out.split("\n")}
    return sorted(line for line in lines if len(line) > 30)


def case_bodies(path: Path) -> set[str]:
    """The statements of every case of a test file, as one text each."""
    return {
        "\n".join(ast.unparse(statement) for statement in node.body)
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_no_text_of_the_reference_is_handed_out():
    lines = solution_lines()
    assert len(lines) > 50
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        assert [line for line in lines if line in text] == [], path


def test_no_text_of_a_known_mistake_is_handed_out():
    """Only hints are, in the table by which `check` finds them."""
    library = [mistake for question in ASSIGNMENT.code_questions for mistake in misconceptions(question.id)]
    edits = {new.strip() for mistake in library for _, new in mistake.edits if len(new.strip()) > 30}
    titles = {mistake.title for mistake in library if len(mistake.title) > 30}
    assert len(edits) > 100 and len(titles) > 50
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        assert [secret for secret in sorted(edits | titles) if secret in text] == [], path


def test_no_hidden_case_is_handed_out():
    titles = [
        case.title
        for question in ASSIGNMENT.code_questions
        for case in read_cases(ASSIGNMENT.hidden_tests(question.id))
    ]
    assert len(titles) > 50
    for path in TEXTS:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"hidden\s*=\s*True", text), path
        assert "hidden_tests" not in text, path
        if path.suffix == ".json":
            assert [title for title in titles if title in text] == [], path


def test_no_public_case_is_a_hidden_one():
    for question in ASSIGNMENT.code_questions:
        hidden = case_bodies(ASSIGNMENT.hidden_tests(question.id))
        public = case_bodies(ASSIGNMENT.public_tests(question.id))
        assert hidden and public and not hidden & public


# The folder -------------------------------------------------------------------------------------


def test_otter_finds_one_code_file_at_the_top():
    assert [path.name for path in TEMPLATE.glob("*.py")] == [ASSIGNMENT.code_file]
    assert list(TEMPLATE.glob("*.ipynb")) == []
    cases = [Path(name) for name, _ in handed_out(ASSIGNMENT) if name.startswith("tests/")]
    assert {path.stem for path in cases} == {question.id for question in ASSIGNMENT.code_questions}


STARTS_FIRST = {
    *("__init__", "__main__", "command", "notebook", "pack"),
    *("runner", "screen", "settings", "source", "locate"),
}
"""The modules of `check/` that the light parent process imports."""


@pytest.mark.parametrize("path", sorted((TEMPLATE / "check").rglob("*.py")), ids=lambda path: path.stem)
def test_the_self_check_stands_on_what_requirements_names(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level == 0}
    packages = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"check"}
    allowed = {"torch", "numpy", "gensim", "otter"} | ({"pytest"} if path.stem == "test_public" else set())
    assert packages <= (set() if path.stem in STARTS_FIRST else allowed)


@pytest.mark.parametrize("page", [path.relative_to(TEMPLATE).as_posix() for path in TEXTS if path.suffix == ".md"])
def test_links_lead_to_files_that_are_there(page):
    path = TEMPLATE / page
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith("http")]
    assert [link for link in local if not (path.parent / link).exists()] == []


def test_the_self_check_knows_the_questions_of_the_assignment():
    settings = read_settings(TEMPLATE / "check" / FILE)
    assert settings.title == ASSIGNMENT.title
    for known, question in zip(settings.questions, ASSIGNMENT.questions, strict=True):
        assert (known.id, known.title, known.points) == (question.id, question.title, question.points)
        assert (known.functions, known.words) == (question.functions, question.words)
        if question.is_code:
            hidden = read_cases(ASSIGNMENT.hidden_tests(question.id))
            assert known.hidden_cases == len(hidden)
            assert known.hidden_share == pytest.approx(sum(case.share for case in hidden))
