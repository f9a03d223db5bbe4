"""Derives the code file that students get from the reference."""

from __future__ import annotations

import ast
import re

from otter.assign.solutions import replace_solutions

from ..assignment import YML, Assignment
from ..check.testing.cases import read_cases
from ..errors import AssignmentError

GIVEN = "given"
"""Names what is handed out complete, in a line such as those that open a question."""

_SECTION = re.compile(r"^(?=# -+ \w+$)", re.MULTILINE)
_PROMPT = re.compile(
    r'^ *""" *# BEGIN PROMPT\n(?:(?! *""" *# (?:BEGIN|END) PROMPT\n).*\n)*+ *""" *# END PROMPT\n', re.MULTILINE
)
_MARKER = re.compile(r"^ *# (?:BEGIN|END) SOLUTION.*(?:\n|\Z)", re.MULTILINE)


def refuse_unknown_functions(assignment: Assignment, reference: str) -> None:
    """Refuse questions whose functions the reference does not define.

    Raises:
        AssignmentError: naming the file, the key, the name and what names there are.
    """
    try:
        defined = _definitions(reference)
    except SyntaxError as error:
        raise AssignmentError(f"{assignment.reference}, line {error.lineno} cannot be read: {error.msg}") from None
    for question in (*assignment.questions, *assignment.switched_off):
        for name in question.functions:
            if name not in defined:
                there = ", ".join(one for one in defined if not one.startswith("_"))
                raise AssignmentError(
                    f"{assignment.root / YML}: `functions` of `{question.id}` names `{name}`, which "
                    f"{assignment.reference} does not define. It defines: {there}."
                )


def code_file(assignment: Assignment, reference: str) -> str:
    """What students get: stubs of the questions asked and, complete, what these need of others.

    Args:
        reference: the text of the reference.
    """
    gone = {question.id for question in assignment.switched_off}
    start, *sections = _SECTION.split(reference)
    asked = [section for section in sections if section.split("\n", 1)[0].split()[-1] not in gone]
    first, *others = _SECTION.split(stubs("".join([start, *asked])))
    given = [definition for _, definition in _given(assignment, reference)]
    if given:
        line = "-" * (90 - len(f"#  {GIVEN}"))
        others.insert(0, "\n\n\n".join([f"# {line} {GIVEN}", *given, ""]))
    return "".join([first, *others])


def given_functions(assignment: Assignment, reference: str) -> frozenset[str]:
    """The functions of questions that are switched off, without which those that are asked cannot be done."""
    names = {name for question in assignment.switched_off for name in question.functions}
    return frozenset(name for name, _ in _given(assignment, reference) if name in names)


def stubs(solution: str) -> str:
    """What students get of the reference: Otter takes out what stands between its markers."""
    text = "\n".join(replace_solutions(solution.split("\n"), "python"))
    text = re.sub(r"\n{4,}", "\n\n\n", text)  # the gaps this leaves
    text = re.sub(r"^((?:from|import) .*)\n\n\n(?=#)", r"\1\n\n", text, flags=re.MULTILINE)
    return text.strip("\n") + "\n"


def _given(assignment: Assignment, reference: str) -> list[tuple[str, str]]:
    """What is handed out complete, by name and in order, helpers included.

    That is what the questions asked name of those that are switched off, in the reference, in their cases or
    as a short answer's `builds_on`, and what these name in turn.
    """
    off = {name for question in assignment.switched_off for name in question.functions}
    if not off:
        return []
    asked = {name for question in assignment.questions for name in question.functions}
    spoken_of = {name for question in assignment.answer_questions for name in question.builds_on}
    nodes = _definitions(reference)
    uses = {
        name: {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} & nodes.keys()
        for name, node in nodes.items()
    }
    reached = _reached(uses, asked) | _needed_by_cases(assignment) | spoken_of
    given = _reached({name: uses[name] - asked for name in nodes}, reached & off & nodes.keys())
    lines = reference.splitlines(keepends=True)
    found = []
    for name, node in nodes.items():
        if name in given:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            text = "".join(lines[first - 1 : node.end_lineno])
            found.append((name, _MARKER.sub("", _PROMPT.sub("", text)).rstrip("\n")))
    return found


def _definitions(reference: str) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    return {node.name: node for node in ast.parse(reference).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def _reached(uses: dict[str, set[str]], names: set[str]) -> set[str]:
    """These names and all that they use, at whatever distance."""
    found: set[str] = set()
    waiting = [name for name in names if name in uses]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += uses[name]
    return found


def _needed_by_cases(assignment: Assignment) -> set[str]:
    """The names that the cases of the questions asked take as arguments."""
    files = [
        file
        for question in assignment.code_questions
        for file in (assignment.public_tests(question.id), assignment.hidden_tests(question.id))
    ]
    return {name for file in files if file.is_file() for case in read_cases(file) for name in case.needs}
