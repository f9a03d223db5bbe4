"""What strangers wrote is shown in a terminal as they wrote it, and steers nothing."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.course.reports.summary import show_results
from autograder.result import Result, Status
from tests.hand_made import NASTY_NAMES, make_assignment

MARKUP = ("[/red]", "[bold]ada[/bold]", "[link=file:///etc/passwd]ada[/link]")
STEERING = ("\x1b[2J\x1b]0;title\x07", "a\rb\nc", "\x9b31m")


@pytest.mark.parametrize("text", MARKUP + STEERING + NASTY_NAMES, ids=ascii)
def test_no_name_note_or_fault_steers_the_terminal(text, tmp_path, capsys):
    results = [Result(text, status, "digest", 40, notes=(text,), fault=text) for status in Status]
    show_results(results, make_assignment(tmp_path), tmp_path)
    shown = capsys.readouterr().out.replace("\n", "")
    kinds = {unicodedata.category(character) for character in shown}
    assert not kinds & {"Cc", "Cs"}, "control characters, halves of characters"
    assert "\u202e" not in shown
    if text in MARKUP:
        assert text in shown
