"""Zips as students make them, and as they should not: each ends as a submission or a sentence."""

from __future__ import annotations

import io
import random
import re
import stat
import struct
import zipfile
import zlib
from dataclasses import replace

import pytest

from autograder.io.text import single_line
from autograder.upload import archive, inspection

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, WORK, is_this, where_is, zipped

BOTH = {"embeddings.py": WORK, "answers.md": ANSWERS}
WHERE = where_is("ada")


@pytest.fixture
def hand_in(submissions, one):
    """Hands in these bytes as ada.zip and collects them."""

    def hand_in_zip(content: bytes):
        (submissions / "ada.zip").write_bytes(content)
        return one()

    return hand_in_zip


def is_both(found) -> bool:
    return (found.code, found.answers, found.set_aside) == (WORK.encode(), ANSWERS.encode(), None)


def test_a_zip_of_the_files_is_taken(hand_in):
    found = hand_in(zipped(BOTH))
    assert is_both(found) and found.student == "ada" and found.notes == ()


def test_a_zip_with_the_folder_inside_is_taken(hand_in):
    assert is_both(hand_in(zipped({f"homework 3/{name}": text for name, text in BOTH.items()})))


def test_a_zip_of_the_whole_handed_out_folder_is_taken(hand_in):
    files = {f"student_template/{name}": text for name, text in {**HANDED_OUT, **BOTH}.items()}
    junk = {f"__MACOSX/student_template/._{name}": "\0" for name in BOTH}
    found = hand_in(zipped({**files, **junk, "student_template/.DS_Store": "\0"}))
    assert is_both(found) and found.notes == ()


def test_a_virtual_environment_in_a_zip_is_ignored(hand_in):
    files = {"env/pyvenv.cfg": "", "env/Lib/embeddings.py": OTHER_WORK}
    assert is_both(hand_in(zipped({**BOTH, **files})))


def test_backslashes_part_a_path_as_slashes_do(hand_in):
    assert is_both(hand_in(zipped({f"hw\\{name}": text for name, text in BOTH.items()})))


def test_a_zip_in_a_zip_is_opened(hand_in):
    assert is_both(hand_in(zipped({"hw/submission.zip": zipped(BOTH)})))


def test_a_zip_in_a_folder_is_opened(submissions, one):
    (submissions / "ada").mkdir()
    (submissions / "ada" / "submission.zip").write_bytes(zipped(BOTH))
    assert is_both(one())


def test_a_zip_two_levels_down_is_not_opened(hand_in):
    found = hand_in(zipped({"a.zip": zipped({"b.zip": zipped(BOTH)})}))
    assert found.set_aside == f"a.zip/b.zip is an archive in an archive in what was handed in: not opened. {WHERE}"


def test_a_packed_copy_that_differs_is_set_aside(hand_in):
    found = hand_in(zipped({**BOTH, "submission.zip": zipped({"embeddings.py": OTHER_WORK})}))
    assert found.set_aside == (
        "Which file is meant as embeddings.py? These differ: embeddings.py, submission.zip/embeddings.py. "
        "To choose, type one of: --choose ada=embeddings.py, --choose ada=submission.zip/embeddings.py"
    )


def test_two_entries_of_one_name_that_differ_are_set_aside(hand_in):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as built, pytest.warns(UserWarning, match="Duplicate name"):
        built.writestr("embeddings.py", WORK)
        built.writestr("embeddings.py", OTHER_WORK)
    assert hand_in(stream.getvalue()).set_aside.startswith("Which file is meant as embeddings.py?")


def test_a_password_is_named(hand_in):
    content = bytearray(zipped({"hw/embeddings.py": WORK}))
    content[6] |= 1  # the flags in the entry's own header
    content[content.index(b"PK\x01\x02") + 8] |= 1  # and in the table of contents
    found = hand_in(bytes(content))
    assert found.code is None
    assert found.set_aside == f"hw/embeddings.py in ada.zip is locked with a password. {is_this('ada')}"


@pytest.mark.parametrize("kept", [0, 1, 20, 100, -1, -30])
def test_a_zip_cut_short_gets_a_sentence(hand_in, kept):
    found = hand_in(zipped(BOTH)[:kept])
    assert found.code is None
    assert found.set_aside == f"ada.zip is damaged, cut short or no zip file: it cannot be opened. {WHERE}"


def test_damaged_content_gets_a_sentence(hand_in):
    content = bytearray(zipped({"embeddings.py": WORK * 50}))
    start = content.index(b"embeddings.py") + len("embeddings.py")
    content[start : start + 20] = b"\xff" * 20
    assert hand_in(bytes(content)).set_aside.startswith("embeddings.py in ada.zip is damaged or cut short.")


def test_another_packing_method_is_named(hand_in):
    found = hand_in(zipped(BOTH, zipfile.ZIP_BZIP2))
    assert "is packed by a method other than the usual one (deflate)." in found.set_aside


