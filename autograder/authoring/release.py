"""Derives what students get, `student_template/`, from the places where it is written."""

from __future__ import annotations

import re
from pathlib import Path

from otter.assign.solutions import replace_solutions

from ..assignment import LICENCES, TEMPLATE, Assignment, load_assignment
from ..check.hints.diagnosis import FILE as FINGERPRINTS
from ..check.loading.settings import FILE, Question, Settings, digest_of
from ..check.testing.cases import Case, read_cases
from ..errors import GraderError
from ..grading.error_carried_forward import replaceable
from ..grading.short_answers import with_notebook
from .fingerprints import fingerprints
from .notebooks import notebook, notebook_script

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
    """The content of every derived file, by its path below `student_template/`."""
    assignment = load_assignment(root)
    code = stubs(_text(root / "solutions" / assignment.code_file))
    files = {assignment.code_file: code.encode(), **_notebooks(assignment, code)}
    files[f"check/{FILE}"] = settings(assignment, files.get(f"notebooks/{_stem(assignment)}.ipynb")).to_json().encode()
    table = fingerprints(assignment, old=assignment.template / "check" / FINGERPRINTS)
    files[f"check/{FINGERPRINTS}"] = table.to_json().encode()
    for path in _files(root / "assignment" / "data"):
        if path.name not in KEPT_AT_HOME:
            files[f"data/{path.name}"] = path.read_bytes()
    for path in assignment.licences:
        files[path.relative_to(root).as_posix()] = _read(path)
    texts = [root / "assignment" / "conventions.md", *_if_there(root / "assignment" / "handout.md")]
    files |= {path.name: _read(path) for path in texts}
    for path in (*texts, *_if_there(assignment.template / "README.md")):
        for picture in _pictures(_text(path)):
            files[picture] = _read(root / "assignment" / picture)
    return {name: _without_lost_links(name, content, files) for name, content in files.items()}


def _notebooks(assignment: Assignment, code: str) -> dict[str, bytes]:
    """The notebook to work in, which takes its texts from the handout, and the one to explore in, if any."""
    written = assignment.root / "assignment"
    scripts = {path.stem: _text(path) for path in _if_there(written / "explore.py")}
    for handout in _if_there(written / "handout.md"):
        answers = _text(assignment.template / assignment.answers_file)
        scripts[_stem(assignment)] = notebook_script(assignment, code, _text(handout), answers)
    return {f"notebooks/{name}.ipynb": notebook(script, name) for name, script in scripts.items()}


def stubs(solution: str) -> str:
    """What students get of the reference: Otter takes out what stands between its markers."""
    text = "\n".join(replace_solutions(solution.split("\n"), "python"))
    text = re.sub(r"\n{4,}", "\n\n\n", text)  # the gaps this leaves
    text = re.sub(r"^((?:from|import) .*)\n\n\n(?=#)", r"\1\n\n", text, flags=re.MULTILINE)
    return text.strip("\n") + "\n"


def settings(assignment: Assignment, handed_out: bytes | None = None) -> Settings:
    """What the self-check must know; of the hidden cases only how many there are and their weight.

    Args:
        handed_out: the notebook to work in, whose words are nobody's answer.
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
    template = "".join(map(_text, _if_there(assignment.template / assignment.answers_file)))
    return Settings(
        title=assignment.title,
        code=assignment.code_file,
        answers=assignment.answers_file,
        answers_template=with_notebook(template, handed_out),
        seconds_per_case=assignment.limits.seconds_per_call,
        questions=tuple(questions),
    )


def _stem(assignment: Assignment) -> str:
    return assignment.code_file.removesuffix(".py")


def _text(path: Path) -> str:
    return _read(path).decode("utf-8")


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


def _pictures(text: str) -> list[str]:
    """The files that a Markdown text shows or links to beside itself, in figures/."""
    return sorted(set(re.findall(r"(?:\(|src=\")(figures/[\w.-]+)", text)))


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
            if path.is_file() and name not in wanted and not is_written_there and "__pycache__" not in path.parts:
                left.append(path)
    return left
