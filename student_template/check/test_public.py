"""Lets plain `pytest` run the public checks: a test for each, with its sentence as the id.

They run as under `python check`, in a process of their own that outlives endless loops and crashes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from .loading.locate import find_work
from .loading.settings import FILE, read_settings
from .running import runner
from .running.report import CannotCheck, Check
from .terminal.display import builds_on

HOME = Path(__file__).resolve().parent.parent
TESTS = HOME / "tests"
SETTINGS = read_settings(HOME / "check" / FILE)


def _titles(question: str) -> list[str]:
    """The sentences of a question's cases, read from its test file without running it."""
    titles = []
    for node in ast.parse((TESTS / f"{question}.py").read_text(encoding="utf-8")).body:
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call):
                named = {argument.arg: argument.value for argument in decorator.keywords}
                titles.append(ast.literal_eval(named["name"]))
    return titles


@pytest.fixture(scope="session")
def checks(request: pytest.FixtureRequest) -> dict[tuple[str, str], Check]:
    """What came of the cases of all questions that were selected, by question and sentence."""
    work = find_work(SETTINGS, HOME)
    selected = {item.name.partition("[")[0] for item in request.session.items}
    questions = [q.id for q in SETTINGS.code_questions if f"test_{q.id}" in selected]
    try:
        report = runner.run(replace(SETTINGS, code=work.file), HOME / work.file, TESTS, questions)
    except CannotCheck as error:
        pytest.exit(str(error), returncode=2)
    for place, text in report.problems:
        print(f"{work.file}, {place}: {text}")
    return {(check.question, check.title): check for check in report.checks}


def _test_of(question: str) -> Callable[..., None]:
    @pytest.mark.parametrize("title", _titles(question), ids=str)
    def test(checks: dict[tuple[str, str], Check], title: str) -> None:
        check = checks[question, title]
        if check.printed:
            print(check.printed)
        if check.outcome != "passed":
            later = builds_on(check) if check.builds_on else ""
            parts = (f"{check.outcome}: {title}", check.hint, later, check.message)
            pytest.fail("\n\n".join(part for part in parts if part), pytrace=False)

    return test


for _question in SETTINGS.code_questions:
    globals()[f"test_{_question.id}"] = _test_of(_question.id)
