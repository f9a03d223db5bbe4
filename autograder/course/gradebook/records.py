"""What the gradebook holds, as plain values, and how they become text and come back."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from ...grading.cache_keys import CacheKeys
from ...mark import ItemMark, Mark
from ...result import MOST_SAID, CaseResult, Outcome, QuestionResult, Result, Status
from ...submission import Member, UploadInfo


@dataclass(frozen=True)
class Entry:
    """One row of the journal.

    Attributes:
        id: the row's number.
        run: the run that wrote it.
        saved: when, in UTC.
        cache_keys: what each question's result depends on; empty where an older version wrote the row.
        notes: the sentences that intake had on the submission.
        set_aside: the question that intake had, if any.
    """

    id: int
    run: int | None
    saved: str
    result: Result
    cache_keys: CacheKeys
    notes: tuple[str, ...]
    set_aside: str | None


@dataclass(frozen=True)
class ActiveStatus:
    """Whether a student's results count; whoever has none counts.

    Attributes:
        saved: since when, in UTC.
        instead: the key under which the student counts, or once counted, instead; empty where that was
            not the reason.
    """

    saved: str
    counts: bool
    instead: str


@dataclass(frozen=True)
class Draft:
    """What a dry run found for a student: it counts for nothing until a regrade takes it."""

    run: int | None
    result: Result
    cache_keys: CacheKeys


@dataclass(frozen=True)
class MarkEvent:
    """When and from which sheet a mark was read."""

    saved: str
    sheet: str
    mark: Mark


class RatingKind(StrEnum):
    """What a marker did with an answer."""

    MARKED = "marked"
    SETTLED = "settled"  # where markers differed: this counts, whatever they gave
    UNDONE = "undone"  # takes back an earlier one, which `undoes` names
    FLAGGED = "flagged"  # a colleague should look at it
    UNFLAGGED = "unflagged"
    PROPOSED = "proposed"  # a program's: it counts for nothing until a person takes it


@dataclass(frozen=True)
class Rating:
    """What one marker did with one answer, in the browser; a row of a journal of its own.

    Attributes:
        marker: who.
        answer: the answer's fingerprint.
        items: what each item of the rubric earns.
        replies: the weak arguments that were ticked.
        comment: for the student; of what is flagged, for the colleague.
        rubric: the version of the rubric by which it was marked.
        seconds: how long the answer was looked at.
        undoes: the number of the rating that is taken back.
        request: names what the browser sent, so that what it sends again is not saved again.
        id: the row's number, 0 before it is saved.
        saved: when, in UTC.
    """

    marker: str
    question: str
    answer: str
    kind: RatingKind
    items: tuple[ItemMark, ...] = ()
    replies: tuple[str, ...] = ()
    comment: str = ""
    rubric: str = ""
    seconds: float | None = None
    undoes: int = 0
    request: str = ""
    id: int = 0
    saved: str = ""

    @property
    def points(self) -> float:
        return round(sum(item.points for item in self.items), 2)


@dataclass(frozen=True)
class SheetRow:
    """A row of a marking sheet that was handed out.

    Attributes:
        answer: the fingerprint of the answer it shows.
        shown: each student who gave this answer, and the name the sheet showed for them.
    """

    row: str
    question: str
    answer: str
    shown: tuple[tuple[str, str], ...]


LARGEST_RESULT = 100_000_000
"""Characters of a result as JSON. SQLite takes ten times as much, and no result should come near it."""


def result_to_json(result: Result, *, seconds: bool = False) -> str:
    """The result as JSON in ASCII: also text that UTF-8 cannot hold comes back as it was.

    One that is too large to be kept becomes one that says so: points and outcomes stay, texts go.

    Args:
        seconds: whether to write how long grading took, which has a column of its own.
    """
    data = asdict(result)
    if not seconds:
        del data["seconds"]
    text = json.dumps(data)
    if len(text) <= LARGEST_RESULT:
        return text
    why = f"This result had {len(text):,} characters, but at most {LARGEST_RESULT:,} are kept, so its texts are not."
    for question in data["questions"]:
        question["answer"] = question["answer"][:MOST_SAID]
        for case in question["cases"]:
            case["message"] = case["untrusted"] = ""
    return json.dumps({**data, "notes": [why], "fault": data["fault"][:MOST_SAID]})


def result_from_json(text: str) -> Result:
    data = json.loads(text)
    questions = tuple(
        QuestionResult(
            **question | {"id": sys.intern(question["id"]), "cases": tuple(_case(case) for case in question["cases"])}
        )
        for question in data["questions"]
    )
    read = {"status": Status(data["status"]), "questions": questions, "notes": tuple(data["notes"])}
    return Result(**data | read)


def origin_from_json(text: str) -> UploadInfo:
    data = json.loads(text)
    data.pop("seconds_late", None)  # no platform tells it; older gradebooks hold it empty
    if "layout" in data:  # as older versions called it
        data["platform"] = data.pop("layout")
    members = tuple(Member(**member) for member in data["members"])
    return UploadInfo(**data | {"members": members, "others": tuple(data["others"])})


def mark_from_json(text: str) -> Mark:
    data = json.loads(text)
    read = {"items": tuple(ItemMark(**item) for item in data["items"]), "replies": tuple(data.get("replies", ()))}
    return Mark(**data | read)


def rating_to_json(rating: Rating) -> str:
    """What has no column of its own."""
    columns = ("marker", "question", "answer", "kind", "request", "id", "saved")
    return json.dumps({key: value for key, value in asdict(rating).items() if key not in columns})


def rating_from_json(text: str, **columns: Any) -> Rating:
    data = json.loads(text)
    read = {"items": tuple(ItemMark(**item) for item in data["items"]), "replies": tuple(data["replies"])}
    return Rating(**columns, **data | read)


def to_ascii(value: str) -> str:
    """Any text in ASCII, reversibly: SQLite takes no lone surrogates."""
    return json.dumps(value)[1:-1]


def from_ascii(value: str) -> str:
    return str(json.loads(f'"{value}"'))


def _case(data: dict[str, Any]) -> CaseResult:
    lists = {name: tuple(data.get(name, ())) for name in ("carried", "despite")}  # results of older versions lack them
    return CaseResult(**data | {"outcome": Outcome(data["outcome"])} | lists)
