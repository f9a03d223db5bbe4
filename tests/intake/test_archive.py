"""Zips as students make them, and as they should not: each ends as a submission or a sentence."""

from __future__ import annotations

import contextlib
import io
import random
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from dataclasses import replace

import pytest

from autograder.io.text import single_line
from autograder.upload import archive, inspection
from autograder.upload.listing import UnreadableError

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
    assert (
        found.set_aside == f"a.zip/b.zip is an archive inside an archive inside the upload, and was not opened. {WHERE}"
    )


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
    assert found.set_aside == f"ada.zip is damaged, cut short or not a zip file: it cannot be opened. {WHERE}"


def test_damaged_content_gets_a_sentence(hand_in):
    content = bytearray(zipped({"embeddings.py": WORK * 50}))
    start = content.index(b"embeddings.py") + len("embeddings.py")
    content[start : start + 20] = b"\xff" * 20
    assert hand_in(bytes(content)).set_aside.startswith("embeddings.py in ada.zip is damaged or cut short.")


def test_another_packing_method_is_named(hand_in):
    found = hand_in(zipped(BOTH, zipfile.ZIP_BZIP2))
    assert "is compressed by a method other than the usual one (deflate)." in found.set_aside


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
    assert "More than 2 archives were handed in; the others were not opened." in found.set_aside


def test_a_file_behind_many_nested_zips_is_read(hand_in, monkeypatch):
    monkeypatch.setattr(archive, "MAX_NESTED", 2)
    found = hand_in(zipped({f"a{i}.zip": zipped({"notes.txt": ""}) for i in range(4)} | {"embeddings.py": WORK}))
    assert found.set_aside.startswith("embeddings.py is unfinished, and there is: a2.zip")


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


@pytest.mark.thorough
def test_ten_thousand_files_do_not_hide_the_one_that_counts(hand_in):
    files = {f"data/{i}.txt": "" for i in range(10_000)}
    assert is_both(hand_in(zipped({**files, **BOTH}, zipfile.ZIP_STORED)))


@pytest.mark.thorough
def test_ten_thousand_python_files_without_the_right_name_get_a_sentence(hand_in):
    found = hand_in(zipped({f"{i}.py": "" for i in range(10_000)}, zipfile.ZIP_STORED))
    assert found.set_aside.startswith("10000 files could be meant, such as 0.py.")


def test_a_table_of_contents_too_long_is_not_read(hand_in, monkeypatch):
    monkeypatch.setattr(archive, "UPLOAD", replace(archive.UPLOAD, directory=1000))
    found = hand_in(zipped({f"{i}.txt": "" for i in range(100)}))
    assert found.set_aside.startswith("ada.zip lists more files than are examined.")


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


# Tars --------------------------------------------------------------------------------------------


