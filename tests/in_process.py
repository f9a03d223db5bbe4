"""Runs a question's cases on a file's functions in this very process: quick, for trusted code alone."""

from __future__ import annotations

import sys
import types
from functools import lru_cache
from typing import Any

import torch

import solutions.embeddings as reference
from autograder.assignment import load_assignment
from autograder.check.cases import Case, read_cases, run_case
from autograder.judge.grader import SEED

ASSIGNMENT = load_assignment()
CODE_QUESTIONS = tuple(question.id for question in ASSIGNMENT.code_questions)
FUNCTIONS = tuple(name for question in ASSIGNMENT.code_questions for name in question.functions)


@lru_cache
def cases(question_id: str) -> tuple[Case, ...]:
    """The public cases of a question, then the hidden ones."""
    files = (ASSIGNMENT.public_tests(question_id), ASSIGNMENT.hidden_tests(question_id))
    return tuple(case for path in files for case in read_cases(path))


def namespace(*sources: str) -> dict[str, Any]:
    """What a student's file defines; later sources overrule earlier ones.

    The module is registered as `embeddings` until the next one takes its place.
    """
    module = types.ModuleType("embeddings")
    sys.modules["embeddings"] = module
    for source in sources:
        exec(compile(source, "embeddings.py", "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def not_passed(environment: dict[str, Any], question_id: str) -> dict[str, str]:
    """The titles of a question's cases that do not pass, with what they say."""
    full = {**environment, "reference": reference}
    ended = {}
    for case in cases(question_id):
        torch.default_generator.manual_seed(SEED)
        attempt = run_case(case, full)
        if attempt.outcome != "passed":
            ended[case.title] = attempt.message
    return ended
