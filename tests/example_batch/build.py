"""Builds those submissions of the example batch that hold what was handed out.

`python tests/example_batch/build.py` after a change to student_template/ or to the folders of
tests/example_batch/zipped/. `larsen_tom` handed the template in as it was; `moreau_chloe.zip` is the
whole handed-out folder with her two files in it; `müller_jonas.zip` is a folder as a Mac packs it.
The same folders always give the same names, contents and dates.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from autograder.assignment import load_assignment
from autograder.authoring.archives import handed_out

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "zipped"
HANDED_OUT = HERE.parent.parent / "student_template"
DATE = (2026, 3, 2, 21, 47, 0)

LARGEST = 200_000
"""Bytes; a student leaves larger files of the handed-out folder out of an upload."""


def members() -> dict[str, dict[str, bytes]]:
    """What each zip holds: contents by name inside the zip, by the zip's name."""
    folder = {f"Abgabe Embeddings/{name}": data for name, data in _files(SOURCES / "müller_jonas").items()}
    littered = {f"__MACOSX/{name.replace('/', '/._')}": b"\x00\x05\x16\x07" for name in folder}
    given = {name: path for name, path in handed_out(load_assignment()) if path.stat().st_size <= LARGEST}
    whole = {**{name: path.read_bytes() for name, path in given.items()}, **_files(SOURCES / "moreau_chloe")}
    return {
        "müller_jonas.zip": {**folder, "Abgabe Embeddings/.DS_Store": b"\0\0\0\1Bud1", **littered},
        "moreau_chloe.zip": {f"student_template/{name}": data for name, data in whole.items()},
    }


def build(folder: Path) -> None:
    """Write the blank submission and the zips into `folder`."""
    blank = folder / "larsen_tom"
    blank.mkdir(parents=True, exist_ok=True)
    for name in ("embeddings.py", "answers.md"):
        (blank / name).write_bytes((HANDED_OUT / name).read_bytes())
    for zip_name, files in members().items():
        with zipfile.ZipFile(folder / zip_name, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in sorted(files.items()):
                info = zipfile.ZipInfo(name, DATE)
                info.external_attr = 0o644 << 16
                archive.writestr(info, data, zipfile.ZIP_DEFLATED)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size <= LARGEST and not _is_litter(path.relative_to(folder))
    }


def _is_litter(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


if __name__ == "__main__":
    build(HERE / "submissions")
