"""Repacks what students handed in as zips that a plain `otter run` takes.

Otter opens a zip, and reads a notebook, before any code of ours runs. So each student's zip holds only the
two files that count, the code as a `.py`, of which Otter reads nothing: the plugin tells by its content what
it is.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from ..assignment import Assignment
from ..io.files import file_names, replacing
from ..io.text import single_line
from .intake.uploads import Intake


def repack(intake: Intake, assignment: Assignment, folder: Path) -> Iterator[tuple[str, bool]]:
    """Write `folder`/STUDENT.zip for each student.

    Returns:
        A line to read for each student, and whether there is a zip of theirs.

    Raises:
        GraderError: if the disk does not take it.
    """
    names = file_names(received.student for received in intake.received)
    for received in intake.received:
        path = folder / f"{names[received.student]}.zip"
        submission = received.read()
        contents = {assignment.code_file: submission.code, assignment.answers_file: submission.answers}
        is_packed = submission.set_aside is None and submission.code is not None
        if is_packed:
            with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
                for name, content in contents.items():
                    if content is not None:
                        entry = zipfile.ZipInfo(name)  # of 1980: the same content gives the same archive
                        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
        else:
            path.unlink(missing_ok=True)  # of an earlier run
        said = [submission.set_aside] if submission.set_aside else submission.notes
        head = str(path) if is_packed else f"{single_line(submission.student)} is not packed"
        yield ": ".join([head, *([" ".join(said)] if said else [])]), is_packed
