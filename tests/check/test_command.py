"""`python check`, run as a student runs it, on files that do everything wrong."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from handed_out_folder import make_folder, make_settings, run_check

from autograder.check.loading.settings import Question

# Each run imports torch, so many things are wrong in one file.

STOPS_TESTS = """
@test_case(name="`loop` ends.", points=1, hidden=False)
def test_loop(loop):
    assert_equal(loop(3), 3)

@test_case(name="`loop` ends for strings, too.", points=1, hidden=False)
def test_loop_again(loop):
    assert_equal(loop("x"), "x")

@test_case(name="`calls_loop` ends.", points=1, hidden=False)
def test_calls_loop(calls_loop):
    assert_equal(calls_loop(3), 3)

@test_case(name="`leave` comes back.", points=1, hidden=False)
def test_leave(leave):
    assert_equal(leave(1), 1)

@test_case(name="`quits` comes back.", points=1, hidden=False)
def test_quits(quits):
    assert_equal(quits(), 1)

@test_case(name="`asks` asks nobody.", points=1, hidden=False)
def test_asks(asks):
    assert_equal(asks(), 1)

@test_case(name="`Stuck` can be built.", points=1, hidden=False)
def test_stuck(Stuck):
    Stuck(4)(torch.ones(2))
"""

SURVIVES_TESTS = """
@test_case(name="`flood` may print what it likes.", points=1, hidden=False)
def test_flood(flood):
    assert_equal(flood(), 1)

@test_case(name="`fine` gives 1.", points=1, hidden=False)
def test_fine(fine):
    assert_equal(fine(), 1)

@test_case(name="`lost` gives 1.", points=1, hidden=False)
def test_lost(lost):
    assert_equal(lost(), 1)
"""

STOPS_CODE = """\
import os
import sys

import torch
from torch import nn


