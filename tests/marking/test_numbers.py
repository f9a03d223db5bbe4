"""Numbers are read as people write them: a hundred quotations, and what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from autograder.assignment import load_assignment
from autograder.course.marking.numbers import CheckedNumber, check_numbers, known_numbers

QUOTED = yaml.safe_load((Path(__file__).parent / "quoted.yml").read_text("utf-8"))
KNOWN = known_numbers(load_assignment())
CASES = [(question, text, said) for question, found in QUOTED.items() for text, said in found]
SIGNS = {True: "+", False: "-", None: "?"}


def said_of(number: CheckedNumber) -> str:
    """The sign, the number as it stands, and the offset that it was compared at."""
    text = " ".join(number.text.split())
    at = number.note.partition("at offset ")[2].partition(":")[0]
    return f"{SIGNS[number.is_right]}{text}{'@' if at else ''}{at}"


def test_there_are_a_hundred_of_them():
    assert len(CASES) >= 100


@pytest.mark.parametrize("question, text, said", CASES, ids=[text[:50] for _, text, _ in CASES])
def test_a_quoted_number_is_read_and_compared(question, text, said):
    assert " ".join(map(said_of, check_numbers(text, KNOWN[question]))) == said


def test_the_right_value_stands_beside_one_that_is_not():
    (found,) = check_numbers("At offset 6 it is 0.75.", KNOWN["bert_positions"])
    assert (found.is_right, found.note) == (False, "at offset 6: 0.69")
    (found,) = check_numbers("BERT-base needs 25 M numbers for words.", KNOWN["tradeoffs"])
    assert found.note.endswith("30,522 x 768 = 23.4 M")


def test_a_count_of_words_that_no_table_has_is_not_taken_for_a_size():
    text = "GloVe has 400,000 words, BERT-base 30,522 words and GPT-2 about 400,000 numbers for positions."
    assert [(found.text, found.is_right) for found in check_numbers(text, KNOWN["tradeoffs"])] == [
        ("400,000", None),
        ("400,000", False),
    ]


@pytest.mark.parametrize(
    "text, is_right",
    [
        ("From offset 60 to 80 it stays near 0.1.", True),
        ("Between offsets 60-80 the mean is about 0.9.", False),
        ("Over offsets 1 \u2013 6 it is 0.8 on average.", True),
    ],
)
def test_a_value_beside_a_range_of_offsets_is_right_if_it_lies_between_theirs(text, is_right):
    (found,) = check_numbers(text, KNOWN["bert_positions"])
    assert found.is_right is is_right


def test_an_answer_of_numbers_alone_is_bounded():
    for text in ("0.1 at 5 " * 100_000, "9" * 1_000_000, "1,000 x " * 100_000, ("0.5 " * 300 + "7 " * 300) * 50):
        for known in KNOWN.values():
            assert len(check_numbers(text, known)) < 6_000
