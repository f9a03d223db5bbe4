"""What one student handed in: the plain values that intake passes on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Submission:
    """The files that count among all that a student handed in.

    Attributes:
        student: the student's key, the upload's folder or file name.
        code: the code file's bytes; None if there is none.
        answers: the answers file's bytes; None if there is none.
        notes: sentences for the student about what was found ("the file was called ...").
        set_aside: the question to the instructor when it is not clear which file is meant; the
            submission is then not graded.
    """

    student: str
    code: bytes | None = None
    answers: bytes | None = None
    notes: tuple[str, ...] = ()
    set_aside: str | None = None

    @property
    def digest(self) -> str:
        """A SHA-256 over both files: the same bytes give the same result."""
        parts = (self.code, self.answers)
        text = b"".join(b"-" if part is None else b"%d:" % len(part) + part for part in parts)
        return hashlib.sha256(text).hexdigest()
