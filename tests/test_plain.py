"""Text from strangers is harmless wherever it is shown."""

from __future__ import annotations

import pytest

from autograder.io.text import csv_safe, escape_control, format_points, in_alphabet, pluralize, single_line, truncate
from tests.hand_made import NASTY_NAMES


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_every_name_can_be_encoded_and_steers_no_terminal(name):
    assert escape_control(name).encode("utf-8").isascii() or not name.isascii()
    assert all(character.isprintable() for character in single_line(name))


def test_harmful_characters_are_written_out():
    assert escape_control("\x1b[31m \udc80 \u202e \x00") == "\\x1b[31m \\udc80 \\u202e \\x00"


def test_ordinary_text_stays_as_it_is():
    text = "Größe, 李小龍, عمر\n\tcode = 'x'"
    assert escape_control(text) == text


def test_line_ends_become_one_kind():
    assert escape_control("a\r\nb\rc") == "a\nb\nc"
    assert single_line("a\r\nb\tc") == "a\\nb\\tc"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_looks_like_a_formula_gets_an_apostrophe(start):
    assert csv_safe(start + "1").startswith("'")
    assert csv_safe(start + "1", single_line).startswith("'")


@pytest.mark.parametrize("separator", [";", "\t", "\n"])
@pytest.mark.parametrize("formula", ["=1+1", "@sum", "+1", "-cmd"])
def test_a_part_that_another_separator_would_make_a_formula_gets_one_too(separator, formula):
    assert csv_safe(f"ada{separator}{formula}") == f"ada{separator}'{formula}"


def test_lists_in_an_answer_stay():
    assert csv_safe("Two reasons:\n- it is short\n- it is cheap; = is a sign") == (
        "Two reasons:\n- it is short\n- it is cheap; = is a sign"
    )


def test_other_cells_stay():
    assert csv_safe("ada = best") == "ada = best"


def test_a_clipped_text_says_how_much_is_missing():
    assert truncate("abc", 3) == "abc"
    assert truncate("abcdef", 3) == "abc ... (3 more characters)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(8.0, "8"), (7.5, "7.5"), (6.666, "6.67"), (0, "0"), (-0.001, "0"), (100, "100"), (None, "")],
)
def test_numbers_have_no_idle_zeros(value, text):
    assert format_points(value) == text


def test_counts_have_their_noun_in_the_right_number():
    assert [pluralize(n, "answer") for n in (0, 1, 1200)] == ["0 answers", "1 answer", "1,200 answers"]


def test_names_are_sorted_as_people_look_them_up():
    names = [
        "alba",
        "Álvarez",
        "chen_wei",
        "chen2",
        "Mueller",
        "müller",
        "Øst",
        "Ostap",
        "s2",
        "s10",
        "Zoe",
        "علي",
        "李",
    ]
    assert sorted(reversed(names), key=in_alphabet) == names
    assert sorted(["Ann", "ann", "ANN"], key=in_alphabet) == ["ANN", "Ann", "ann"]
