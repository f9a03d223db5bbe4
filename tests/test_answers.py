"""Short answers: what is there, what is the prompt's, what a marker must read."""

from __future__ import annotations

import random

import pytest

from autograder.check.loading.answers import word_count
from autograder.grading.short_answers import Answers, read_answers
from autograder.mark import fingerprint
from tests.hand_made import LOOKUP, TOO_LONG, TRADEOFFS, make_assignment

TEMPLATE = """# Short answers

Write in your own words.

## tradeoffs: Learned or given

> What are the pros and cons of learning embeddings directly, as opposed to
> taking ones that somebody else has learned before?

*Write your answer here.*

## too_long: The 513th position

> A model has 512 positions and meets 600 tokens. What happens at the 513th?

*Write your answer here.*
"""
OWN = "Learned rows cost memory, yet they fit the task well."


@pytest.fixture
def read(tmp_path):
    assignment = make_assignment(tmp_path, LOOKUP, TRADEOFFS, TOO_LONG)

    def read(text: str | bytes | None) -> Answers:
        data = text.encode() if isinstance(text, str) else text
        return read_answers(data, TEMPLATE, assignment)

    return read


def filled(tradeoffs: str = OWN, too_long: str = OWN) -> str:
    before, middle, after = TEMPLATE.split("*Write your answer here.*")
    return before + tradeoffs + middle + too_long + after


def points(answers: Answers) -> list[float | None]:
    return [question.points for question in answers.questions]


def test_an_answer_waits_for_a_marker_and_is_handed_on_without_the_prompt(read):
    answers = read(filled())
    assert [question.id for question in answers.questions] == ["tradeoffs", "too_long"]
    assert points(answers) == [None, None]
    assert answers.questions[0].answer == OWN
    assert answers.questions[0].note == ""
    assert answers.notes == ()


def test_a_file_that_was_not_handed_in_gives_zero_for_each_question(read):
    answers = read(None)
    assert points(answers) == [0, 0]
    assert all("not handed in" in question.note for question in answers.questions)


@pytest.mark.parametrize("blank", ["", "  \n\t\n", "---", "**", "\n> \n"])
def test_a_blank_answer_is_zero(read, blank):
    answers = read(filled(too_long=blank))
    assert points(answers) == [None, 0]


def test_the_handed_out_file_is_zero(read):
    answers = read(TEMPLATE)
    assert points(answers) == [0, 0]
    assert answers.questions[0].note == "Only the prompt is here."


def test_the_prompt_without_its_marks_is_zero(read):
    assert points(read(TEMPLATE.replace("> ", "").replace(">", ""))) == [0, 0]


def test_the_prompt_in_lines_of_another_length_is_zero(read):
    words = TEMPLATE.replace("directly, as opposed to\n> taking", "directly,\nas opposed to taking")
    assert points(read(words.replace("> ", ""))) == [0, 0]


def test_the_quoted_prompt_of_another_year_is_no_answer_and_what_is_quoted_behind_it_is(read):
    line = "> taking ones that somebody else has learned before?\n"
    older = TEMPLATE.replace(line, "> taking ones that somebody else has learned before, say?\n")
    assert older != TEMPLATE and points(read(older)) == [0, 0]
    own = "> Taking ones that somebody has learned before costs no training."
    found = read(older.replace("say?\n", f"say?\n{own}\n")).questions[0]
    assert (found.answer, found.points) == (own, None)


def test_a_few_words_of_the_prompt_are_zero(read):
    assert points(read(filled("the pros and cons of learning embeddings"))) == [0, None]


def test_an_answer_below_the_prompt_without_its_marks_counts_its_own_words_alone(read):
    answers = read(filled("too short").replace("> ", ""))
    assert answers.questions[0].answer == "too short"
    assert answers.questions[0].note.startswith("2 words: shorter")
    assert answers.questions[0].points is None


def test_an_answer_after_the_placeholder_on_its_line_counts(read):
    answers = read(TEMPLATE.replace("answer here.*", f"answer here.* {OWN}", 1))
    assert answers.questions[0].answer == OWN


def test_an_answer_written_behind_quote_marks_is_still_an_answer(read):
    assert points(read(filled("> " + OWN))) == [None, None]


def test_an_answer_that_is_too_long_is_flagged_and_still_marked(read):
    answers = read(filled("word " * 21))
    assert points(answers) == [None, None]
    assert answers.questions[0].note == "21 words: longer than the 5 to 20 words asked for."


@pytest.mark.parametrize("count", [5, 20])
def test_the_limits_themselves_are_within(read, count):
    assert read(filled("own " * count)).questions[0].note == ""


