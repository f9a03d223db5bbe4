"""Damaged and hostile archives and files: each ends as a submission or as a sentence."""

from __future__ import annotations

import json
import random
import signal
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.course.intake.uploads import take_in
from autograder.course.platforms.all_platforms import LAYOUTS
from autograder.errors import GraderError
from tests.platforms import downloads
from tests.platforms.downloads import as_folder, as_zip
from tests.platforms.people import PEOPLE

from .conftest import ANSWERS, OTHER_WORK, STUB, WORK, notebook, zipped

LIMIT = 60
"""Seconds of the processor for one upload: a backstop against what never ends, and no measurement."""

BATCH = 25
"""Damaged uploads that are taken in together, beside one that is sound."""

NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
NAMES = (
    b"../../escaped.py",
    b"/tmp/escaped.py",
    b"C:\\escaped.py",
    b"embeddings.py",
    b"a/" * 200,
    b"\x1b[2J\n",
)

WHOLE = {
    ".zip": [
        zipped({"hw/embeddings.py": WORK * 20, "answers.md": ANSWERS, "x.zip": zipped({"a.py": OTHER_WORK})}),
        zipped({"embeddings.py": STUB, "mine.py": WORK, "../../escaped.py": WORK}),
        zipped({f"{i}/embeddings.py": f"{WORK}# {i}" for i in range(40)}),
        zipped({"a.zip": zipped({"b.zip": zipped({"embeddings.py": WORK})})}),
        zipped({"embeddings.py": b"#" * 3_000_000, "env/pyvenv.cfg": "", "env/lib/x.py": ""}),
    ],
    ".py": [
        WORK.encode(),
        STUB.encode("utf-16"),
        f"# -*- coding: cp1252 -*-\r\n{WORK}".encode("utf-8-sig"),
    ],
    ".ipynb": [
        notebook(code=["!ls\n%%time", WORK], text=["# Mine", ANSWERS]).encode(),
        notebook(code=[f"{WORK}# {i}" for i in range(40)]).encode("utf-16"),
        json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": [WORK]}]}]}).encode(),
    ],
}


def mutated(whole: bytes, other: bytes, draw: random.Random) -> bytes:
    """The same bytes with one to four kinds of damage."""
    content = bytearray(whole)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(content) + 1)
        match draw.randrange(8):
            case 0:  # single bytes
                for _ in range(draw.randint(1, 12)):
                    if content:
                        content[draw.randrange(len(content))] = draw.randrange(256)
            case 1:  # cut short
                del content[place:]
            case 2:  # a piece is missing
                del content[place : place + draw.randint(1, 200)]
            case 3:  # a piece stands twice
                content[place:place] = content[place : place + draw.randint(1, 2000)]
            case 4:  # noise in between
                content[place:place] = draw.randbytes(draw.randint(1, 300))
            case 5:  # the rest is another file's
                content[place:] = other[draw.randrange(len(other)) :]
            case 6:  # a size, an offset or a flag of a zip's header
                header = content.find(draw.choice((b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06")))
                field = header + draw.randrange(4, 46)
                if header >= 0 and field + 4 <= len(content):
                    struct.pack_into("<I", content, field, draw.choice(NUMBERS))
            case 7:  # a name, in all headers that have it
                old = draw.choice((b"embeddings.py", b"answers.md", b"hw/"))
                new = draw.choice(NAMES)[: len(old)].ljust(len(old), b"a")
                content = content.replace(old, new)
    return bytes(content)


@contextmanager
def stopped_after(seconds: int) -> Iterator[None]:
    """End with an error when the processor was used for so long."""

    def stop(*_: object) -> None:
        raise AssertionError(f"intake used the processor for {seconds} seconds")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def damaged_uploads(folder: Path, assignment: Assignment, seed: int) -> None:
    """A batch of damaged uploads and a sound one: all are there afterwards, and the sound one is whole."""
    draw = random.Random(seed)
    students = folder / "submissions"
    as_folder(students, {"sound/embeddings.py": WORK.encode(), "sound/answers.md": ANSWERS.encode()})
    for number in range(BATCH):
        suffix = draw.choice((".zip", ".zip", ".py", ".ipynb"))
        content = mutated(draw.choice(WHOLE[suffix]), draw.choice(WHOLE[".zip"]), draw)
        name = f"s{number}{suffix}" if draw.random() < 0.7 else f"s{number}/embeddings{suffix}"
        as_folder(students, {name: content})
    before = everything(folder)
    with stopped_after(LIMIT):
        taken = take_in(students, assignment)
    assert everything(folder) == before
    found = {submission.student: submission for submission in taken.submissions}
    assert set(found) == {"sound", *(f"s{number}" for number in range(BATCH))}
    assert found["sound"].code == WORK.encode() and found["sound"].set_aside is None
    for submission in found.values():
        assert (submission.code is None) or (submission.set_aside is None)
        assert submission.code is not None or submission.set_aside or submission.notes
        said = "".join(submission.notes) + (submission.set_aside or "")
        assert "\x1b" not in said and "\n" not in said and len(said) < 5000


def damaged_download(folder: Path, assignment: Assignment, seed: int) -> None:
    """A platform's damaged zip, or its folder with one damaged file, with and without a forced layout."""
    draw = random.Random(seed)
    builders = (
        *(downloads.canvas, downloads.blackboard, downloads.gradescope, downloads.moodle, downloads.brightspace),
        *(downloads.sakai, downloads.teams, downloads.ilias, downloads.openolat, downloads.schoology),
        *(downloads.google_drive, downloads.nbgrader, downloads.nbgrader_exchange),
    )
    work = {"embeddings.py": draw.choice(WHOLE[".py"]), "hw.zip": draw.choice(WHOLE[".zip"])}
    files = draw.choice(builders)(lambda _: work, PEOPLE[:3])
    if draw.random() < 0.5:
        path = as_zip(folder / "download.zip", files)
        path.write_bytes(mutated(path.read_bytes(), draw.choice(WHOLE[".zip"]), draw))
    else:
        name = draw.choice(sorted(files))
        path = as_folder(folder / "download", files | {name: mutated(files[name], files[name] or b"a", draw)})
    roster = folder / "roster.csv"
    roster.write_bytes(mutated(b"ID,Name\n4711,Ada Lovelace\n4712,Zo\xc3\xab\n", b"a,b\n", draw))
    before = everything(folder)
    for platform in (None, draw.choice(LAYOUTS)):
        with stopped_after(LIMIT):
            try:
                taken = take_in(path, assignment, platform=platform, roster=draw.choice((None, roster)))
            except GraderError as sentence:
                assert str(sentence)
                continue
        assert taken.submissions and taken.summary
        assert all(f.code is not None or f.set_aside or f.notes for f in taken.submissions)
    assert everything(folder) == before


@pytest.mark.parametrize("seed", range(8))
def test_damaged_uploads_end_as_submissions_or_sentences(tmp_path, assignment, seed):
    damaged_uploads(tmp_path, assignment, seed)


@pytest.mark.parametrize("seed", range(100))
def test_damaged_downloads_end_as_submissions_or_sentences(tmp_path, assignment, seed):
    damaged_download(tmp_path, assignment, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1320))
def test_thousands_of_damaged_uploads_end_as_submissions_or_sentences(tmp_path, assignment, seed):
    damaged_uploads(tmp_path, assignment, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_thousands_of_damaged_downloads_end_as_submissions_or_sentences(tmp_path, assignment, seed):
    damaged_download(tmp_path, assignment, seed)
