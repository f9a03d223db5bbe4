"""`autograder mark` says what is wrong with what was typed, and what to type."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.course.gradebook.database import open_gradebook
from autograder.io.program import program
from tests.hand_made import LOOKUP, case, code, result

from .made_class import make_class


def typed(capsys, *arguments: object) -> tuple[int, str]:
    """The exit status, and all that was said."""
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    said = capsys.readouterr()
    return int(str(ended.value.code)), said.out + said.err


def test_where_nothing_waits_there_is_a_sentence(tmp_path, capsys):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(result("ada", code(LOOKUP, case())))
    status, said = typed(capsys, "mark", tmp_path)
    assert (status, "nothing to mark" in said) == (2, True)


def test_where_nothing_was_graded_the_command_says_what_to_type_first(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, said = typed(capsys, "mark", tmp_path / "nowhere")
    assert (status, "Grade first: autograder grade" in said) == (2, True)


def test_arguments_the_wrong_way_round_name_the_folder_of_results(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_gradebook(tmp_path / "graded"):
        pass
    status, said = typed(capsys, "history", "chen_wei", "graded")
    assert (status, "such folders: graded" in said, "Grade first" in said) == (2, True, False)


@pytest.mark.parametrize(
    ("called", "printed"),
    [
        (".venv/bin/autograder", ".venv/bin/autograder"),
        ("a b/bin/autograder", "'a b/bin/autograder'"),
        ("/usr/lib/python3/autograder/cli.py", ".venv/bin/python -m autograder.cli"),
        ("/usr/bin/pytest", "autograder"),
    ],
)
def test_a_printed_command_can_be_pasted(called, printed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(sys, "executable", str(tmp_path / ".venv" / "bin" / "python"))
    assert program() == printed


@pytest.mark.parametrize(
    "options, told",
    [
        (["--write", "a.csv", "--export", "b.jsonl"], "one of --write, --read and --export"),
        (["--read", "proposals.jsonl"], "--as says whose they are"),
        (["--read", "proposals.jsonl", "--read", "sheet.csv", "--as", "x"], "read by themselves"),
        (["--markers", "anna,anna"], "Two markers have the same name"),
        (["--markers", "anna,ben", "--overlap", "many"], "--overlap should be"),
        (["--overlap", "x"], "--markers anna,ben --overlap 10%"),
        (["--as", "anna"], "--markers anna"),
        (["--export", "answers.jsonl", "--as", "anna"], "comes with --read"),
        (["--question", "nobody"], "'nobody' is not a short-answer question. These are: tradeoffs"),
    ],
)
def test_what_does_not_go_together_is_refused(tmp_path, capsys, options, told):
    out = make_class(tmp_path / "out", 1)
    status, said = typed(capsys, "mark", out, "--no-browser", *options)
    assert (status, told in said) == (2, True)


def test_a_port_that_is_taken_is_named(tmp_path, capsys):
    out = make_class(tmp_path / "out", 1)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, said = typed(capsys, "mark", out, "--no-browser", "--port", port)
    assert (status, f"Port {port} cannot be used" in said) == (2, True)


def test_an_export_is_not_written_over_another_file(tmp_path, capsys):
    out = make_class(tmp_path / "out", 1)
    path = Path(tmp_path / "answers.jsonl")
    path.write_text("mine")
    status, said = typed(capsys, "mark", out, "--export", path)
    assert (status, path.read_text(), "already exists" in said) == (2, "mine", True)


def test_sheets_are_written_under_either_name_one_for_each_marker(tmp_path, capsys):
    out = make_class(tmp_path / "out", 4)
    for command, markers in (("mark", "anna,ben"), ("marks", "2")):
        assert typed(capsys, command, out, "--write", tmp_path / f"{command}.csv", "--markers", markers)[0] == 0
        assert (tmp_path / f"{command}-2.csv").is_file()
    assert "marks in the browser" in typed(capsys, "marks", out)[1]