def lost(:
    return 1


def loop(x):
    print("going round")
    while True:
        pass

def calls_loop(x):
    return loop(x)

while True:
    pass

sys.exit("enough")

def leave(x):
    os._exit(7)

def quits():
    sys.exit()

def asks():
    return int(input("A number: "))

class Stuck(nn.Module):
    def __init__(self, dim):
        super().__init__()

    def forward(self, x):
        while True:
            pass

def flood():
    for _ in range(10):
        os.write(1, b"x" * 1_000_000)
        os.write(2, b"x" * 1_000_000)
        print("x" * 1_000_000)
    return 1

def fine():
    return 1
"""


@pytest.mark.thorough
def test_code_that_never_ends_exits_or_floods_costs_itself_alone(tmp_path):
    stops = ("loop", "calls_loop", "leave", "quits", "asks", "Stuck")
    settings = make_settings(
        Question("stops", "Stops", 7, stops),
        Question("survives", "Survives", 6, ("flood", "fine", "lost"), hidden_cases=4, hidden_share=3),
        seconds=4,
    )
    folder = make_folder(tmp_path, settings, {"stops": STOPS_TESTS, "survives": SURVIVES_TESTS})
    (folder / "embeddings.py").write_text(dedent(STOPS_CODE))
    run = run_check(folder, "--all")
    assert (run.status, run.error) == (1, "")
    assert "✗ stops       0 of  7 checks    0.0 of  7.0 points" in run.out
    assert "✗ survives    2 of  3 checks    2.0 of  3.0 points" in run.out
    for sentence in (
        # the file itself
        "embeddings.py, line 8\n  Python cannot read this: ",
        "embeddings.py, line 20\n  This was still running after 4 s and was stopped, so it is left out.",
        "embeddings.py, line 23\n  The file ends the program here (SystemExit).",
        # its functions
        "loop(3)\n    `loop` was still running after 4 s and was stopped\n\n    your code printed:\n    | going round",
        "this check needs `loop`, which was still running after 4 s and was stopped, so it was not run.",
        "leave(1)\n    `leave` ended Python itself (exit status 7)",
        "quits()\n    your code ended the program (SystemExit)",
        "your code raised EOFError: EOF when reading a line",
        "Stuck(4)(tensor([1, 1]))\n    `Stuck` was still running after 4 s and was stopped",
        "Python cannot read `lost`.",
        "2 of 10 public checks pass; 4 more run when it is graded.\n"
        "Submitting now would keep 2.0 of 10.0 points for them.\n",
    ):
        assert sentence in run.out, sentence
    assert run.out.count("this check needs `loop`") == 2  # also where another function calls it


HALF_DONE_TESTS = """
@test_case(name="`double` gives twice the ids, `(T,)`.", points=1, hidden=False)
def test_double(double):
    assert_close(double(torch.tensor([1, 2])), torch.tensor([2, 4]))

@test_case(name="`double` refuses negative ids.", points=3, hidden=False)
def test_double_refuses(double):
    with raises(IndexError, quoting=(-1,)):
        double(torch.tensor([-1]))
"""

LATER_TESTS = """
@test_case(name="`later` gives 1.", points=1, hidden=False)
def test_later(later):
    assert_equal(later(1), 1)

@test_case(name="`Table` holds its rows.", points=1, hidden=False)
def test_table(Table):
    table = Table(2, dim=3)
    require(isinstance(table, Table), "the table should be a Table")
    assert_close(table(torch.zeros(1)), torch.ones(1))
"""

HALF_DONE_CODE = """\
import torch
from torch import nn
from helper import secret

def double(ids):
    print("the ids are", ids)
    if (ids < 0).any():
        raise ValueError("no → never")
    return ids * 2 + 1

def later(x):
    raise NotImplementedError("later is still to be written")

class Table(nn.Module):
    def __init__(self, rows, dim):
        super().__init__()

    def forward(self, x):
        return [][1]
"""


@pytest.fixture
def half_done(tmp_path) -> Path:
    settings = make_settings(
        Question("first", "First", 8, ("double",), hidden_cases=1, hidden_share=4),
        Question("second", "Second", 2, ("later", "Table")),
        Question("why", "Why so", 5, words=(5, 10)),
    )
    folder = make_folder(tmp_path, settings, {"first": HALF_DONE_TESTS, "second": LATER_TESTS})
    (folder / "embeddings.py").write_text(HALF_DONE_CODE, encoding="utf-8")
    (folder / "helper.py").write_text("secret = 1\n")
    return folder


def test_one_failure_is_shown_whole_with_what_to_do_next(half_done):
    run = run_check(half_done)
    assert (run.status, run.error) == (1, "")
    assert run.out == dedent("""\
        A small assignment: embeddings.py

          ✗ first     0 of  2 checks    0.0 of  4.0 points
          ✗ second    0 of  2 checks    0.0 of  2.0 points

        embeddings.py, line 3
          This raised ModuleNotFoundError: No module named 'helper'. What does not need it still counts.
          Only embeddings.py is handed in: move what you need from helper.py into it.

        first: failed
          `double` gives twice the ids, `(T,)`.

            double(tensor([1, 2]))
            the result has 2 of 2 numbers wrong
              expected tensor([2, 4])
              got      tensor([3, 5])
              first difference at index [0]: expected 2, got 3

            your code printed:
            | the ids are tensor([1, 2])

        Next: fix line 3 of embeddings.py, then check again.
        3 more do not pass; `python check --all` shows every one.

        """) + (
        "0 of 4 public checks pass; 1 more runs when it is graded.\n"
        "Submitting now would keep 0.0 of 6.0 points for them.\n"
    )


@pytest.mark.thorough
def test_all_failures_can_be_shown_on_a_console_that_knows_few_characters(half_done):
    run = run_check(half_done, "second", "first", "--all", PYTHONIOENCODING="cp1252", FORCE_COLOR="1")
    assert run.status == 1
    assert "\033[31mx\033[0m first" in run.out
    for sentence in (
        "expected IndexError whose message contains -1, but ValueError was raised: no",
        "second: not attempted",
        "later is still to be written",
        "Table(2, dim=3)(tensor([0]))\n    your code raised IndexError: list index out of range\n"
        "      line 19: return [][1]",
    ):
        assert sentence in run.out, sentence


ERRORS_TESTS = """
@test_case(name="`double` leaves `ids` as it was.", points=1, hidden=False)
def test_ids_stay(double):
    ids = torch.tensor([1, 2])
    with unchanged(ids=ids):
        assert_close(double(ids), torch.tensor([2, 4]))

@test_case(name="`double` refuses -1.", points=1, hidden=False)
def test_refuses(double):
    with raises(ValueError):
        double(torch.tensor([-1]))
"""


@pytest.mark.thorough
def test_a_wrong_value_comes_before_what_a_check_of_purity_or_errors_is_about(tmp_path):
    settings = make_settings(Question("first", "First", 2, ("double",)))
    tests = "from check.testing.api import unchanged\n" + dedent(ERRORS_TESTS)
    folder = make_folder(tmp_path, settings, {"first": tests})
    (folder / "embeddings.py").write_text("def double(ids):\n    return ids\n")
    run = run_check(folder, "--all")
    assert (
        "    a value is already wrong, before anything else is checked:\n"
        "    double(tensor([1, 2]))\n    the result has 2 of 2 numbers wrong\n"
    ) in run.out
    assert "    double(tensor([-1]))\n    expected ValueError, but nothing was raised\n" in run.out
    assert run.out.count("a value is already wrong") == 1


@pytest.mark.thorough
def test_the_rest_of_one_question_is_shown_by_naming_it_again(half_done):
    run = run_check(half_done, "second")
    assert "1 more does not pass; `python check second --all` shows every one." in run.out


def test_a_file_under_another_name_is_pointed_out(half_done):
    (half_done / "embeddings.py").rename(half_done / "embeddings (1).py")
    run = run_check(half_done)
    assert (run.status, "There is `embeddings (1).py`: if it is yours, rename it." in run.out) == (2, True)


def test_wrong_usage_says_what_to_type(half_done):
    run = run_check(half_done, "secnd")
    assert run.status == 2
    usage = "usage: python check [-h] [--all] [--json | --watch | --pack] [--notebook] [QUESTION ...] Try"
    assert " ".join(run.error.split()).startswith(usage)
    assert "there is no question `secnd`. Did you mean `second`? There are first, second." in run.error
    assert run_check(half_done, "--everything").status == 2
    run = run_check(half_done, "double")
    assert "`double` is a part of the question `first`: type `python check first`" in " ".join(run.error.split())


def test_missing_files_are_named(half_done):
    (half_done / "tests" / "second.py").unlink()
    run = run_check(half_done, "second")
    assert (run.status, run.out.startswith("tests/second.py is missing.")) == (2, True)
    (half_done / "embeddings.py").unlink()
    run = run_check(half_done)
    assert (run.status, run.out.startswith("There is no embeddings.py in ")) == (2, True)
    (half_done / "check" / "assignment.json").write_text("[]")
    run = run_check(half_done)
    assert (run.status, run.out.startswith("check/assignment.json cannot be read")) == (2, True)


def test_a_broken_test_file_is_not_the_students_fault(half_done):
    (half_done / "tests" / "first.py").write_text("import torch\nname = 1 / 0\n")
    run = run_check(half_done)
    assert run.status == 2
    assert run.out.startswith("tests/first.py cannot be used:\n  ZeroDivisionError: division by zero\nCopy ")


def test_a_missing_package_is_named_with_the_command_that_installs_it(half_done, monkeypatch, capsys):
    from autograder.check.running import runner
    from autograder.check.terminal import command

    monkeypatch.setattr(runner, "find_spec", lambda name: None if name in ("torch", "otter") else name)
    assert command.main([], folder=half_done, home=half_done) == 2
    out = capsys.readouterr().out
    assert out.startswith("torch and otter-grader are not installed for this Python, ")
    assert out.endswith("If not, type: python -m pip install -r requirements.txt\n")
