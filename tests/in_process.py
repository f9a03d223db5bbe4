"""Runs a question's cases on a file's functions in this very process: quick, for trusted code alone."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import solutions.embeddings as reference
from autograder.assignment import Assignment, load_assignment
from autograder.authoring.audit import case_trials as trials
from autograder.authoring.audit.case_trials import namespace
from autograder.check.testing.cases import Case, read_cases

__all__ = ["ASSIGNMENT", "CODE_QUESTIONS", "FUNCTIONS", "cases", "every_question", "namespace", "not_passed"]


def every_question(assignment: Assignment) -> Assignment:
    """The assignment with the questions that are switched off: they are kept as whole as the others."""
    return replace(assignment, questions=(*assignment.questions, *assignment.switched_off), switched_off=())


ASSIGNMENT = every_question(load_assignment())
CODE_QUESTIONS = tuple(question.id for question in ASSIGNMENT.code_questions)
FUNCTIONS = tuple(name for question in ASSIGNMENT.code_questions for name in question.functions)


@lru_cache
def cases(question_id: str) -> tuple[Case, ...]:
    """The public cases of a question, then the hidden ones."""
    files = (ASSIGNMENT.public_tests(question_id), ASSIGNMENT.hidden_tests(question_id))
    return tuple(case for path in files for case in read_cases(path))


def not_passed(environment: dict[str, Any], question_id: str) -> dict[str, str]:
    """The titles of a question's cases that do not pass, with what they say."""
    lost = trials.not_passed(cases(question_id), {**environment, "reference": reference})
    return {case.title: said for case, said in lost.items()}
