"""`python check --watch`: saves, as a student makes them, and what the terminal shows then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from handed_out_folder import ANSWERS, make_folder, make_settings
from terminal import Terminal

from autograder.check.loading.settings import Question
from autograder.check.running import runner
from autograder.check.running.processes import CAN_FORK, Processes
from autograder.check.running.state import State
from tests.representatives import representatives

SETTINGS = make_settings(
    Question("first", "First", 8, ("double", "again"), hidden_cases=3, hidden_share=2),
    Question("second", "Second", 2, ("later",)),
    Question("why", "Why so", 5, words=(3, 10)),
)

TESTS = {
    "first": """
        @test_case(name="`double` gives twice the ids.", points=1, hidden=False)
        def test_double(double):
            assert_close(double(torch.tensor([1, 2])), torch.tensor([2, 4]))

        @test_case(name="`again` does so, too.", points=1, hidden=False)
        def test_again(again):
            assert_equal(again(3), 6)
    """,
    "second": """
        @test_case(name="`later` gives 1.", points=1, hidden=False)
        def test_later(later):
            assert_equal(later(), 1)
    """,
}

CODE = """\
def double(x):
    return 2 * x

def again(x):
    return double(x)

def later():
    raise NotImplementedError("later is still to be written")
"""
WRONG = CODE.replace("2 * x", "3 * x")
BROKEN = CODE.replace("def double(x):", "def double(x:")
ENDLESS = CODE.replace("    return 2 * x", "    while True:\n        pass")
DONE = CODE.replace('raise NotImplementedError("later is still to be written")', "return 1")


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = make_folder(tmp_path, SETTINGS, TESTS)
    (folder / "answers.md").write_text(ANSWERS)
    (folder / "embeddings.py").write_text(WRONG)
    return folder


@pytest.fixture
def terminal(folder) -> Iterator[Terminal]:
    terminal = Terminal(folder, "--watch")
    yield terminal
    if terminal.process.returncode is None:
        terminal.kill()


def test_the_table_follows_the_file(folder, terminal):
    def save(code: str) -> None:
        (folder / "embeddings.py").write_text(code)

    page = terminal.until("`double` gives twice the ids.\n")
    assert " passed failed not attempted\n" in page
    assert " ✗ first 0 2 0\n" in page
    assert " · second 0 0 1\n" in page
    assert " · answers.md 0 of 1 answers written\n" in page
    assert "first: failed\n `double` gives twice the ids.\n" in page
    assert "first difference at index [0]: expected 2, got 3" in page
    assert "fix embeddings.py, then save.\n" in page

    save(CODE)
    page = terminal.until("✓ first 2 0 0")
    assert "second: not attempted\n" in page

    save(BROKEN)
    page = terminal.until("embeddings.py, line 1\n", "checked at")
    assert "Python cannot read this" in page and "So `double` is left out" in page
    assert "Next: fix line 1 of embeddings.py, then save.\n" in page
    assert "✗ first 0 1 1" in page

    save(ENDLESS)
    terminal.until("checking first, ")  # so it runs
    save(DONE)
    page = terminal.until("✓ second 1 0 0", "checked at")
    assert "3 of 3 public checks pass; 3 more run when it is graded." in page
    assert "Next: write answers.md, then type" in page

    (folder / "answers.md").write_text(ANSWERS.replace("Write your answer here.", "Because it is so."))
    page = terminal.until("✓ answers.md 1 of 1 answers written")
    assert "Next: type `python check --pack`." in page

    terminal.type("\x03")
    assert terminal.close() == 0
    assert terminal.output.count("\033[?1049h") == terminal.output.count("\033[?1049l") == 1
    after = terminal.output.rpartition("\033[?1049l")[2]
    assert "first     2 of  2 checks" in after
    assert "Traceback" not in terminal.output


def as_notebook(code: str) -> str:
    """A notebook of Jupyter's, a cell for each function."""
    cells = [{"cell_type": "code", "source": text} for text in code.split("\n\n")]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture
def with_notebook(folder) -> Path:
    """The folder of a student who works in the notebook."""
    (folder / "embeddings.py").unlink()
    (folder / "embeddings.ipynb").write_text(as_notebook(WRONG))
    return folder


