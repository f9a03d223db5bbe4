"""Texts of students are read in time that grows with their length, whatever they are made of."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import itertools, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))  # an expression that is not linear takes hours
from autograder.assignment import load_assignment
from autograder.check.answers import complete, find_answers
from autograder.intake.contents import kind_of, not_python
from autograder.intake.inspection import defined, defines_any, holds_code

assignment = load_assignment()
template = (assignment.root / "student_template" / "answers.md").read_text("utf-8")
asked = assignment.answer_questions
for first, second in itertools.product(sys.argv[1], repeat=2):
    text = ((first + second) * 150_000)[:300_000].encode()
    find_answers(b"## tradeoffs\\n" + text, template, asked)
    kind_of("embeddings.py", text), not_python(text), defined(text, assignment)
    defines_any(text, assignment), holds_code(text, assignment)
text = "*" * 1_000_000
complete(text.encode(), text, "a.docx", template, asked)
print("read")
"""


@pytest.mark.parametrize("characters", ["*_", "#\n", "<-!", "> \t", "ad=("])
def test_no_character_makes_reading_slow(characters):
    done = subprocess.run([sys.executable, "-c", PROGRAM, characters], capture_output=True, text=True)
    assert done.stdout == "read\n", f"ended with status {done.returncode}: {done.stderr[-500:]}"
