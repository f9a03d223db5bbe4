"""Folders as students leave them: junk, environments, links and special files."""

from __future__ import annotations

import os

import pytest

from autograder.upload import folder

from .conftest import ANSWERS, OTHER_WORK, WORK, where_is, write


@pytest.mark.parametrize(
    "junk",
    [
        "._embeddings.py",
        ".DS_Store",
        "__pycache__/embeddings.cpython-311.py",
        ".ipynb_checkpoints/embeddings.py",
        ".git/embeddings.py",
        ".venv/lib/python3.11/site-packages/transformers/embeddings.py",
        "lib/site-packages/embeddings.py",
        "node_modules/embeddings.py",
    ],
)
def test_what_tools_leave_behind_is_ignored(submissions, one, junk):
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS, junk: OTHER_WORK})
    found = one()
    assert found.code == WORK.encode() and found.notes == () and found.set_aside is None


def test_a_virtual_environment_of_any_name_is_ignored(submissions, one):
    write(
        submissions / "ada",
        {
            "hw.py": WORK,
            "answers.md": ANSWERS,
            "torchenv/pyvenv.cfg": "",
            "torchenv/lib/embeddings.py": OTHER_WORK,
        },
    )
    assert one().code == WORK.encode()


def test_an_environment_made_in_the_homework_folder_does_not_hide_the_homework(submissions, one):
    write(
        submissions / "ada",
        {"embeddings.py": WORK, "answers.md": ANSWERS, "pyvenv.cfg": "", "Lib/a/embeddings.py": OTHER_WORK},
    )
    assert one().code == WORK.encode()


def test_a_link_to_a_file_is_not_followed(submissions, one, tmp_path):
    (tmp_path / "secret.py").write_text(OTHER_WORK)
    (submissions / "ada").mkdir()
    (submissions / "ada" / "embeddings.py").symlink_to(tmp_path / "secret.py")
    found = one()
    assert found.code is None
    assert found.set_aside == (f"embeddings.py is a link, and links are not followed. {where_is('ada')}")


def test_a_link_to_a_folder_is_not_followed_even_in_a_circle(submissions, one):
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS})
    (submissions / "ada" / "again").symlink_to(submissions / "ada")
    found = one()
    assert found.code == WORK.encode()
    assert found.notes == ("again is a link, and links are not followed.",)


def test_a_pipe_is_not_opened(submissions, one):
    (submissions / "ada").mkdir()
    os.mkfifo(submissions / "ada" / "embeddings.py")
    assert one().set_aside.startswith("embeddings.py is not a regular file.")


def test_a_folder_with_too_many_files_is_not_looked_through_to_its_end(submissions, one, monkeypatch):
    monkeypatch.setattr(folder, "MAX_FILES", 3)
    write(submissions / "ada", {f"{i}.txt": "" for i in range(5)})
    assert one().set_aside.startswith("The folder holds more than 3 files; the rest was not examined.")
