"""Reads solutions/rubric.yml: what a marker looks for in each short answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from ...assignment import Assignment, Question, to_the_cent
from ...errors import AssignmentError
from ...io.text import pluralize
from ...mark import ItemMark, Mark, Marks, weighed


@dataclass(frozen=True)
class Item:
    """One thing to look for; `points` are points of the assignment."""

    id: str
    points: float
    text: str


@dataclass(frozen=True)
class Rubric:
    """What to look for in one short answer, and the arguments that should not convince."""

    items: tuple[Item, ...] = ()
    weak_arguments: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The same for the same rubric."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()[:16]

    def changed_since(self, earlier: Mapping[str, Any]) -> list[str]:
        """The ids of items that are new, gone or other than in an earlier rubric, as `asdict` gave it."""
        before = {item["id"]: item for item in earlier["items"]}
        after = {item.id: asdict(item) for item in self.items}
        return [item for item in {**before, **after} if before.get(item) != after.get(item)]


def load_rubric(assignment: Assignment) -> dict[str, Rubric]:
    """The rubric of every short-answer question; an empty one where the file has none.

    The items' points are shares: they are scaled to the question's points in assignment.yml.

    Raises:
        AssignmentError: naming the key that is wrong and what was expected there.
    """
    path = assignment.root / "solutions" / "rubric.yml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        data = {}
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} cannot be read: {error}") from None
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise AssignmentError(f"{path} should be a mapping of question ids to rubrics")
    return {
        question.id: _rubric(path, question, data[question.id]) if question.id in data else Rubric()
        for question in assignment.answer_questions
    }


def weighed_now(marks: Marks, assignment: Assignment) -> dict[tuple[str, str, str], Mark]:
    """The marks by the rubric and the points of now.

    Raises:
        AssignmentError: if the rubric cannot be read.
    """
    rubrics = load_rubric(assignment)
    asked = {question.id: question for question in assignment.answer_questions}
    items = {id_: [ItemMark(i.id, i.text, 0.0, i.points) for i in rubric.items] for id_, rubric in rubrics.items()}
    return {
        key: weighed(mark, items[mark.question], asked[mark.question].points) if mark.question in asked else mark
        for key, mark in marks.items()
    }


def weighed_said(marks: Iterable[Mark], assignment: Assignment) -> str:
    """A sentence, if some of these marks were given for other points, or by another rubric, than there are now.

    Raises:
        AssignmentError: if the rubric cannot be read.
    """
    rubrics = load_rubric(assignment)
    asked = {question.id: question.points for question in assignment.answer_questions}
    items = {id_: {item.id: item.points for item in rubric.items} for id_, rubric in rubrics.items()}
    weighed = sum(
        mark.possible != asked[mark.question]
        or (bool(mark.items) and {item.id: item.possible for item in mark.items} != items[mark.question])
        for mark in marks
        if mark.question in asked
    )
    if not weighed:
        return ""
    return (
        f"{pluralize(weighed, 'mark')} given for other points or by another rubric than now: each item "
        "keeps the share of its points that it was given."
    )


def _rubric(path: Path, question: Question, data: Any) -> Rubric:
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise AssignmentError(f"{path}: `{question.id}` should have a list named `items`")
    items = [_item(path, f"{question.id}.items[{i}]", item) for i, item in enumerate(data["items"])]
    ids = [item.id for item in items]
    if len(set(ids)) < len(ids):
        raise AssignmentError(f"{path}: `{question.id}.items` should each have a different id, not {ids}")
    weak = data.get("weak_arguments") or []
    if not isinstance(weak, list) or not all(isinstance(argument, str) for argument in weak):
        raise AssignmentError(f"{path}: `{question.id}.weak_arguments` should be a list of texts")
    points = to_the_cent([item.points for item in items], question.points)
    return Rubric(
        items=tuple(replace(item, points=p) for item, p in zip(items, points, strict=True)),
        weak_arguments=tuple(" ".join(argument.split()) for argument in weak),
    )


def _item(path: Path, key: str, data: Any) -> Item:
    if (
        isinstance(data, dict)
        and isinstance(data.get("id"), str)
        and isinstance(data.get("points"), int | float)
        and data["points"] > 0
        and isinstance(data.get("text"), str)
    ):
        return Item(data["id"], float(data["points"]), " ".join(data["text"].split()))
    raise AssignmentError(f"{path}: `{key}` should have an `id`, `points` above 0 and a `text`, not {data!r}")
