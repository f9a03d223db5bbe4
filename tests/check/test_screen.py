"""Writing to terminals, files and consoles of every kind."""

from __future__ import annotations

import io

import pytest

from autograder.check.terminal.screen import Screen


class Output(io.TextIOWrapper):
    """An output of a chosen encoding, a terminal or not."""

    def __init__(self, encoding: str = "utf-8", is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n")
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize("encoding, mark", [("utf-8", "✓"), ("cp1252", "+"), ("cp437", "+"), ("ascii", "+")])
def test_no_console_makes_it_fail(encoding, mark):
    out = Output(encoding)
    screen = Screen(out)
    screen.line(screen.mark("passed") + " “quoted” … 猫")
    screen.block("é → 猫")
    assert out.text().startswith(mark)
    assert out.text().count("\n") == 2


@pytest.mark.parametrize(
    "is_terminal, variables, painted",
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colour_goes_where_it_is_wanted(monkeypatch, is_terminal, variables, painted):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = Screen(Output(is_terminal=is_terminal))
    assert screen.paint("red", "red") == ("\033[31mred\033[0m" if painted else "red")


def test_what_code_printed_cannot_move_the_cursor():
    out = Output()
    Screen(out).block("\033[2J\033[31mgone\rback\x07", "  | ")
    assert out.text() == "  | \\x1b[2J\\x1b[31mgone\\rback\\x07\n"


def test_the_status_is_replaced_by_what_follows_and_shown_on_terminals_only():
    out = Output(is_terminal=True)
    screen = Screen(out)
    screen.status("working")
    screen.line("done")
    assert out.text() == "working\r       \rdone\n"
    file = Output()
    Screen(file).status("working")
    assert file.text() == ""
