"""A plain folder of students: each folder's, zip's or file's name is a student's key."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress

from ...submission import Member
from ...upload.contents import Kind, kind_by_name, kind_of
from ...upload.inspection import is_litter
from ...upload.listing import ARCHIVE_SUFFIXES, Listing, UnreadableError, effective_suffix, meant_stem, printable
from .base import Platform, Sorted, Upload, gathered, with_problem
from .download import Download, Item

READ_SUFFIXES = (*ARCHIVE_SUFFIXES, ".py", ".ipynb")
UNREAD_SUFFIXES = (".7z", ".bz2", ".gz", ".rar", ".xz")
"""Files that a student may have handed in but that are not read; anything else is not an upload."""

_OF_A_COURSE = re.compile(
    r"(?<![a-z])(?:assignment|conventions|exercise|grades|grading|guide|handout|homework|instructions|lecture|notes|"
    r"rubric|schedule|slides|solutions?|syllabus|task|template)s?(?![a-z])",
    re.IGNORECASE,
)
"""Documents that instructors keep beside what students handed in: such a one alone is not a student's."""

_A_COPY = re.compile(r" ?\(\d\)$")
"""What browsers add to the name of a file that is there already."""

_NOBODY = frozenset({"my", "the", "final", "new", "old", "copy of", "all", "model"})
_MOST = 1_000_000


def is_upload(item: Item) -> bool:
    return item.is_folder or effective_suffix(item.name) in (*READ_SUFFIXES, *UNREAD_SUFFIXES)


def may_be_work(item: Item, stems: Iterable[str]) -> bool:
    """Whether an item that belongs to nobody may be a student's work, and somebody should look."""
    return is_upload(item) or kind_by_name(item.name) is Kind.PLACEHOLDER or may_be_answers(item, stems)


def may_be_answers(item: Item, stems: Iterable[str]) -> bool:
    """Whether a loose file may be all that its student handed in: a document, or text by its name."""
    is_document = effective_suffix(item.name) in (".docx", ".odt", ".pdf", ".html", ".htm", ".md", ".markdown")
    is_document = is_document or kind_by_name(item.name) is Kind.OTHER_DOCUMENT
    return is_document and not is_litter(item.name, stems)


def upload_of(item: Item, student: str) -> Upload:
    """The upload of a student who handed in this folder or file."""
    listing = item.listing
    if not item.is_folder and effective_suffix(item.name) in UNREAD_SUFFIXES:
        listing = with_problem(lambda: Listing(), f"{printable(item.name)} is not read here.")
    return Upload(student, item.name, listing, (Member(id=student),), path=item.path)


def key_of(name: str) -> str:
    """A student's key: the name, spelled one way whatever the system it was packed on."""
    readable = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    clean = "".join("�" if unicodedata.category(c) == "Cc" else c for c in readable)
    return unicodedata.normalize("NFC", clean)


def _claims(download: Download) -> int:
    return sum(is_upload(item) for item in download.items)


def _sort(download: Download) -> Sorted:
    """A student's folder, zip or file, with the files that lie beside it under the same name."""
    uploads: dict[str, list[Item]] = defaultdict(list)
    beside: dict[str, list[Item]] = defaultdict(list)
    stems = download.stems
    students = [_student(item, stems) for item in download.items]
    known = set(students)
    for student, item in zip(students, download.items, strict=True):
        original = "" if item.is_folder else _A_COPY.sub("", student)
        (uploads if is_upload(item) else beside)[original if original in known else student].append(item)
    left = []
    for student, items in beside.items():
        for item in items:
            is_own = may_be_answers(item, stems) and not _OF_A_COURSE.search(item.name)
            if student in uploads or is_own or _is_work(item, stems):
                uploads[student].append(item)
            else:
                left.append(item)
    together = (_upload(student, part, stems) for student, items in uploads.items() for part in _parts(items))
    return Sorted(tuple(together), left=tuple(left))


def _parts(items: list[Item]) -> list[list[Item]]:
    """What lies there of one student, as uploads: loose files are one, and texts go with a folder or zip.

    Where there are several, somebody has to say which counts.
    """
    files = [item for item in items if not item.is_folder and effective_suffix(item.name) in (".py", ".ipynb")]
    texts = [item for item in items if not is_upload(item)]
    whole = [[item] for item in items if item not in files and item not in texts]
    if len(whole) == 1 and not files:
        return [[*whole[0], *texts]]
    return [*whole, [*files, *texts]] if files or texts else whole


def _upload(student: str, items: list[Item], stems: Iterable[str]) -> Upload:
    if len(items) == 1:
        return upload_of(items[0], student)
    names = " and ".join(sorted(item.name for item in items))
    files = [(_own_name(item.name, stems), item) for item in items]
    return Upload(student, names, gathered(files), (Member(id=student),))


def _role(name: str, stems: Iterable[str]) -> re.Match[str] | None:
    """Who and what the name of a file bears where it bears both: "Ada Lovelace - answers.md"."""
    files = "|".join(map(re.escape, stems))
    return re.fullmatch(
        rf"(?P<who>.+?)(?: ?[-_.] ?|(?<!_)_+| )(?P<role>(?:{files}|short[ _-]answers)\b.*)", name, re.I | re.S
    )


def _own_name(name: str, stems: Iterable[str]) -> str:
    """What a file is called without its student: "answers.md" of "Ada - answers.md"."""
    named = _role(name, stems)
    return named["role"] if named and named["who"].casefold() not in _NOBODY else name


def _student(item: Item, stems: Iterable[str]) -> str:
    """The key of the student whose folder or file this is: "Ada" of Ada.py and of "Ada - answers.md"."""
    if item.is_folder:
        return key_of(item.name)
    stem = meant_stem(item.name)
    named = _role(stem, stems)
    return key_of(named["who"] if named and named["who"].casefold() not in _NOBODY else stem)


def _is_work(item: Item, stems: Iterable[str]) -> bool:
    """Whether a text that lies alone is a student's: a notebook, a program, or answers by its name."""
    if kind_by_name(item.name) is not None:
        return False
    if _role(meant_stem(item.name), stems):
        return True
    with suppress(UnreadableError):
        for entry in item.listing().entries:
            content = entry.read(_MOST)
            kind = kind_of(entry.name, content)
            is_program = re.search(rb"^(?:def|class)\s+\w+\s*[(:]", content, re.MULTILINE) is not None
            return kind is Kind.NOTEBOOK or (kind is Kind.TEXT and is_program)
    return False


PLAIN = Platform(
    "plain",
    "plain folder",
    "<student>/, <student>.zip, <student>.py or <student>.ipynb",
    _claims,
    _sort,
    ids_are_local=False,
)
