"""Derives the notebooks that students get, by jupytext, with the same bytes every time."""

from __future__ import annotations

import re

import jupytext
import nbformat

from ..assignment import Assignment, Question
from ..check.loading.answers import PLACEHOLDER
from ..errors import GraderError
from ..grading.short_answers import prompt_of
from .stubs import GIVEN
from .texts import anchor

INTRODUCTION = """\
# {title}

This notebook holds the same functions as `{code}`. Write in one of the two, whichever you like better,
and hand that one in. [handout.md](../handout.md) explains the ideas with pictures and examples, and
[conventions.md](../conventions.md) says exactly what each function takes, gives and refuses.

Run the next two code cells first. Then go on in order: write a function, run its cell, and run the check
below the question. When a check fails, it shows what was called, what was expected and what came.

In comments on shapes, B is the batch size, T the number of tokens in a text, V the size of the vocabulary,
D the dimension of an embedding and P a number of positions."""

SETUP = """\
import sys

if "google.colab" in sys.modules:  # put student_template.zip into the file pane on the left first
    # !unzip -qo /content/student_template.zip -d /content
    # !pip install -q -r /content/student_template/requirements.txt
    # %cd -q /content/student_template/notebooks
sys.path.append("..")  # the folder that you were given, with check/ and tests/

import otter

grader = otter.Notebook(tests_dir="../tests")"""

COMPLETE = """\
# Given

This code is complete, and the questions below may use it. Leave it as it is."""

ANSWERS = """\
# Short answers

Marked by people. Double-click the line in italics under a prompt, write your answer in its
place, and leave the headings and the quoted prompts as they are. You may as well write in `{answers}`: where
both hold an answer to a question, `{answers}` counts."""

LAST = """\
# Hand in

In a terminal, in the folder that you were given, `python check` checks this notebook as long as nothing is
written in `{code}`, and `python check --pack` packs it with your answers into `submission.zip`. In
Colab, choose *File*, *Download*, *Download .ipynb*, and hand that file in.

Before you do, restart the kernel and run all cells: what counts is what they do from top to bottom."""


def notebook(script: str, name: str) -> bytes:
    """A notebook without outputs, from a script whose cells begin with `# %%`.

    Args:
        name: of the notebook; its cells' ids begin with it.
    """
    read = jupytext.reads(script, fmt="py:percent")
    for number, cell in enumerate(read.cells):
        cell.id = f"{name}-{number:02}"
        cell.metadata = {}
    read.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    read.nbformat, read.nbformat_minor = 4, 5
    nbformat.validate(read)
    return (nbformat.writes(read).rstrip("\n") + "\n").encode()


def notebook_script(assignment: Assignment, stubs: str, handout: str, answers: str) -> str:
    """The script of the notebook to work in.

    Args:
        stubs: the text of the handed-out code file.
        handout: the text of handout.md, which says each question's idea and task.
        answers: the text of the handed-out answers file.

    Raises:
        GraderError: if one of these texts has no part for a question.
    """
    start, sections = _by_question(stubs)
    imports = start.rpartition('"""')[2].strip("\n")
    names = {"code": assignment.code_file, "answers": assignment.answers_file}
    cells = [_text(INTRODUCTION.format(title=assignment.title, **names)), _code(SETUP), _code(imports)]
    if GIVEN in sections:
        cells += [_text(COMPLETE), _code(sections[GIVEN].strip("\n"))]
    for question in assignment.code_questions:
        if question.id not in sections:
            raise GraderError(f"The code file has no line `# ---- {question.id}` that opens its question.")
        cells.append(_text(_task(question, handout)))
        cells += [_code(part) for part in re.split(r"(?<!\n)\n{3,}(?=\S)", sections[question.id].strip("\n"))]
        cells.append(_code(f'grader.check("{question.id}")'))
    for number, question in enumerate(assignment.answer_questions):
        cells += [_text(ANSWERS.format(**names))] if number == 0 else []
        if not (prompt := prompt_of(question, answers)):
            raise GraderError(f"The answers file has no heading `## {question.id}`.")
        cells += [_text(prompt), _text(f"*{PLACEHOLDER}*")]
    cells.append(_text(LAST.format(**names)))
    return "\n\n".join(cells) + "\n"


def _code(source: str) -> str:
    return f"# %%\n{source}"


def _text(markdown: str) -> str:
    lines = "\n".join(f"# {line}".rstrip() for line in markdown.split("\n"))
    return f"# %% [markdown]\n{lines}"


def _by_question(stubs: str) -> tuple[str, dict[str, str]]:
    """What stands before the first line that names a question, and what stands below each."""
    start, *parts = re.split(r"^# -+ (\w+)$", stubs, flags=re.MULTILINE)
    return start, dict(zip(parts[::2], parts[1::2], strict=True))


def _task(question: Question, handout: str) -> str:
    """A question's idea and task in short, and where to find them in full."""
    found = re.search(rf"^## (`{question.id}`: .*)\n((?:(?!## ).*\n)*)", handout, re.MULTILINE)
    if found is None:
        raise GraderError(f"handout.md has no heading of the question `{question.id}`.")
    heading, section = found.groups()
    paragraphs = section.replace("\n\n> ", "\n> ").split("\n\n")  # a formula stays with the sentence that leads to it
    wanted = [text.strip("\n") for text in paragraphs if text.lstrip().startswith(("**Idea", "**Task"))]
    short = [re.sub(r"(?<=[.?!])\s[^.?!]*:$", "", text) for text in wanted]  # it would lead to a list
    where = (
        f"Example and pitfalls: [handout.md](handout.md#{anchor(heading)}). "
        f"Details: [conventions.md](conventions.md#{question.id})."
    )
    text = "\n\n".join([f"## {heading}", *short, where]).replace("\n> ", "\n\n> ")
    return re.sub(r"\]\((?!\w+:|#)", "](../", text)
