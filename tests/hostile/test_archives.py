"""Uploads made to write elsewhere, to fill memory or to show another student's file."""

from __future__ import annotations

import io
import os
import stat
import tracemalloc
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.course.intake.uploads import collect
from autograder.submission import Submission

CODE = "def encode(tokens, vocabulary):\n    return 1\n"
SECRET = "another student's work\n"
BOMB = 300 * 2**20


@dataclass(frozen=True)
class Upload:
    """One hostile upload.

    Attributes:
        make: writes the zip of a student, given its path and a folder outside of the submissions.
        harm: what a naive reader, extracting all of it below a folder, comes to; false if nothing.
    """

    make: Callable[[Path, Path], None]
    harm: Callable[[Path, Path], object]


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, str | bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def traversal(path: Path, outside: Path) -> None:
    """Names that lead out of the folder it would be extracted to."""
    zipped(path, ("embeddings.py", CODE), ("../../outside/escaped.py", "gone"))


def absolute(path: Path, outside: Path) -> None:
    """A name that starts at the root."""
    zipped(path, ("embeddings.py", CODE), (str(outside / "escaped.py"), "gone"))


def link(path: Path, outside: Path) -> None:
    """A link in place of the code file, to a file of somebody else's."""
    (outside / "secret.py").write_text(SECRET)
    entry = zipfile.ZipInfo("embeddings.py")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    zipped(path, (entry, str(outside / "secret.py")))


def bomb(path: Path, outside: Path) -> None:
    """A small zip whose code file is 300 MB long."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("embeddings.py", "w") as file,
    ):
        for _ in range(BOMB // 2**20):
            file.write(bytes(2**20))


def lying_sizes(path: Path, outside: Path) -> None:
    """The same, with a header that says it is ten bytes long."""
    bomb(path, outside)
    data = bytearray(path.read_bytes())
    for place in (data.rindex(b"PK\x01\x02") + 24,):
        data[place : place + 4] = (10).to_bytes(4, "little")
    path.write_bytes(data)


def nested(path: Path, outside: Path) -> None:
    """A zip in a zip in a zip, each level holding the next one ten times."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.txt", bytes(10**6))
    for _ in range(3):
        outer = io.BytesIO()
        with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(10):
                archive.writestr(f"{copy}.zip", inner.getvalue())
        inner = outer
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("embeddings.py", CODE)
        archive.writestr("more.zip", inner.getvalue())


def duplicates(path: Path, outside: Path) -> None:
    """Two files of one name: one for whoever looks, one for the grader."""
    with pytest.warns(UserWarning, match="Duplicate"):
        zipped(path, ("embeddings.py", CODE), ("embeddings.py", "y = 2\n"))


def absurd_names(path: Path, outside: Path) -> None:
    """Names that steer terminals, browsers and spreadsheets."""
    names = ("\x1b[2J.py", "<script>alert(1)</script>.py", "=cmd().py", "a\nb.py", "x" * 5000 + ".py")
    zipped(path, ("embeddings.py", CODE), *((name, "") for name in names))


def many_files(path: Path, outside: Path) -> None:
    """Ten thousand files."""
    zipped(path, ("embeddings.py", CODE), *((f"notes/{number}.py", "") for number in range(10_000)))


def shadowing(path: Path, outside: Path) -> None:
    """Packages named like the grader's own, to be imported in their place."""
    zipped(path, ("embeddings.py", CODE), ("otter/__init__.py", "hit"), ("autograder/__init__.py", "hit"))


def cut_short(path: Path, outside: Path) -> None:
    """A zip without its end."""
    bomb(path, outside)
    path.write_bytes(path.read_bytes()[:1000])


