"""Answers, rubric and marks as JSON lines without names, and a program's proposals on the way back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...assignment import Assignment
from ...check.loading.answers import word_count
from ...errors import GraderError
from ...io.files import write_atomically
from ...io.text import escape_control, single_line
from ...mark import ItemMark
from ..gradebook.database import Gradebook
from ..gradebook.ratings import read_ratings, save_ratings
from ..gradebook.records import Rating, RatingKind
from .anonymize import blind
from .groups import Group, groups
from .mark_journal import Ledger, shares
from .rubric import Rubric, load_rubric

LARGEST_FILE = 100_000_000
"""Bytes of a file of proposals."""

MOST_PROBLEMS = 20


def write_answers(gradebook: Gradebook, assignment: Assignment, path: Path) -> int:
    """Write a line for each question's rubric, then one for each different answer; how many answers these are.

    Raises:
        GraderError: if the file is there already, or cannot be written.
    """
    if path.exists():
        raise GraderError(f"{path} already exists. Choose another name.")
    origins = gradebook.origins()
    found = [blind(group, origins) for group in groups(gradebook, assignment)]
    ledger = Ledger(read_ratings(gradebook))
    names = sorted({rating.marker for group in found for rating in ledger.ratings(group.key).values()})
    anonymous = {name: f"marker {number}" for number, name in enumerate(names, 1)}
    rubrics = load_rubric(assignment)
    lines: list[dict[str, Any]] = [_rubric(assignment, question, rubric) for question, rubric in rubrics.items()]
    lines += [_answer(group, ledger, anonymous) for group in found]
    write_atomically(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    return len(found)


def _rubric(assignment: Assignment, question_id: str, rubric: Rubric) -> dict[str, Any]:
    question = assignment.question(question_id)
    return {
        "kind": "rubric",
        "question": question_id,
        "title": question.title,
        "points": question.points,
        "words": question.words,
        "version": rubric.version,
        "items": [{"id": item.id, "points": item.points, "text": item.text} for item in rubric.items],
        "weak_arguments": list(rubric.weak_arguments),
    }


def _answer(group: Group, ledger: Ledger, names: dict[str, str]) -> dict[str, Any]:
    given = ledger.ratings(group.key)
    marks = [{"marker": names[marker], **_given(rating)} for marker, rating in sorted(given.items())]
    standing = ledger.standing(group.key)
    counts = _given(standing) if standing else None
    if counts is None and group.mark and not given:  # marked on a sheet
        counts = {"points": group.mark.points, "items": {}, "weak": [], "comment": group.mark.comment}
    return {
        "kind": "answer",
        "question": group.question.id,
        "answer": group.row,
        "students": len(group.students),
        "words": word_count(group.answer),
        "text": escape_control(group.answer),
        "marks": marks,
        "counts": counts,
    }


def _given(rating: Rating) -> dict[str, Any]:
    """One mark: each item's share of its points, from 0 to 1."""
    return {
        "points": rating.points,
        "items": shares(rating),
        "weak": list(rating.replies),
        "comment": rating.comment,
        "settled": rating.kind is RatingKind.SETTLED,
    }


def take_proposals(gradebook: Gradebook, assignment: Assignment, path: Path, name: str) -> tuple[int, list[str]]:
    """Take a program's marks in, as proposals: how many, and a sentence for each line that was not taken.

    Each line has `answer`, as the export names it, and `items`: a share from 0 to 1 by id; it may have
    `weak`, a list of texts of the rubric, and `comment`. Lines of other kinds are passed over.

    Raises:
        GraderError: if the file cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise GraderError(f"{path} is larger than {LARGEST_FILE:,} bytes.")
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise GraderError(f"{path} cannot be read: {error}") from None
    rubrics = load_rubric(assignment)
    there = {group.row: group for group in groups(gradebook, assignment)}
    known = {rating.marker for rating in read_ratings(gradebook) if rating.kind is RatingKind.MARKED}
    if name in known:
        raise GraderError(f"{single_line(name)} is a person who has marked here. Choose another name with --as.")
    ratings, problems = [], []
    for number, line in enumerate(lines, 1):
        try:
            ratings += list(_proposal(line, name, there, rubrics))
        except ValueError as error:
            problems.append(f"{path.name}, line {number}: {error}")
    save_ratings(gradebook, ratings)
    if len(problems) > MOST_PROBLEMS:
        problems = [*problems[:MOST_PROBLEMS], f"{len(problems) - MOST_PROBLEMS:,} more lines were not accepted."]
    return len(ratings), problems


def _proposal(line: str, name: str, there: dict[str, Group], rubrics: dict[str, Rubric]) -> Iterator[Rating]:
    """What one line proposes; nothing of a line that proposes nothing. ValueError with a sentence."""
    if not line.strip():
        return
    try:
        data = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise ValueError("this is not JSON.") from None
    if not isinstance(data, dict) or "answer" not in data or "items" not in data:
        return
    group = there.get(str(data["answer"]))
    if group is None:
        raise ValueError(f"`{single_line(str(data['answer'])[:100])}` is not an answer in this gradebook now.")
    rubric = rubrics[group.question.id]
    given, weak = data["items"], data.get("weak") or []
    ids = {item.id for item in rubric.items}
    if not isinstance(given, dict) or not isinstance(weak, list) or not set(given) <= ids:
        raise ValueError(f"`items` should be shares by these ids: {', '.join(sorted(ids))}; `weak` a list.")
    for item, share in given.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ValueError(f"`{item}` should be a share from 0 to 1, not {single_line(str(share)[:40])}.")
    items = tuple(
        ItemMark(item.id, item.text, round(item.points * given.get(item.id, 0), 2), item.points)
        for item in rubric.items
    )
    yield Rating(
        marker=name,
        question=group.question.id,
        answer=group.fingerprint,
        kind=RatingKind.PROPOSED,
        items=items,
        replies=tuple(reply for reply in rubric.weak_arguments if reply in weak),
        comment=str(data.get("comment") or "")[:5_000],
        rubric=rubric.version,
        request=secrets.token_hex(16),
    )
