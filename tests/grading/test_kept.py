"""What the cases ask of the reference is found out once for each version of what it depends on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment import load_assignment
from autograder.grading.replay.kept import FOLDER, MOST_KEPT, Kept
from autograder.grading.replay.recording import Request
from autograder.grading.root_filesystem import own_folder
from autograder.sandbox.wire import frame

ASSIGNMENT = load_assignment()
RECORDINGS = [(Request("encode", frame({"op": "call"}, [b"12"])), Request("decode", b"3")), ()]


@pytest.fixture(autouse=True)
def caches(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_what_is_kept_is_found_by_the_same_version_alone():
    Kept(ASSIGNMENT, "a wall").write(RECORDINGS)
    assert Kept(ASSIGNMENT, "a wall").read(2) == RECORDINGS
    other = replace(ASSIGNMENT, limits=replace(ASSIGNMENT.limits, memory_mb=1))
    assert Kept(ASSIGNMENT, "another wall").read(2) is Kept(other, "a wall").read(2) is None


@pytest.mark.parametrize("content", [b"", b"x" * 100, frame({"names": [["encode"]]}), frame({"names": 3}), frame({})])
def test_what_cannot_be_read_is_made_anew(content: bytes):
    kept = Kept(ASSIGNMENT, "a wall")
    kept.write(RECORDINGS)
    (path,) = own_folder(FOLDER).iterdir()
    path.write_bytes(content)
    assert kept.read(1) is None
    kept.write(RECORDINGS)
    assert kept.read(2) == RECORDINGS and kept.read(3) is None


def test_only_the_newest_stay():
    for number in range(MOST_KEPT + 3):
        Kept(ASSIGNMENT, f"wall {number}").write(RECORDINGS)
    assert len(list(own_folder(FOLDER).iterdir())) == MOST_KEPT
