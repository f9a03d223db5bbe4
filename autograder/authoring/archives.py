"""Packs what leaves the house into dist/, with the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from .. import check
from ..assignment import TEMPLATE, Assignment, load_assignment
from ..check.terminal.pack import NAME as SUBMISSION
from ..io.files import is_left_behind, replacing
from ..otter_plugin.autograder_zip import VERSION, autograder_zip

DIST = "dist"
CHECKSUMS = "SHA256SUMS"
"""What `sha256sum --check` reads."""

INSTRUCTORS = "embeddings_assignment"
"""The folder in the instructor's archive."""

SELF_CHECK = Path(check.__file__).resolve().parent
"""Its one home; what is derived for an assignment lies in that assignment's folder."""


def archives(root: Path, check: bool = False) -> list[str]:
    """Bring the archives in `root`/dist/ up to date, from a student_template/ that is.

    Args:
        check: only tell, and only of what is there: nobody commits an archive.

    Returns:
        The paths, below `root`, that were (or with `check`, are) out of date, sorted.
    """
    there = [name for name in ARCHIVES if not check or (root / DIST / name).is_file()]
    wanted = {name: ARCHIVES[name](root) for name in there}
    lines = [f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(wanted.items())]
    wanted |= {CHECKSUMS: "".join(lines).encode()} if wanted else {}
    stale = []
    for name, content in wanted.items():
        path = root / DIST / name
        if path.is_file() and path.read_bytes() == content:
            continue
        stale.append(f"{DIST}/{name}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            with replacing(path) as file:
                file.write(content)
    return sorted(stale)


def student_zip(root: Path) -> bytes:
    """The content of dist/student_template.zip: the handed-out folder, without what running leaves there."""
    return _zipped({f"{TEMPLATE}/{name}": path for name, path in handed_out(load_assignment(root))})


def instructor_zip(root: Path) -> bytes:
    """The content of dist/instructor.zip: the folder for `--assignment`, with hidden tests and solutions."""
    files = {path.relative_to(root).as_posix(): path for path in load_assignment(root).licences}
    for part in ("assignment", "solutions", TEMPLATE):
        for path in (root / part).rglob("*"):
            name = path.relative_to(root)
            if path.is_file() and not is_left_behind(name):
                files[name.as_posix()] = path
    files |= {f"{TEMPLATE}/{name}": path for name, path in handed_out(load_assignment(root))}
    return _zipped({f"{INSTRUCTORS}/{name}": path for name, path in files.items()})


def _zipped(files: Mapping[str, Path]) -> bytes:
    """An archive with the version in its comment, and nothing in it that differs from run to run."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.comment = VERSION
        for name, path in sorted(files.items()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever system this runs on
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return written.getvalue()


def handed_out(assignment: Assignment) -> list[tuple[str, Path]]:
    """The files by their names in the folder, with the code of the self-check, which has one home for all.

    Cases and probes of a question that is switched off stay at home.
    """
    folder = assignment.template
    stays = {f"{part}/{question.id}.py" for question in assignment.switched_off for part in ("tests", "probes")}
    places = [(SELF_CHECK.parent, path) for path in SELF_CHECK.rglob("*.py")]
    places += [(folder, path) for path in folder.rglob("*") if path.is_file()]
    found = {}
    for base, path in places:
        name = path.relative_to(base).as_posix()
        if not is_left_behind(path.relative_to(base)) and name != SUBMISSION and name not in stays:
            found[name] = path
    return sorted(found.items())


ARCHIVES: dict[str, Callable[[Path], bytes]] = {
    "autograder.zip": autograder_zip,
    "instructor.zip": instructor_zip,
    "student_template.zip": student_zip,
}
"""What packs each archive of dist/."""
