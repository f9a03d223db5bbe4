"""File names for any key, and files that are whole or not there."""

from __future__ import annotations

import os
import unicodedata

import pytest

from autograder.errors import GraderError
from autograder.io.files import file_names, write_atomically
from tests.hand_made import NASTY_NAMES


def test_fit_keys_stand_as_they_are():
    keys = ["ada", "Jürgen Müller", "s001", "smith_john", "Nuñez, María", "group-7.b", "عمر الخيّام"]
    assert file_names(keys) == {key: key for key in keys}


def test_no_two_keys_get_one_name_on_any_system():
    names = list(file_names(NASTY_NAMES).values())
    assert len({unicodedata.normalize("NFKD", name).casefold() for name in names}) == len(NASTY_NAMES)


@pytest.mark.parametrize("key", NASTY_NAMES)
def test_every_name_is_one_that_can_be_written(key, tmp_path):
    name = file_names(NASTY_NAMES)[key]
    write_atomically(tmp_path / f"{name}.html", "x")
    assert os.listdir(tmp_path) == [f"{name}.html"]
    assert len(name.encode()) <= 120


def test_names_of_devices_are_not_used():
    assert file_names(["con", "Aux.txt", "console"])["console"] == "console"
    assert "~" in file_names(["con"])["con"]
    assert "~" in file_names(["Aux.txt"])["Aux.txt"]


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "new" / "file.txt"
    write_atomically(path, "first")
    write_atomically(path, "second\r\n")
    assert path.read_bytes() == b"second\r\n"
    assert os.listdir(path.parent) == ["file.txt"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    write_atomically(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\udc80")
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["file.txt"]


def test_a_place_that_takes_no_files_gives_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot be written"):
        write_atomically(tmp_path / "file" / "inside.txt", "x")
