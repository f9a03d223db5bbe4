"""A class whose short answers wait for a mark: the assignment's own questions, answers made of sentences."""

from __future__ import annotations

import random
from pathlib import Path

from autograder.assignment import Assignment, load_assignment
from autograder.course.gradebook.database import open_gradebook
from autograder.result import QuestionResult, Result, Status

SENTENCES = {
    "tradeoffs": (
        "Learning **word** vectors fits the rows to the task, so they hold what the task needs.",
        "The word table is large: in BERT-base it has $30522 \\times 768$, about 23.4 M numbers.",
        "Each number has a gradient and two more of optimizer state, and rare words are hardly trained.",
        "Pre-learned vectors such as GloVe bring meaning from large texts but have their own vocabulary.",
        "A learned position table is cheap, only 0.39 M numbers in BERT-base.",
        "It gains little: the original paper found both kinds nearly identical.",
        "- it ends at its last row\n- rows at the end are seldom trained",
        "A sinusoid has no parameters and a row for every position.",
        "Sinusoids are slower at inference since they are computed anew.",
        "GPT-2 has 1024 x 768 = 786,432 numbers for positions and 38.6 million for words.",
        "With enough data I would always learn the words; for positions it matters little.",
        "One-hot vectors are the cheapest choice of all, but they carry no meaning.",
    ),
    "bert_positions": (
        "Texts are cut at 512 tokens anyway, so a fixed length costs nothing.",
        "The table is small beside that of the words and is paid for once, in pretraining.",
        "Its rows can learn distance where distance is useful.",
        "| offset | similarity |\n|---|---|\n| 1 | 0.85 |\n| 6 | 0.69 |\n| 50 | 0.34 |",
        "At offset 1 the mean cosine is 0.85 and at offset 100 it is 0.15.",
        "Against me speaks offset 6 with 0.72, above 0.44 at offset 3.",
        "It proved better than the sinusoid in every experiment.",
        "The real table supports the second reason, since a random one would show about 0.",
        "So likeness oscillates, as $\\sum_i \\cos(\\omega_i k)$ does.",
        "The numbers say nothing of the cost.",
    ),
    "too_long": (
        "There is no row with index 512, so the lookup raises an `IndexError`.",
        "A row 512 would still be its random draw, for its gradient was always zero.",
        "`extend_positions` keeps the old rows bit for bit, so short texts give what they gave before.",
        "The new rows are random and need training on long texts.",
        "A sinusoid has a value there, $\\sin(512\\,\\omega_i)$, but the model never saw it.",
        "The model simply reads the first 512 tokens.",
        "> a table of 512 rows ends at row 511",
        "An old optimizer does not know the new parameter.",
        "Extending gives trained vectors for the new positions.",
    ),
}


def answer_of(question: str, number: int) -> str:
    """An answer; no two of different numbers are the same."""
    draw = random.Random(f"{question} {number}")
    sentences = draw.sample(SENTENCES[question], 6)
    parts = [sentences[0], " ".join(sentences[1:4]), sentences[4], f"{sentences[5]} That is my view, number {number}."]
    return "\n\n".join(parts)


def result_of(student: str, assignment: Assignment, number: int, only: tuple[str, ...] = ()) -> Result:
    """A result whose code is right, and whose answers (`only` these, where any are named) wait."""
    questions = []
    for question in assignment.questions:
        if question.is_code:
            questions.append(QuestionResult(question.id, question.points, question.points))
        elif only and question.id not in only:
            questions.append(QuestionResult(question.id, question.points, 0.0, "Nothing is written here."))
        else:
            questions.append(QuestionResult(question.id, question.points, None, answer=answer_of(question.id, number)))
    is_open = any(question.points is None for question in questions)
    status = Status.NEEDS_MARKING if is_open else Status.GRADED
    return Result(student, status, f"{number:064d}", assignment.possible, tuple(questions))


def make_class(out: Path, count: int, only: tuple[str, ...] = (), assignment: Assignment | None = None) -> Path:
    """A gradebook in `out` with so many students."""
    assignment = assignment or load_assignment()
    with open_gradebook(out) as gradebook:
        for number in range(count):
            gradebook.save(result_of(f"student{number:04d}", assignment, number, only))
    return out