def extracted(path: Path, folder: Path) -> Path:
    """Extract as a naive program does: every name joined to the folder, links made."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            target = Path(os.path.join(folder, info.orig_filename))
            target.parent.mkdir(parents=True, exist_ok=True)
            if stat.S_ISLNK(info.external_attr >> 16):
                target.symlink_to(archive.read(info).decode())
            else:
                target.write_bytes(archive.read(info))
    return folder


def escapes(path: Path, outside: Path) -> object:
    extracted(path, outside.parent / "deep" / "naive")
    return (outside / "escaped.py").exists() or list(outside.parent.rglob("escaped.py"))


def shows_a_secret(path: Path, outside: Path) -> object:
    return (extracted(path, outside.parent / "naive") / "embeddings.py").read_text() == SECRET


def fills_memory(path: Path, outside: Path) -> object:
    with zipfile.ZipFile(path) as archive:
        return archive.getinfo("embeddings.py").file_size == BOMB


def inflates_beyond_its_header(path: Path, outside: Path) -> object:
    with zipfile.ZipFile(path) as archive:
        return archive.getinfo("embeddings.py").file_size == 10 and path.stat().st_size > 10_000


def multiplies(path: Path, outside: Path) -> object:
    total, waiting = 0, [path.read_bytes()]
    while waiting and total < 10**9:
        with zipfile.ZipFile(io.BytesIO(waiting.pop())) as archive:
            for info in archive.infolist():
                total += info.file_size
                if info.filename.endswith(".zip"):
                    waiting.append(archive.read(info))
    return total > 10**9


def is_ambiguous(path: Path, outside: Path) -> object:
    with zipfile.ZipFile(path) as archive:
        return len({archive.read(info) for info in archive.infolist()}) == 2


def steers(path: Path, outside: Path) -> object:
    with zipfile.ZipFile(path) as archive:
        return any("\x1b" in name for name in archive.namelist())


def makes_files(path: Path, outside: Path) -> object:
    return len(list(extracted(path, outside.parent / "naive").rglob("*.py"))) > 10_000


def is_imported(path: Path, outside: Path) -> object:
    return (extracted(path, outside.parent / "naive") / "otter" / "__init__.py").exists()


def raises_an_error_nobody_expects(path: Path, outside: Path) -> object:
    with pytest.raises(zipfile.BadZipFile):
        extracted(path, outside.parent / "naive")
    return True


UPLOADS = {
    "traversal": Upload(traversal, escapes),
    "absolute": Upload(absolute, escapes),
    "link": Upload(link, shows_a_secret),
    "bomb": Upload(bomb, fills_memory),
    "lying_sizes": Upload(lying_sizes, inflates_beyond_its_header),
    "nested": Upload(nested, multiplies),
    "duplicates": Upload(duplicates, is_ambiguous),
    "absurd_names": Upload(absurd_names, steers),
    "many_files": Upload(many_files, makes_files),
    "shadowing": Upload(shadowing, is_imported),
    "cut_short": Upload(cut_short, raises_an_error_nobody_expects),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough) if name == "many_files" else name for name in UPLOADS]
)
def test_an_upload_does_no_harm_here_and_does_elsewhere(name: str, tmp_path: Path):
    outside, batch = tmp_path / "outside", tmp_path / "batch"
    outside.mkdir()
    batch.mkdir()
    UPLOADS[name].make(batch / "mallory.zip", outside)
    zipped(batch / "ada.zip", ("embeddings.py", CODE))
    before = sorted(path.name for path in tmp_path.rglob("*"))
    tracemalloc.start()
    found = {submission.student: submission for submission in _read(batch)}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sorted(path.name for path in tmp_path.rglob("*")) == before, "something was extracted"
    assert peak < 100 * 2**20
    assert found["ada"].code == CODE.encode()
    hostile = found["mallory"]
    assert hostile.code in (CODE.encode(), b"y = 2\n", None)
    said = "".join(hostile.notes) + (hostile.set_aside or "")
    assert SECRET not in said and "\x1b" not in said
    assert UPLOADS[name].harm(batch / "mallory.zip", outside), "the control did not succeed"


def _read(batch: Path) -> list[Submission]:
    return collect(batch, load_assignment())
