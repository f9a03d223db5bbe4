"""What one student handed in: the plain values that intake passes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A student as the platform names them; what it does not tell is empty.

    Attributes:
        id: what the platform's own grade file knows them by: Canvas' user id, Moodle's participant
            number, Gradescope's SID, the roster identifier of GitHub Classroom.
        is_rosters: whether `id` is the roster's instead, and so the university's.
    """

    id: str = ""
    name: str = ""
    email: str = ""
    is_rosters: bool = False


@dataclass(frozen=True, slots=True)
class UploadInfo:
    """How a platform handed a submission over: what it takes to hand the grade back.

    Attributes:
        platform: its name, such as "canvas"; "plain" for a folder of students.
        upload: the folder's or file's name as the platform wrote it.
        members: the students who handed it in together; most often one.
        late: whether the platform marked it as late.
        submitted: when it was handed in, in ISO 8601, if the platform tells.
        others: earlier attempts, by the names of their uploads.
    """

    platform: str
    upload: str
    members: tuple[Member, ...]
    late: bool = False
    submitted: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Submission:
    """The files that count among all that a student handed in.

    Attributes:
        student: the student's key, the upload's folder or file name.
        code: the code file's bytes; None if there is none.
        answers: the answers file's bytes; None if there is none.
        notes: sentences for the student about what was found ("the file was called ...").
        set_aside: the question to the instructor when it is not clear which file is meant; the
            submission is then not graded.
        origin: how the platform handed it over.
    """

    student: str
    code: bytes | None = None
    answers: bytes | None = None
    notes: tuple[str, ...] = ()
    set_aside: str | None = None
    origin: UploadInfo | None = None

    @property
    def digest(self) -> str:
        """A SHA-256 over both files: the same bytes give the same result."""
        parts = (self.code, self.answers)
        text = b"".join(b"-" if part is None else b"%d:" % len(part) + part for part in parts)
        return hashlib.sha256(text).hexdigest()


Files = tuple[bytes | None, bytes | None]
"""The code file and the answers file, as a `Submission` has them."""


@dataclass(frozen=True, slots=True)
class SpooledSubmission:
    """What is known of a submission while its files wait on disk: a batch is never in memory as a whole.

    Attributes:
        digest: that of the submission.
        files: reads its files.
    """

    student: str
    digest: str
    files: Callable[[], Files]
    notes: tuple[str, ...] = ()
    set_aside: str | None = None
    origin: UploadInfo | None = None

    def read(self) -> Submission:
        return Submission(self.student, *self.files(), self.notes, self.set_aside, self.origin)
