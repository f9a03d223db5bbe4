"""What was handed in waits on disk, not in memory."""

from __future__ import annotations

import errno
import os
import tempfile
import tracemalloc

import pytest

from autograder.course.intake.spool import Spool
from autograder.course.intake.uploads import take_in
from autograder.errors import GraderError
from autograder.submission import Submission

from .conftest import WORK


@pytest.mark.parametrize(
    "submission",
    [
        Submission("ada", b"x = 1\n", b"An answer."),
        Submission("ada", None, b"An answer."),
        Submission("ada", b"x = 1\n", None),
        Submission("ada", b"", b""),
        Submission("ada", set_aside="Which file is meant?"),
        Submission("ada", bytes(range(256)) * 2**14, b"late"),
    ],
    ids=lambda submission: f"{submission.code!r:.9}, {submission.answers!r:.9}",
)
def test_every_file_comes_back_as_it_was(submission):
    spool = Spool()
    spool.keep(Submission("before", b"something else"))
    received = spool.keep(submission)
    spool.keep(Submission("after", b"another thing"))
    assert received.digest == submission.digest
    assert received.read() == received.read() == submission


def test_a_batch_that_was_taken_in_does_not_take_the_memory_of_its_files(tmp_path, assignment):
    for number in range(50):
        (tmp_path / f"student-{number}").mkdir()
        text = WORK + f"# {number} {'x' * 200_000}\n"
        (tmp_path / f"student-{number}" / "embeddings.py").write_text(text)
    tracemalloc.start()
    try:
        taken = take_in(tmp_path, assignment)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(len(received.read().code) for received in taken.received) > 10_000_000
    assert held < 2_000_000


@pytest.mark.parametrize(("module", "name"), [(os, "pwrite"), (tempfile, "TemporaryFile")])
def test_a_full_disk_is_said_before_anything_is_graded(tmp_path, assignment, monkeypatch, module, name):
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "embeddings.py").write_text(WORK)

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, name, full)
    with pytest.raises(GraderError, match=r"No space left on device[.] Nothing was graded"):
        take_in(tmp_path, assignment)
