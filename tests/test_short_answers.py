"""The prompts, the model answers and the rubric fit assignment.yml, each other and the facts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch.nn.functional as F
import yaml

from autograder.assignment import ROOT, load_assignment
from autograder.check.data import minilm_positions

ASSIGNMENT = load_assignment()
QUESTIONS = ASSIGNMENT.answer_questions
PLACEHOLDER = "*Write your answer here.*"
RUBRIC = yaml.safe_load((ROOT / "solutions" / "rubric.yml").read_text(encoding="utf-8"))


def read_answers(path: Path) -> dict[str, tuple[str, str]]:
    """Per heading, the prompt and what is written under it."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    answers = {}
    for heading, body in (part.split("\n", 1) for part in parts):
        lines = body.splitlines()
        prompt = " ".join(line.removeprefix(">").strip() for line in lines if line.startswith(">"))
        written = "\n".join(line for line in lines if not line.startswith(">")).strip()
        answers[heading] = (prompt, written)
    return answers


TEMPLATE = read_answers(ROOT / "student_template" / "answers.md")
MODEL = read_answers(ROOT / "solutions" / "answers.md")
EACH_QUESTION = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)


def heading_of(question) -> str:
    return f"{question.id}: {question.title}"


def means() -> list[float]:
    """The mean cosine of rows k apart in the real table, for every k."""
    unit = F.normalize(minilm_positions(), dim=-1)
    likeness = unit @ unit.T
    return [float(likeness.diagonal(offset).mean()) for offset in range(len(unit))]


def test_the_headings_are_the_short_answers_of_the_assignment_in_order():
    headings = [heading_of(question) for question in QUESTIONS]
    assert list(TEMPLATE) == headings
    assert list(MODEL) == headings


@EACH_QUESTION
def test_the_template_holds_the_prompt_and_room_for_an_answer(question):
    prompt, written = TEMPLATE[heading_of(question)]
    fewest, most = question.words
    assert prompt.endswith(f"({fewest} to {most} words)")
    assert written == PLACEHOLDER


@EACH_QUESTION
def test_a_model_answer_keeps_the_prompt_and_the_limits(question):
    prompt, written = MODEL[heading_of(question)]
    fewest, most = question.words
    assert prompt == TEMPLATE[heading_of(question)][0]
    assert fewest <= len(written.split()) <= most
    assert PLACEHOLDER not in written


def test_the_rubric_covers_the_short_answers_and_nothing_else():
    assert list(RUBRIC) == [question.id for question in QUESTIONS]


@EACH_QUESTION
def test_the_points_of_the_rubric_add_up_to_the_question(question):
    items = RUBRIC[question.id]["items"]
    assert [set(item) for item in items] == [{"id", "points", "text"}] * len(items)
    assert len({item["id"] for item in items}) == len(items)
    assert all(item["id"].isidentifier() and item["text"].strip() for item in items)
    assert sum(item["points"] for item in items) == question.points


@EACH_QUESTION
def test_the_rubric_names_weak_arguments_with_a_reply(question):
    weak = RUBRIC[question.id]["weak_arguments"]
    assert len(weak) >= 4
    assert all(re.match(r'"[^"]+[.]" \S', argument) for argument in weak)


def test_the_sizes_in_the_rubric_and_the_model_answer_are_right():
    text = next(item["text"] for item in RUBRIC["tradeoffs"]["items"] if item["id"] == "sizes")
    for rows, columns in ((512, 768), (30522, 768), (28996, 768), (1024, 768), (50257, 768)):
        digits = 2 if rows < 10000 else 1
        assert f"{rows} x {columns} = {rows * columns / 1e6:.{digits}f} M" in text
    written = MODEL[heading_of(QUESTIONS[0])][1]
    assert f"about {30522 * 768 / 1e6:.1f} million" in written
    assert f"{512 * 768 / 1e6:.2f} million numbers, one sixtieth" in " ".join(written.split())
    assert round(30522 / 512) == 60


def test_the_encoder_beside_the_tables_is_as_large_as_the_handout_says():
    handout = (ASSIGNMENT.template / "handout.md").read_text(encoding="utf-8")
    written = " ".join(MODEL[heading_of(QUESTIONS[1])][1].split())
    size = re.search(r"(\d+) million numbers in its", handout).group(1)  # tests/test_handout.py counts them
    assert f"{size} M in the encoder's layers" in RUBRIC["bert_positions"]["items"][0]["text"]
    assert f"{size} million in the layers" in written


def test_the_offsets_in_the_rubric_are_those_of_the_real_table():
    text = next(item["text"] for item in RUBRIC["bert_positions"]["items"] if item["id"] == "numbers")
    listed = re.search(r"Offsets 1 to 12: ([\d. ]+);", text).group(1)
    named = re.findall(r"(\d+): (-?\.\d\d)", text.split(";", 1)[1])
    quoted = dict(enumerate(listed.split(), start=1)) | {int(offset): value for offset, value in named}
    assert len(quoted) == 18
    real = means()
    for offset, value in quoted.items():
        assert float(value) == pytest.approx(real[offset], abs=0.0051)


def test_the_model_answer_quotes_the_real_table():
    written = " ".join(MODEL[heading_of(QUESTIONS[1])][1].split())
    real = means()
    assert f"At offset 1 the mean cosine is {real[1]:.2f}, at offset 100 it is {real[100]:.2f}" in written
    assert f"offset 6, with {real[6]:.2f}, while offset 3 has only {real[3]:.2f}" in written
    unit = F.normalize(minilm_positions(), dim=-1)
    apart = (unit @ unit.T).diagonal(100)
    assert f"rows 100 apart range from {float(apart.min()):.2f} to {float(apart.max()):.2f}" in written
