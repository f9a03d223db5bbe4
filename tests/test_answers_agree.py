"""What `--pack` tells students of their answers is what grading decides, also on nasty files."""

from __future__ import annotations

import re

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.answers import LARGEST_FILE, PLACEHOLDER
from autograder.check.loading.settings import FILE, read_settings
from autograder.check.terminal.pack import pack
from autograder.grading.short_answers import read_answers

ASSIGNMENT = load_assignment()
SETTINGS = read_settings(ROOT / "student_template" / "check" / FILE)
TEMPLATE = (ROOT / "student_template" / "answers.md").read_text(encoding="utf-8")
MODEL = "## " + (ROOT / "solutions" / "answers.md").read_text(encoding="utf-8").partition("\n## ")[2]
ALL = {question.id for question in ASSIGNMENT.answer_questions}
LAST = re.search("^## too_long.*$", MODEL, re.MULTILINE).group()
PROMPT = " ".join(re.findall("^> ?(.*)$", TEMPLATE.split(LAST)[1], re.MULTILINE))


def with_last(answer: str) -> str:
    """The model answers, but this under the last heading."""
    return MODEL.split(LAST)[0] + f"{LAST}\n\n{answer}\n"


FILES = [
    # name, content, what gives 0, what else is not as asked for
    ("model answers", MODEL, set(), set()),
    ("as handed out", TEMPLATE, ALL, set()),
    ("empty", "", ALL, set()),
    ("lost heading", MODEL.replace(LAST, ""), set(), {"bert_positions", "too_long"}),
    ("text above the headings", "own words " * 10 + "\n" + with_last(PLACEHOLDER), set(), {"too_long"}),
    ("a name above the headings", "Ada Lovelace, 1815\n" + with_last(PLACEHOLDER), {"too_long"}, set()),
    ("renamed heading", MODEL.replace(LAST, "## Question 3"), set(), {"bert_positions", "too_long"}),
    ("heading after a tab", MODEL.replace(LAST, LAST.replace(" ", "\t", 1)), set(), set()),
    ("lower heading", MODEL.replace(LAST, f"#### {LAST[3:].upper()}"), set(), set()),
    ("prompts without `>`", TEMPLATE.replace("> ", ""), ALL, set()),
    ("answers below prompts without `>`", MODEL.replace("> ", ""), set(), set()),
    ("prompt on one line", with_last(PROMPT), {"too_long"}, set()),
    ("prompt thrice", with_last("\n\n".join([PROMPT] * 3)), {"too_long"}, set()),
    (
        "words of the prompt",
        with_last("Suppose the table had a row for it from the start:"),
        {"too_long"},
        set(),
    ),
    ("only the placeholder", with_last(PLACEHOLDER), {"too_long"}, set()),
    ("the placeholder in bold capitals", with_last(f"**{PLACEHOLDER.upper()}**"), {"too_long"}, set()),
    ("only a rule", with_last("---"), {"too_long"}, set()),
    ("too short", with_last("There is no such row."), set(), {"too_long"}),
    ("over-long", with_last("own words " * 151), set(), {"too_long"}),
    ("heading twice", f"{MODEL}\n{LAST}\n\n" + "more words " * 151, set(), {"too_long"}),
    ("byte-order mark", MODEL.encode("utf-8-sig"), set(), set()),
    (
        "byte-order mark before a heading",
        MODEL[MODEL.index("## ") :].encode("utf-8-sig"),
        set(),
        set(),
    ),
    ("UTF-16", MODEL.encode("utf-16"), set(), set()),
    ("Latin-1", f"{MODEL}\nVoilà.\n".encode("latin-1", "replace"), set(), set()),
    ("answers past what is read", "x" * LARGEST_FILE + "\n" + MODEL, ALL, set()),
]


@pytest.mark.parametrize("content, zero, flagged", [pytest.param(*rest, id=name) for name, *rest in FILES])
def test_packing_names_exactly_what_grading_gives_zero_or_remarks_on(tmp_path, content, zero, flagged):
    data = content.encode() if isinstance(content, str) else content
    graded = read_answers(data, TEMPLATE, ASSIGNMENT).questions
    assert {question.id for question in graded if question.points == 0} == zero
    assert {question.id for question in graded if question.points is None and question.note} == flagged
    (tmp_path / SETTINGS.answers).write_bytes(data)
    told = [text.partition(":")[0] for text in pack(SETTINGS, tmp_path).unfinished]
    assert sorted(name for name in told if name in ALL) == sorted(zero | flagged)


def test_packing_says_that_a_huge_file_is_read_in_part(tmp_path):
    (tmp_path / SETTINGS.answers).write_text("x" * LARGEST_FILE + "\n" + MODEL, encoding="utf-8")
    unfinished = " ".join(pack(SETTINGS, tmp_path).unfinished)
    assert "only the first 1,000,000 are read." in unfinished