@pytest.mark.thorough
def test_a_notebook_is_watched_alike(with_notebook, terminal):
    def save(text: str) -> None:
        (with_notebook / "embeddings.ipynb").write_text(text)

    page = terminal.until("`double` gives twice the ids.\n")
    assert " ✗ first 0 2 0\n" in page
    assert "fix embeddings.ipynb, then save.\n" in page

    save(as_notebook(BROKEN))
    page = terminal.until("embeddings.ipynb, code cell 1, line 1\n", "checked at")
    assert "So `double` is left out" in page

    save(as_notebook(CODE)[:-9])  # while Jupyter writes it
    terminal.until("The notebook is damaged")
    save(as_notebook(DONE))
    terminal.until("✓ first 2 0 0", "✓ second 1 0 0", "checked at")
    terminal.type("\x03")
    assert terminal.close() == 0
    assert "Traceback" not in terminal.output


@pytest.mark.thorough
def test_a_page_is_never_larger_than_the_terminal(folder):
    (folder / "embeddings.py").write_text(CODE.replace("2 * x", "[x] * 1000"))
    for columns, lines in ((60, 24), (40, 10), (25, 3)):
        terminal = Terminal(folder, "--watch", columns=columns, lines=lines)
        try:
            terminal.until("checked at", *(["first: failed"] if columns >= 40 else []))
            page = terminal.page()
        finally:
            terminal.kill()
        assert page.count("\n") < lines
        if columns >= 40:
            assert max(map(len, page.split("\n"))) <= columns


# What is run again, seen from inside --------------------------------------------------------------


def checked(state: State, processes: Processes) -> State:
    assert runner.finish(state, processes, lambda doing: None)
    return state


@pytest.fixture(params=representatives([True, False]), ids=["forked", "one process each"])
def processes(request, tmp_path) -> Iterator[Processes]:
    if request.param and not CAN_FORK:
        pytest.skip("no safe fork here")
    processes = Processes(tmp_path, tmp_path / "tests", stay_warm=True, can_fork=request.param)
    yield processes
    processes.close()


def test_only_what_a_change_can_affect_is_run_again(folder, processes):
    def runs() -> int:
        return len((folder / "log").read_text())

    def outcomes(state: State) -> list[str]:
        return [check.outcome for check in state.report().checks]

    second = folder / "tests" / "second.py"
    logs = f"def test_later(later):\n    open({str(folder / 'log')!r}, 'a').write('x')\n"
    second.write_text(second.read_text().replace("def test_later(later):\n", logs))
    done = CODE.replace('raise NotImplementedError("later is still to be written")', "return 1")
    file = folder / "embeddings.py"
    state = State(SETTINGS, file, folder / "tests", ("first", "second"), done.encode())
    state = checked(state, processes)
    assert (outcomes(state), runs()) == (["passed"] * 3, 1)
    wrong = done.replace("2 * x", "3 * x")
    state = checked(state.after(wrong.encode()), processes)
    assert (outcomes(state), runs()) == (["failed", "failed", "passed"], 1)
    state = checked(state.after(done.encode()), processes)
    assert (outcomes(state), runs()) == (["passed"] * 3, 1)
    state = checked(state.after(done.replace("return 1", "return 2").encode()), processes)
    assert (outcomes(state), runs()) == (["passed", "passed", "failed"], 2)
    state = checked(state.after(state.source), processes)  # saved again as it was
    assert runs() == 3


@pytest.mark.thorough
def test_a_save_stops_what_runs_at_once(folder, processes, monkeypatch):
    monkeypatch.setattr(runner, "LONGEST", 1e6)
    settings = make_settings(*SETTINGS.questions, seconds=1e6)
    file = folder / "embeddings.py"
    state = State(settings, file, folder / "tests", ("first", "second"), ENDLESS.encode())
    assert not runner.finish(state, processes, lambda doing: None, lambda: state.case is not None)
    state = checked(state.after(CODE.encode()), processes)
    assert [check.outcome for check in state.report().checks] == ["passed", "passed", "not attempted"]


@pytest.mark.thorough
def test_a_message_that_names_a_line_follows_it(folder, processes):
    file = folder / "embeddings.py"
    code = CODE.replace("return 2 * x", "return x.nothing")
    state = State(SETTINGS, file, folder / "tests", ("first",), code.encode())
    state = checked(state, processes)
    assert "line 2: return x.nothing" in state.report().checks[0].message
    state = checked(state.after(b"# moved\n" + code.encode()), processes)
    assert "line 3: return x.nothing" in state.report().checks[0].message
