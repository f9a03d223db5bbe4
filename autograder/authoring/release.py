"""Derives what students get, `student_template/`, from the places where it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from ..assignment import LICENCES, TEMPLATE, Assignment, load_assignment
from ..check.hints.diagnosis import FILE as FINGERPRINTS
from ..check.hints.failing_inputs import FILE as EXAMPLES
from ..check.loading.settings import FILE, Question, Settings, digest_of
from ..check.testing.cases import Case, read_cases
from ..errors import GraderError
from ..grading.error_carried_forward import replaceable
from ..grading.short_answers import with_notebook
from ..io.files import is_left_behind
from .examples import examples
from .fingerprints import fingerprints
from .notebooks import notebook, notebook_script
from .stubs import code_file, given_functions, refuse_unknown_functions
from .texts import Texts, read

KEPT_AT_HOME = {"cut.py", ".gitattributes"}
"""Files of assignment/data/ that students do not need."""


def release(root: Path, check: bool = False) -> list[str]:
    """Bring the derived files of `root`/student_template/ up to date.

    Args:
        check: only tell, write nothing.

    Returns:
        The paths, below `root`, that were (or with `check`, are) out of date, sorted.

    Raises:
        GraderError: if a file that others follow from is missing.
    """
    wanted = derived(root)
    stale = []
    for name, content in wanted.items():
        path = root / TEMPLATE / name
        if not path.is_file() or path.read_bytes() != content:
            stale.append(f"{TEMPLATE}/{name}")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    for path in _left_over(root, wanted):
        stale.append(path.relative_to(root).as_posix())
        if not check:
            path.unlink()
    return sorted(stale)


def derived(root: Path) -> dict[str, bytes]:
    """The content of every derived file, by its path below `student_template/`.

    Raises:
        GraderError: if one does not follow from assignment.yml, naming its source and the line.
    """
    assignment = load_assignment(root)
    reference = read(assignment.reference)
    refuse_unknown_functions(assignment, reference)
    texts = Texts(assignment, given_functions(assignment, reference))
    for path in _if_there(assignment.template / "README.md"):
        texts.refuse_mentions(path)
    code, pages = code_file(assignment, reference), _pages(assignment, texts)
    answers = pages.get(assignment.answers_file, "")
    files = {assignment.code_file: code.encode(), **{name: page.encode() for name, page in pages.items()}}
    files |= _pictures(assignment, pages) | _notebooks(assignment, texts, code, pages)
    known = settings(assignment, answers, files.get(f"notebooks/{_stem(assignment)}.ipynb"))
    files[f"check/{FILE}"] = known.to_json().encode()
    table = fingerprints(assignment, old=assignment.template / "check" / FINGERPRINTS)
    files[f"check/{FINGERPRINTS}"] = table.to_json().encode()
    files[f"check/{EXAMPLES}"] = examples(assignment).encode()
    for path in _files(root / "assignment" / "data"):
        if path.name not in KEPT_AT_HOME:
            files[f"data/{path.name}"] = _read(path)
    for path in assignment.licences:
        files[path.relative_to(root).as_posix()] = _read(path)
    return {name: _without_lost_links(name, content, files) for name, content in files.items()}


def _pages(assignment: Assignment, texts: Texts) -> dict[str, str]:
    """The texts in Markdown by their names; all but the conventions are optional."""
    written = assignment.root / "assignment"
    optional = [path for name in ("handout.md", assignment.answers_file) for path in _if_there(written / name)]
    return {path.name: texts.render(path) for path in (written / "conventions.md", *optional)}


def _pictures(assignment: Assignment, pages: Mapping[str, str]) -> dict[str, bytes]:
    """The files in figures/ that the texts show or link to, and the README, which is handed out as it stands."""
    shown = "".join(pages.values())
    for path in _if_there(assignment.template / "README.md"):
        shown += read(path)
    names = set(re.findall(r"(?:\(|src=\")(figures/[\w.-]+)", shown))
    return {name: _read(assignment.root / "assignment" / name) for name in sorted(names)}


def _notebooks(assignment: Assignment, texts: Texts, code: str, pages: Mapping[str, str]) -> dict[str, bytes]:
    """The notebook to work in, which takes its texts from the handout, and the one to explore in, if any."""
    scripts = {path.stem: texts.render(path) for path in _if_there(assignment.root / "assignment" / "explore.py")}
    if "handout.md" in pages:
        answers = pages.get(assignment.answers_file, "")
        scripts[_stem(assignment)] = notebook_script(assignment, code, pages["handout.md"], answers)
    return {f"notebooks/{name}.ipynb": notebook(script, name) for name, script in scripts.items()}


def settings(assignment: Assignment, answers: str = "", handed_out: bytes | None = None) -> Settings:
    """What the self-check must know; of the hidden cases only how many there are and their weight.

    Args:
        answers: the text of the handed-out answers file, whose words are nobody's answer.
        handed_out: the notebook to work in, nor are its.
    """
    questions = []
    earlier = replaceable(assignment)
    for question in assignment.questions:
        hidden: tuple[Case, ...] = ()
        if question.is_code and assignment.hidden_tests(question.id).is_file():
            hidden = read_cases(assignment.hidden_tests(question.id))
        questions.append(
            Question(
                id=question.id,
                title=question.title,
                points=question.points,
                functions=question.functions,
                words=question.words,
                hidden_cases=len(hidden),
                hidden_share=round(sum(case.share for case in hidden), 6),
                tests=digest_of(assignment.public_tests(question.id)) if question.is_code else "",
                earlier={name: earlier[name] for name in question.functions if name in earlier},
            )
        )
    return Settings(
        title=assignment.title,
        code=assignment.code_file,
        answers=assignment.answers_file,
        answers_template=with_notebook(answers, handed_out),
        seconds_per_case=assignment.limits.seconds_per_call,
        questions=tuple(questions),
    )


def _stem(assignment: Assignment) -> str:
    return assignment.code_file.removesuffix(".py")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise GraderError(f"{path} cannot be read: {error.strerror}") from None


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.is_file())


def _if_there(path: Path) -> list[Path]:
    """For what an assignment may do without."""
    return [path] if path.is_file() else []


def _without_lost_links(name: str, content: bytes, files: dict[str, bytes]) -> bytes:
    """A data folder's text without links to files beside it that stay at home."""
    folder, _, file = name.rpartition("/")
    if folder != "data" or not file.endswith(".md"):
        return content

    def keep(link: re.Match[str]) -> str:
        return link[0] if f"{folder}/{link[2]}" in files else link[1]

    return re.sub(r"\[([^][]+)\]\(([\w.-]+)\)", keep, content.decode("utf-8")).encode()


def _left_over(root: Path, wanted: dict[str, bytes]) -> list[Path]:
    """Files in folders that hold derived files alone, but for modules, and are derived no more."""
    left = []
    for folder in ("check", "data", "figures", "notebooks", LICENCES):
        for path in (root / TEMPLATE / folder).rglob("*"):
            name = path.relative_to(root / TEMPLATE).as_posix()
            is_written_there = folder in ("check", "notebooks") and path.suffix == ".py"
            if (
                path.is_file()
                and name not in wanted
                and not is_written_there
                and not is_left_behind(path.relative_to(root))
            ):
                left.append(path)
    return left
