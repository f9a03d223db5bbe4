"""Renders the texts that students read, so that they say what assignment.yml says, and of nothing else.

A text is a Jinja template. A section whose heading names a question leaves with it. What else speaks of a
question stands between `{% if asked.lookup %}` and `{% endif %}`, what needs one of its functions between
`{% if defined.encode %}` and `{% endif %}`. What is forgotten is refused, naming file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, TemplateError, TemplateSyntaxError

from ..assignment import Assignment, Question
from ..errors import AssignmentError, GraderError
from ..io.text import format_points

_WORDS = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
NUMBERS = (*_WORDS.split(), "seventeen", "eighteen", "nineteen", "twenty")

_OWNED = re.compile(r"## (?:`(\w+)`|(\w+)(?=:|$))")
_BY_HAND = re.compile(r"(?<![\w,.])\d+(?:\.\d+)? points?\b")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_LINE = re.compile("\0([0-9]+)\0")
"""Follows each line of a template while it is rendered, and says which line it was."""


@dataclass(frozen=True)
class Texts:
    """What the texts of an assignment may say.

    Attributes:
        given: functions of questions that are switched off, handed out as code that is complete.
    """

    assignment: Assignment
    given: frozenset[str] = frozenset()

    def render(self, path: Path) -> str:
        """The text that students get of a template.

        Raises:
            AssignmentError: if it speaks of what is switched off, names points by hand, or is no template.
        """
        source = read(path)
        if path.suffix == ".py":  # in a script, tags stand in comments
            source = re.sub(r"^# (\{%.*%\})$", r"\1", source, flags=re.MULTILINE)
        for number, line in enumerate(source.split("\n"), 1):
            if by_hand := _BY_HAND.search(re.sub(r"\{\{[^{}]*\}\}", "", line)):
                raise AssignmentError(
                    f"{path}, line {number}: `{by_hand[0]}` would stay when points change. Write "
                    "{{ points.QUESTION }}, {{ code_points }}, {{ answer_points }} or {{ total_points }}."
                )
        environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
        try:
            rendered = environment.from_string(self._by_section(source)).render(self._facts)
        except TemplateError as error:
            raise AssignmentError(f"{path}, line {_line_of(error)}: {error}") from None
        self._refuse_lost_mentions(path, rendered)
        return re.sub(r"\n{4,}", "\n\n\n", _LINE.sub("", rendered)).rstrip("\n") + "\n"

    def refuse_mentions(self, path: Path) -> None:
        """Refuse a text that is handed out as it stands and speaks of what is switched off."""
        lines = read(path).split("\n")
        self._refuse_lost_mentions(path, "\n".join(f"{line}\0{number}\0" for number, line in enumerate(lines, 1)))

    @cached_property
    def _facts(self) -> Mapping[str, Any]:
        """The names that a template may use."""
        asked, others = self.assignment.questions, self.assignment.switched_off
        everything = (*asked, *others)
        functions = [name for question in everything for name in question.functions]
        here = {*self.given, *(name for question in asked for name in question.functions)}
        code = sum(question.points for question in self.assignment.code_questions)
        return {
            "title": self.assignment.title,
            "asked": {question.id: question in asked for question in everything},
            "defined": {name: name in here for name in functions},
            "heading": {question.id: question.title for question in everything},
            "points": {question.id: _points(question.points) for question in everything},
            "words": {
                question.id: f"{question.words[0]} to {question.words[1]}" for question in everything if question.words
            },
            "link": {question.id: _link(question) for question in everything},
            "questions": [{"id": question.id, "points": format_points(question.points)} for question in asked],
            "code_points": _points(code),
            "answer_points": _points(self.assignment.possible - code),
            "total_points": _points(self.assignment.possible),
            "functions": [name for question in asked for name in question.functions],
            "answers": [question.id for question in self.assignment.answer_questions],
            "given": sorted(self.given),
            "number": lambda things: NUMBERS[len(things)] if len(things) < len(NUMBERS) else str(len(things)),
        }

    def _by_section(self, source: str) -> str:
        """The template with each question's section made to leave with it, and its lines numbered."""
        owners = {question.id for question in (*self.assignment.questions, *self.assignment.switched_off)}
        lines: list[str] = []
        is_open = False
        for number, line in enumerate(source.split("\n"), 1):
            lines.append(line if line.rstrip().endswith("%}") else f"{line}\0{number}\0")
            if not line.startswith("## "):
                continue
            if is_open:  # it ends before the tags that open around this heading
                tags = sum(1 for _ in takewhile(lambda above: above.startswith("{% if "), reversed(lines[:-1])))
                lines[-1 - tags] = "{% endif %}" + lines[-1 - tags]
            heading = _OWNED.match(line)
            owner = heading and (heading[1] or heading[2])
            if is_open := owner in owners:
                lines[-1] = lines[-1].replace("## ", f"{{% if asked.{owner} %}}## ", 1)
        return "\n".join(lines) + ("{% endif %}" if is_open else "")

    @cached_property
    def _gone(self) -> dict[str, str]:
        """The names that nothing may mention, and the question of each."""
        gone: dict[str, str] = {}
        for question in self.assignment.switched_off:
            gone |= {name: question.id for name in (question.id, *question.functions) if name not in self.given}
        return gone

    def _refuse_lost_mentions(self, path: Path, rendered: str) -> None:
        headings = {anchor(line.lstrip("#")) for line in _LINE.sub("", rendered).split("\n") if line.startswith("#")}
        number, found = 0, []
        for line, code in _lines_and_code(rendered, is_script=path.suffix == ".py"):
            number = int(mark[1]) if (mark := _LINE.search(line)) else number
            for name, question in self._gone.items():
                if re.search(rf"(?<![\w.]){name}(?!\w)", _QUOTED.sub("", code)):
                    found.append(f"{path}, line {number}: `{name}` is of `{question}`, which is switched off.")
            for link in re.findall(r"\]\(#([\w-]+)\)", line):
                if link not in headings:
                    found.append(f"{path}, line {number}: no heading is there for the link to `#{link}`.")
        if found:
            tags = "{% if asked.QUESTION %} and {% endif %}, or {% if defined.FUNCTION %} and {% endif %}"
            raise AssignmentError("\n".join([*found, f"Put what speaks of a question between {tags}."]))


def read(path: Path) -> str:
    """The text of a source.

    Raises:
        GraderError: if it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def anchor(heading: str) -> str:
    """By which a link finds a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")


def _link(question: Question) -> str:
    """To the question's section of the handout, where `## `id`: title (points)` is the heading."""
    return f"[`{question.id}`](#{anchor(f'{question.id}: {question.title} ({_points(question.points)})')})"


def _points(value: float) -> str:
    return f"{format_points(value)} {'point' if value == 1 else 'points'}"


def _lines_and_code(rendered: str, is_script: bool) -> Iterator[tuple[str, str]]:
    """Each line with what of it is code: inside a fence, between backticks, outside a script's comments."""
    fenced = False
    for line in rendered.split("\n"):
        text = _LINE.sub("", line)
        if is_script and not text.startswith("#"):
            yield line, text
        elif text.lstrip("# ").startswith("```"):
            fenced = not fenced
            yield line, ""
        else:
            yield line, text if fenced else " ".join(re.findall(r"`([^`]+)`", text))


def _line_of(error: TemplateError) -> int:
    """The line of a template in which it went wrong."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
