"""What students' processes may read is copied for anybody to read, once, and nothing else is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from autograder.errors import GraderError
from autograder.grading import root_filesystem as image
from autograder.grading.isolation import SECRET

NAMES = ("module.py", "other.py")


@pytest.fixture
def caches(monkeypatch, tmp_path) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    image.image_of.cache_clear()
    yield tmp_path / "caches" / image.NAME
    image.image_of.cache_clear()


@pytest.fixture
def library(tmp_path) -> Path:
    """A library as a user with umask 077 installs it."""
    (tmp_path / "library" / "tests").mkdir(parents=True, mode=0o700)
    (tmp_path / "library" / "module.py").write_text("x = 1\n")
    (tmp_path / "library" / "tests" / "test_module.py").write_text("")
    for path in (tmp_path / "library").rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
    return tmp_path / "library"


def test_copies_are_for_anybody_to_read_and_of_the_same_time_and_place(caches, library):
    before = os.umask(0o077)
    try:
        place = Path(image.image_of((str(library),)))
    finally:
        os.umask(before)
    copy = Path(f"{place}{library}/module.py")
    assert copy.read_text() == "x = 1\n"
    assert copy.stat().st_mode & 0o777 == 0o444
    for folder in (copy.parent, *copy.parent.parents):
        if folder.is_relative_to(place):
            assert folder.stat().st_mode & 0o777 == 0o755
    assert int(copy.stat().st_mtime) == int((library / "module.py").stat().st_mtime)
    assert not (copy.parent / "tests").exists()


def test_what_is_the_same_is_copied_once_and_what_changed_again(caches, library):
    first = image.image_of((str(library),))
    image.image_of.cache_clear()
    assert image.image_of((str(library),)) == first
    image.image_of.cache_clear()
    (library / "module.py").write_text("x = 100\n")
    second = image.image_of((str(library),))
    assert second != first and sorted(map(str, caches.iterdir())) == sorted([first, second])


def test_after_a_change_the_copies_of_all_other_files_are_shared(caches, library):
    (library / "other.py").write_text("y = 2\n")
    first = image.image_of((str(library),))
    image.image_of.cache_clear()
    (library / "module.py").write_text("x = 100\n")
    second = image.image_of((str(library),))
    there = {name: [os.stat(f"{place}{library}/{name}").st_ino for place in (first, second)] for name in NAMES}
    assert there["other.py"][0] == there["other.py"][1] and there["module.py"][0] != there["module.py"][1]
    assert Path(f"{first}{library}/module.py").read_text() == "x = 1\n"
    assert Path(f"{second}{library}/module.py").read_text() == "x = 100\n"


def test_a_copy_goes_when_it_is_old_and_no_process_uses_it(caches, library):
    kept = image.image_of((str(library),))
    old = caches / "old"
    old.mkdir()
    long_ago = time.time() - 2 * image.UNUSED_SECONDS
    for place in (kept, old):
        os.utime(place, (long_ago, long_ago))
    (library / "module.py").write_text("x = 100\n")
    image.image_of.cache_clear()
    image.image_of((str(library),))
    assert os.path.exists(kept) and not old.exists()


@pytest.mark.parametrize("module, name", [(os, "open"), (image.fcntl, "flock")])
def test_a_copy_that_another_process_removes_meanwhile_is_made_anew(module, name, caches, library, monkeypatch):
    place = Path(image.image_of((str(library),)))
    image.image_of.cache_clear()
    real, removed = getattr(module, name), caches / "being removed"

    def once_it_is_removed(*arguments, **named):
        if not removed.exists():
            os.rename(place, removed)
        return real(*arguments, **named)

    monkeypatch.setattr(module, name, once_it_is_removed)
    assert Path(image.image_of((str(library),))) == place
    assert removed.exists() and (place / str(library / "module.py").lstrip("/")).is_file()


def test_two_processes_that_remove_the_same_copy_do_not_disturb_each_other(caches, library, monkeypatch):
    place = Path(image.image_of((str(library),)))
    os.utime(place, (0, 0))
    monkeypatch.setattr(Path, "iterdir", lambda folder: iter([caches / "gone already", place]))
    image._sweep(caches)
    assert place.exists()  # this process uses it


def test_where_there_is_no_room_it_is_said_what_to_do(caches, library, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(image, "_copy", full)
    with pytest.raises(GraderError, match=r"No space left on device. Name a folder .* XDG_CACHE_HOME"):
        image.image_of((str(library),))
    assert list(caches.iterdir()) == []


def test_a_folder_that_others_may_change_is_not_used(caches, library, monkeypatch, tmp_path):
    caches.mkdir(parents=True)
    caches.chmod(0o777)
    monkeypatch.setattr(image.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    assert image.image_of((str(library),)).startswith(str(tmp_path / "temporary"))


def test_no_hidden_test_or_solution_is_among_what_students_read():
    roots = [Path(root).resolve() for root in image.readable()]
    house = SECRET.parents[2]
    for kept in (SECRET, house / "solutions" / "embeddings.py", house / "autograder" / "grading" / "grader.py"):
        assert kept.exists() and not any(kept.is_relative_to(root) for root in roots)
