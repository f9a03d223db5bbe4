"""Telling when a file was saved, however editors write it. The clock is the test's own."""

from __future__ import annotations

import os

import pytest

from autograder.check.terminal.file_watcher import GONE, REST, Saves


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def saves(tmp_path, clock) -> Saves:
    path = tmp_path / "embeddings.py"
    path.write_text("x = 1\n")
    return Saves(path, clock)


def test_a_save_is_told_once_and_only_when_it_has_come_to_rest(saves, clock):
    assert not saves.poll()
    saves.path.write_text("x = 10\n")
    assert not saves.poll()
    clock.now += 0.9 * REST
    assert not saves.poll()
    clock.now += 0.2 * REST
    assert saves.poll()
    clock.now += 100
    assert not saves.poll()


def test_a_file_written_in_several_steps_is_told_when_the_last_is_done(saves, clock):
    for text in ("x", "x = ", "x = 100\n"):
        saves.path.write_text(text)
        assert not saves.poll()
        clock.now += 0.9 * REST
    assert not saves.poll()
    clock.now += REST
    assert saves.poll()


def test_a_file_put_in_the_old_ones_place_is_a_save(saves, clock):
    new = saves.path.with_name("embeddings.py~")
    new.write_text("x = 2\n")
    os.utime(new, ns=(saves.path.stat().st_atime_ns, saves.path.stat().st_mtime_ns))
    new.replace(saves.path)
    assert not saves.poll()
    clock.now += 1.1 * REST
    assert saves.poll()


@pytest.mark.parametrize("leave", [lambda path: path.unlink(), lambda path: path.write_text("")])
def test_a_missing_or_empty_file_is_not_believed_at_once(saves, clock, leave):
    leave(saves.path)
    assert not saves.poll()
    clock.now += 0.9 * GONE
    assert not saves.poll()
    saves.path.write_text("x = 123\n")
    assert not saves.poll()
    clock.now += 1.1 * REST
    assert saves.poll()
    leave(saves.path)
    assert not saves.poll()
    clock.now += 1.1 * GONE
    assert saves.poll()