def test_a_bomb_is_unpacked_no_further_than_the_limit(hand_in):
    found = hand_in(zipped({"embeddings.py": b"#" * 200_000_000}))
    assert found.set_aside.startswith("embeddings.py in ada.zip is larger than 1,000,000 bytes.")


def test_a_size_in_the_header_is_not_believed(hand_in):
    """A bomb whose headers claim ten bytes."""
    packed = bytearray(zipped({"embeddings.py": b"#" * (10 * inspection.MAX_FILE_BYTES)}))
    crc = zlib.crc32(b"#" * 10)
    directory = packed.index(b"PK\x01\x02")
    struct.pack_into("<I", packed, 14, crc)
    struct.pack_into("<I", packed, 22, 10)
    struct.pack_into("<I", packed, directory + 16, crc)
    struct.pack_into("<I", packed, directory + 24, 10)
    found = hand_in(bytes(packed))
    assert found.set_aside.startswith("embeddings.py defines nothing that is asked for.")


def test_a_nested_bomb_is_not_unpacked(hand_in, monkeypatch):
    monkeypatch.setattr(archive, "MAX_NESTED_BYTES", 1000)
    found = hand_in(zipped({"inner.zip": b"\0" * 100_000}))
    assert found.set_aside.startswith("inner.zip in ada.zip is larger than 1,000 bytes.")


def test_many_nested_zips_are_not_all_opened(hand_in, monkeypatch):
    monkeypatch.setattr(archive, "MAX_NESTED", 2)
    found = hand_in(zipped({f"{i}.zip": zipped({"notes.txt": ""}) for i in range(4)}))
    assert "More than 2 archives were handed in; the rest was not opened." in found.set_aside


@pytest.mark.parametrize(
    "name", ["../embeddings.py", "hw/../../embeddings.py", "/etc/embeddings.py", "C:\\embeddings.py"]
)
def test_an_entry_that_points_out_of_the_zip_is_not_read_and_nothing_is_written(hand_in, submissions, name):
    found = hand_in(zipped({name: WORK}))
    assert found.code is None
    assert found.set_aside.startswith(f"{name} in ada.zip points outside the zip: not read.")
    assert [item.name for item in submissions.parent.rglob("*")] == ["submissions", "ada.zip"]


def test_a_link_in_a_zip_is_not_followed(hand_in):
    link = zipfile.ZipInfo("embeddings.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as built:
        built.writestr(link, "/etc/hostname")
    assert hand_in(stream.getvalue()).set_aside.startswith("embeddings.py in ada.zip is a link")


def test_ten_thousand_files_do_not_hide_the_one_that_counts(hand_in):
    files = {f"data/{i}.txt": "" for i in range(10_000)}
    assert is_both(hand_in(zipped({**files, **BOTH}, zipfile.ZIP_STORED)))


def test_ten_thousand_python_files_without_the_right_name_get_a_sentence(hand_in):
    found = hand_in(zipped({f"{i}.py": "" for i in range(10_000)}, zipfile.ZIP_STORED))
    assert found.set_aside.startswith("10000 files come into question, such as 0.py.")


def test_a_table_of_contents_too_long_is_not_read(hand_in, monkeypatch):
    monkeypatch.setattr(archive, "UPLOAD", replace(archive.UPLOAD, directory=1000))
    found = hand_in(zipped({f"{i}.txt": "" for i in range(100)}))
    assert found.set_aside.startswith("ada.zip lists more files than are looked through.")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("näme\u202e\x1b[31m\n.py", "näme\u202e�[31m�.py"),
        ("a" * 300 + ".py", "…" + "a" * 76 + ".py"),
        ("🙂/הבית.py", "🙂/הבית.py"),
        ("hw/ .py", "hw/ .py"),
    ],
)
def test_odd_names_are_read_and_shown_short_and_without_control_characters(hand_in, name, shown):
    found = hand_in(zipped({name: WORK, "answers.md": ANSWERS}))
    assert is_both(found)
    assert found.notes == (f"The file was called {shown}; it was graded as embeddings.py.",)
    # What turns the text round stays in the note, and is written out where it is said.
    assert not re.search("[\x00-\x1f\u202a-\u202e]", single_line(found.notes[0]))


def test_an_empty_zip_is_asked_about(hand_in):
    found = hand_in(zipped({}))
    assert found.code is None and found.set_aside == f"Nothing was handed in. {WHERE}"


def test_zips_with_random_damage_end_as_submissions_or_sentences(submissions, one):
    whole = zipped({"hw/embeddings.py": WORK * 20, "answers.md": ANSWERS, "x.zip": zipped({"a.py": OTHER_WORK})})
    draw = random.Random(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(draw.randint(1, 12)):
            damaged[draw.randrange(len(damaged))] = draw.choice([0, 127, 255, draw.randrange(256)])
        (submissions / "ada.zip").write_bytes(damaged)
        found = one()
        assert (found.code is None) or (found.set_aside is None)
        assert found.code is not None or found.set_aside or found.notes
