"""Keeps the files of a batch on disk from when they are found until their submission is graded."""

from __future__ import annotations

import os
import tempfile
from functools import partial

from ...errors import GraderError
from ...submission import Files, SpooledSubmission, Submission


class Spool:
    """One temporary file, which is gone as soon as nobody can read it any more."""

    def __init__(self) -> None:
        """Make the file, in the folder that TMPDIR names.

        Raises:
            GraderError: if that is not possible.
        """
        try:
            # Whoever may read it keeps it open; a `with` could not say when that ends.
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        except OSError as error:
            raise _full(error) from None
        self._end = 0

    def keep(self, submission: Submission) -> SpooledSubmission:
        """Put a submission's files away.

        Raises:
            GraderError: if that disk is full.
        """
        parts = (submission.code, submission.answers)
        start = self._end
        try:
            for part in parts:
                self._write(part or b"")
        except OSError as error:
            raise _full(error) from None
        return SpooledSubmission(
            submission.student,
            submission.digest,
            partial(self._read, start, *(None if part is None else len(part) for part in parts)),
            submission.notes,
            submission.set_aside,
            submission.origin,
        )

    def _write(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            written = os.pwrite(self._file.fileno(), left, self._end)
            left, self._end = left[written:], self._end + written

    def _read(self, start: int, code: int | None, answers: int | None) -> Files:
        whole = os.pread(self._file.fileno(), (code or 0) + (answers or 0), start)
        parts = whole[: code or 0], whole[code or 0 :]
        return None if code is None else parts[0], None if answers is None else parts[1]


def _full(problem: OSError) -> GraderError:
    return GraderError(
        "Submissions wait in the folder for temporary files until they are graded, and nothing more can "
        f"be written there: {problem.strerror}. Nothing was graded. Make room, or set TMPDIR to another "
        "folder, and type the same command again."
    )