def test_headings_are_found_in_any_order_and_case(read):
    text = f"## TOO LONG\n\nsecond {OWN}\n\n### Tradeoffs : whatever\n\nfirst {OWN}\n"
    answers = read(text)
    assert [question.answer for question in answers.questions] == [f"first {OWN}", f"second {OWN}"]
    assert answers.notes == ()


def test_a_heading_is_found_by_its_title_alone(read):
    answers = read(f"## Learned or given\n{OWN}\n## The 513th Position\n{OWN}")
    assert points(answers) == [None, None]


def test_a_students_own_headings_belong_to_the_answer(read):
    answers = read(filled(f"## Pros\n{OWN}\n### Cons\nnone"))
    assert answers.questions[0].answer == f"## Pros\n{OWN}\n### Cons\nnone"


def test_a_lost_heading_is_named_and_is_zero_where_no_text_is_left_over(read):
    answers = read(TEMPLATE.split("## too_long")[0].replace("*Write your answer here.*", OWN))
    assert points(answers) == [None, 0]
    assert answers.notes == ("No heading `## too_long: The 513th position` was found in the answers.",)


def test_text_under_a_renamed_heading_is_shown_to_the_marker(read):
    answers = read(f"## tradeoffs\n{OWN}\n## Question 2\nThere is no row for it in that table.")
    assert points(answers) == [None, None]
    assert answers.questions[1].answer == "There is no row for it in that table."
    assert "heading of this question was not found" in answers.questions[1].note


def test_a_file_without_any_heading_is_shown_to_the_marker(read):
    assert [question.answer for question in read(OWN).questions] == [OWN, OWN]


def test_a_heading_that_stands_twice_keeps_both_texts(read):
    answers = read(filled() + f"\n## tradeoffs\n\nand {OWN}")
    assert answers.questions[0].answer == f"{OWN}\n\nand {OWN}"
    assert answers.notes == ("The heading of `tradeoffs` stands 2 times; the texts under all of them were read.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_unicode_file_is_read(read, encoding):
    answers = read(filled("Größe zählt, möchte ich sagen.").encode(encoding))
    assert answers.questions[0].answer == "Größe zählt, möchte ich sagen."


def test_a_latin_1_file_is_read_with_a_note(read):
    answers = read(filled("Größe zählt, möchte ich sagen.").encode("latin-1"))
    assert answers.questions[0].answer == "Größe zählt, möchte ich sagen."
    assert answers.notes == ("`answers.md` is not UTF-8; it was read as Latin-1, so some letters may be wrong.",)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_do_not_matter(read, end):
    assert read(filled().replace("\n", end)) == read(filled())


def test_any_bytes_give_a_result_for_every_question(read):
    dice = random.Random(5)
    for length in (1, 2, 3, 100, 5000):
        answers = read(dice.randbytes(length) + b"\n## tradeoffs\n" + dice.randbytes(length))
        assert [question.id for question in answers.questions] == ["tradeoffs", "too_long"]


def test_of_a_huge_file_the_start_is_read_and_that_is_said(read):
    answers = read("## tradeoffs\n" + "ä" * 600_000)
    assert "the first 1,000,000 were read" in answers.notes[0]
    assert set(answers.questions[0].answer) == {"ä"}


def test_an_assignment_without_short_answers_has_none(tmp_path):
    assert read_answers(b"x", TEMPLATE, make_assignment(tmp_path, LOOKUP)) == Answers((), ())


def test_fingerprints_look_past_case_and_white_space_alone():
    assert fingerprint("A  rose\n is") == fingerprint(" a Rose is ")
    assert fingerprint("a rose is") != fingerprint("a rose was")
    assert fingerprint("bad \udc80") != fingerprint("bad \udc81")


def test_dashes_and_rules_are_no_words():
    assert word_count("one - two | --- | 3rd") == 3


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("位置编码没有参数。", 8),
        ("位置向量 (512 x 768) 很便宜", 10),
        ("位置ベクトルは安い。", 9),
        ("これはBERT-baseの表です", 8),
        ("위치 임베딩은 값이 싸다.", 4),
        ("ﾃｰﾌﾞﾙ", 5),
        ("Größe naïve élève", 3),
    ],
)
def test_words_are_counted_as_word_processors_count_in_chinese_japanese_and_korean(text, count):
    assert word_count(text) == count


def test_a_chinese_answer_within_the_limits_is_not_said_to_be_too_short(read):
    answer = read(f"## tradeoffs\n\n{'位置编码没有参数。' * 2}").questions[0]
    assert (answer.points, answer.note) == (None, "")
