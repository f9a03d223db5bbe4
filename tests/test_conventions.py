"""Every case tests a sentence of the conventions, and the files of cases are built alike."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from otter.test_files.exception_test import ExceptionTestFile

from autograder.assignment import ROOT, Question, load_assignment
from autograder.authoring.texts import Texts
from autograder.check.testing.cases import Case, read_cases
from tests.in_process import every_question

ASSIGNMENT = every_question(load_assignment())
CONVENTIONS = Texts(ASSIGNMENT).render(ROOT / "assignment" / "conventions.md")
SECTIONS = {
    heading.strip("`"): text
    for heading, text in re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", CONVENTIONS, re.MULTILINE | re.DOTALL)
}
SHARES = {False: 4.0, True: 6.0}
"""What the shares of a file sum to, by whether it is hidden."""

each_question = pytest.mark.parametrize("question", ASSIGNMENT.code_questions, ids=lambda question: question.id)
each_answer = pytest.mark.parametrize("question", ASSIGNMENT.answer_questions, ids=lambda question: question.id)
public_and_hidden = pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])


def path_of(question: Question, hidden: bool) -> Path:
    return ASSIGNMENT.hidden_tests(question.id) if hidden else ASSIGNMENT.public_tests(question.id)


@cache
def cases_of(question: Question, hidden: bool) -> tuple[Case, ...]:
    return read_cases(path_of(question, hidden))


def collapsed(text: str) -> str:
    return " ".join(text.split())


@each_question
@public_and_hidden
def test_every_title_is_a_sentence_of_the_conventions(question, hidden):
    sentences = collapsed(SECTIONS[question.id]) + " " + collapsed(SECTIONS["Everywhere"])
    titles = [case.title for case in cases_of(question, hidden)]
    assert titles
    assert [title for title in titles if collapsed(title) not in sentences] == []


@each_question
@public_and_hidden
def test_titles_are_unique_in_their_file(question, hidden):
    titles = [case.title for case in cases_of(question, hidden)]
    assert len(titles) == len(set(titles))


@each_question
def test_every_sentence_that_a_hidden_case_tests_is_tested_by_a_public_one(question):
    public = {case.title for case in cases_of(question, hidden=False)}
    assert [case.title for case in cases_of(question, hidden=True) if case.title not in public] == []


@each_question
@public_and_hidden
def test_shares_sum_to_four_and_six(question, hidden):
    cases = cases_of(question, hidden)
    assert all(case.share > 0 for case in cases)
    assert sum(case.share for case in cases) == pytest.approx(SHARES[hidden])


@each_question
@public_and_hidden
def test_cases_say_whether_they_are_hidden(question, hidden):
    assert [case.title for case in cases_of(question, hidden) if case.hidden is not hidden] == []


@each_question
@public_and_hidden
def test_cases_take_only_their_own_questions_functions(question, hidden):
    earlier = [other for other in ASSIGNMENT.code_questions if other.id in question.builds_on]
    known = {*chain.from_iterable(q.functions for q in [question, *earlier])} | ({"reference"} if hidden else set())
    needed = {name for case in cases_of(question, hidden) for name in case.needs}
    assert needed <= known
    assert needed >= set(question.functions) or hidden  # a public case for every function


def test_no_two_files_share_a_name():
    # Of two test files with one name Otter drops one, with its points.
    paths = [path_of(question, hidden) for question in ASSIGNMENT.code_questions for hidden in (False, True)]
    names = [ExceptionTestFile.from_file(str(path)).name for path in paths]
    assert len(names) == len(set(names)) == 2 * len(ASSIGNMENT.code_questions)


def test_every_test_file_belongs_to_a_question():
    expected = {path_of(question, hidden) for question in ASSIGNMENT.code_questions for hidden in (False, True)}
    folders = {path.parent for path in expected}
    found = {path for folder in folders for path in folder.glob("*.py") if path.name != "__init__.py"}
    assert found == expected


@each_question
def test_every_function_has_its_place_in_the_conventions(question):
    assert [name for name in question.functions if f"`{name}" not in SECTIONS[question.id]] == []


@each_answer
def test_the_conventions_tell_the_words_and_points_of_a_short_answer(question):
    text = collapsed(SECTIONS["Short answers"])
    fewest, most = question.words
    assert f"`{question.id}` ({question.points:g} points): {fewest} to {most} words." in text


def test_they_have_at_most_three_thousand_words():
    assert len((ASSIGNMENT.template / "conventions.md").read_text(encoding="utf-8").split()) <= 3000
