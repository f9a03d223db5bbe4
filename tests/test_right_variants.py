"""Right solutions that are written differently earn every case of their question.

Each file of solutions/right_variants/<question>/ defines the functions of one question; the rest of
the student's file is the reference.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import solutions.embeddings as reference
from autograder.assignment import ROOT
from tests.in_process import ASSIGNMENT, CODE_QUESTIONS, cases, namespace, not_passed

FOLDER = ROOT / "solutions" / "right_variants"
VARIANTS = sorted(FOLDER.glob("*/*.py"))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_right_variant_earns_every_case_of_its_question(variant):
    question_id = variant.parent.name
    sources = [path.read_text("utf-8") for path in (Path(reference.__file__), variant)]
    assert cases(question_id)
    assert not_passed(namespace(*sources), question_id) == {}


@pytest.mark.parametrize("question_id", CODE_QUESTIONS)
def test_every_question_has_several_right_variants_that_define_all_it_asks_for(question_id):
    variants = [path for path in VARIANTS if path.parent.name == question_id]
    assert len(variants) >= 3
    for variant in variants:
        statements = ast.parse(variant.read_text("utf-8")).body
        defined = {getattr(statement, "name", None) for statement in statements}
        assert set(ASSIGNMENT.question(question_id).functions) <= defined


def test_every_variant_belongs_to_a_question():
    assert {path.parent.name for path in VARIANTS} == set(CODE_QUESTIONS)