def tarred(files: dict[str, str | bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT, **kinds: bytes) -> bytes:
    """A tar of these files; `kinds` makes of a file a member of another kind."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode, format=form) as archive:
        for name, text in files.items():
            content = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kinds.get(name.partition(".")[0], tarfile.REGTYPE)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


LONG = "/".join(["deep" * 10] * 4 + ["ñame" * 20])


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize(("suffix", "mode"), [(".tar", "w"), (".tar.gz", "w:gz"), (".tgz", "w:gz"), (".tar", "w:gz")])
@pytest.mark.parametrize("folder", ["", "homework 3/", f"{LONG}/"])
def test_a_tar_is_taken_like_a_zip(submissions, one, form, suffix, mode, folder):
    files = {f"{folder}{name}": text for name, text in BOTH.items()}
    (submissions / f"ada{suffix}").write_bytes(tarred({**files, "__MACOSX/._x": "\0"}, mode, form))
    found = one()
    assert is_both(found) and found.student == "ada"


def test_a_tar_inside_an_upload_is_opened_and_one_inside_that_is_not(submissions, one):
    as_files(submissions / "ada", {"hw.tar.gz": tarred(BOTH, "w:gz")})
    assert is_both(one())
    as_files(submissions / "ada", {"hw.tar.gz": tarred({"inner.tar": tarred(BOTH)}, "w:gz")})
    assert (
        "hw.tar.gz/inner.tar is an archive inside an archive inside the upload, and was not opened." in one().set_aside
    )


def as_files(folder, files: dict[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.fixture
def hand_in_tar(submissions, one):
    def hand_in_tar(content: bytes, name: str = "ada.tar.gz"):
        (submissions / name).write_bytes(content)
        return one()

    return hand_in_tar


def test_links_and_paths_out_of_a_tar_are_named_and_not_followed(hand_in_tar):
    found = hand_in_tar(tarred({"answers.md": ANSWERS, "embeddings.py": ""}, embeddings=tarfile.SYMTYPE), "ada.tar")
    assert "embeddings.py in ada.tar is a link, and links are not followed." in found.set_aside
    found = hand_in_tar(tarred({"../embeddings.py": WORK, "answers.md": ANSWERS}), "ada.tar")
    assert "../embeddings.py in ada.tar points outside the tar: not read." in found.set_aside
    found = hand_in_tar(tarred({"embeddings.py": "", "answers.md": ANSWERS}, embeddings=tarfile.FIFOTYPE), "ada.tar")
    assert "embeddings.py in ada.tar is not a regular file." in found.set_aside


def test_a_tar_that_unpacks_to_too_much_is_not_opened(hand_in_tar, monkeypatch):
    monkeypatch.setattr(archive, "UPLOAD", replace(archive.UPLOAD, unpacked=100_000))
    found = hand_in_tar(tarred({**BOTH, "bomb": b"\0" * 10_000_000}, "w:gz"))
    assert found.set_aside.startswith("ada.tar.gz holds more than 100,000 bytes: it is not opened.")


def test_a_tar_of_too_many_files_is_not_read(hand_in_tar, monkeypatch):
    monkeypatch.setattr(archive, "UPLOAD", replace(archive.UPLOAD, directory=10_000))
    found = hand_in_tar(tarred({f"{i}.txt": "" for i in range(100)}, "w:gz"))
    assert found.set_aside.startswith("ada.tar.gz lists more files than are examined.")


@pytest.mark.parametrize("suffix", [".tar", ".tar.gz"])
def test_what_is_no_tar_says_so(hand_in_tar, suffix):
    for content in (b"", b"no tar at all" * 100, b"\x1f\x8b\x08 cut short"):
        found = hand_in_tar(content, f"ada{suffix}")
        assert found.set_aside.startswith(
            f"ada{suffix} is damaged, cut short or not a tar archive: it cannot be opened"
        )


def test_a_tar_that_is_cut_short_is_asked_about(hand_in_tar):
    whole = tarred({"answers.md": ANSWERS, "embeddings.py": WORK})
    found = hand_in_tar(whole[: 3 * 512 + 20], "ada.tar")
    assert found.code is None and found.set_aside


@pytest.mark.parametrize("seed", range(60))
def test_damaged_tars_end_as_a_listing(seed):
    """A size that is negative or goes round in a circle, among others, on which tarfile may not end."""
    draw = random.Random(seed)
    content = bytearray(tarred({**BOTH, LONG: WORK}, form=draw.choice((tarfile.PAX_FORMAT, tarfile.GNU_FORMAT))))
    for _ in range(draw.randrange(1, 6)):
        header = 512 * draw.randrange(len(content) // 512)
        content[header + draw.randrange(512)] = draw.randrange(256)
        content[header + 148 : header + 156] = b" " * 8
        content[header + 148 : header + 156] = b"%06o\0 " % sum(content[header : header + 512])
    listing = archive.list_archive(io.BytesIO(bytes(content)), "x.tar")
    for entry in listing.entries:
        with contextlib.suppress(UnreadableError):
            assert len(entry.read(10_000)) <= 10_000
