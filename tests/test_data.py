"""The shipped data is what SOURCES.md says, and shows what the handout tells about it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from autograder.assignment import ROOT
from autograder.check import data
from autograder.check.data import glove, minilm_positions

DATA = ROOT / "assignment" / "data"
CHECKSUMS = dict(re.findall(r"\| `([\w.]+)` \|.*\| `([0-9a-f]{64})` \|", (DATA / "SOURCES.md").read_text("utf-8")))

WORDS, VECTORS = glove()
ROW = {word: row for row, word in enumerate(WORDS)}
UNIT = F.normalize(VECTORS, dim=-1)  # (20000, 50)


def cosine(one: str, other: str) -> float:
    return float(UNIT[ROW[one]] @ UNIT[ROW[other]])


def distance(one: str, other: str) -> float:
    return float((VECTORS[ROW[one]] - VECTORS[ROW[other]]).norm())


def ranked(minuend: str, subtrahend: str, addend: str) -> list[tuple[str, float]]:
    """The three words nearest to minuend - subtrahend + addend, query words included."""
    query = UNIT[ROW[minuend]] - UNIT[ROW[subtrahend]] + UNIT[ROW[addend]]
    best = (UNIT @ F.normalize(query, dim=0)).topk(6)
    return [(WORDS[row], value) for row, value in zip(best.indices.tolist(), best.values.tolist(), strict=True)]


@pytest.mark.parametrize("name", sorted(CHECKSUMS))
def test_a_file_has_the_checksum_that_the_sources_name(name):
    assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == CHECKSUMS[name]


def test_the_sources_name_every_file_that_holds_data():
    assert set(CHECKSUMS) == {path.name for path in DATA.iterdir() if path.suffix in {".npy", ".txt"}}


def test_the_words_are_distinct_and_the_most_frequent_come_first():
    assert len(WORDS) == len(set(WORDS)) == 20000
    assert WORDS[:5] == ["the", ",", ".", "of", "to"]


def test_the_vectors_have_fifty_dimensions_in_float32():
    assert VECTORS.shape == (20000, 50)
    assert VECTORS.dtype == torch.float32
    assert bool(VECTORS.isfinite().all())


def test_fewer_words_are_the_first_ones():
    words, vectors = glove(100)
    assert words == WORDS[:100]
    assert torch.equal(vectors, VECTORS[:100])


@pytest.mark.parametrize("count", [-1, 20001])
def test_a_count_that_the_data_does_not_have_is_refused(count):
    with pytest.raises(ValueError, match=rf"20000 GloVe words.*{count}"):
        glove(count)


def test_changing_what_was_read_changes_no_later_reading():
    words, vectors = glove(10)
    words.clear()
    vectors.zero_()
    positions = minilm_positions()
    positions.zero_()
    assert glove(10)[0] == WORDS[:10]
    assert torch.equal(glove(10)[1], VECTORS[:10])
    assert minilm_positions().abs().sum() > 0


@pytest.mark.parametrize(
    ("query", "answer", "value"),
    [
        (("king", "man", "woman"), "queen", 0.852),
        (("paris", "france", "italy"), "rome", 0.847),
        (("london", "england", "japan"), "tokyo", 0.872),
    ],
)
def test_the_real_vectors_answer_the_known_analogies(query, answer, value):
    others = [(word, likeness) for word, likeness in ranked(*query) if word not in query]
    assert others[0][0] == answer
    assert others[0][1] == pytest.approx(value, abs=1e-3)


def test_king_itself_is_nearest_unless_the_query_words_are_left_out():
    assert ranked("king", "man", "woman")[0] == ("king", pytest.approx(0.885, abs=1e-3))


def test_the_words_after_queen_are_throne_and_prince():
    others = [word for word, _ in ranked("king", "man", "woman") if word not in {"king", "man", "woman"}]
    assert others[:3] == ["queen", "throne", "prince"]


def test_a_cat_is_nearer_to_a_dog_than_to_london():
    assert cosine("cat", "dog") == pytest.approx(0.922, abs=1e-3)
    assert cosine("cat", "london") == pytest.approx(0.204, abs=1e-3)
    assert distance("cat", "dog") == pytest.approx(1.885, abs=2e-3)
    assert distance("cat", "london") == pytest.approx(6.234, abs=2e-3)


def test_every_position_but_one_is_nearest_to_a_neighbour():
    table = minilm_positions()
    assert table.shape == (512, 384)
    assert table.dtype == torch.float32
    unit = F.normalize(table, dim=-1)
    nearest = (unit @ unit.T).fill_diagonal_(-2).argmax(dim=1)
    assert int(((nearest - torch.arange(512)).abs() == 1).sum()) == 511


def test_the_likeness_of_positions_oscillates_with_their_distance():
    unit = F.normalize(minilm_positions(), dim=-1)
    likeness = unit @ unit.T
    means = [float(likeness.diagonal(offset).mean()) for offset in range(1, 13)]
    known = [0.85, 0.59, 0.44, 0.50, 0.66, 0.69, 0.52, 0.29, 0.21, 0.32, 0.50, 0.57]
    assert means == pytest.approx(known, abs=6e-3)
    assert float(likeness.diagonal(50).mean()) == pytest.approx(0.34, abs=6e-3)
    assert float(likeness.diagonal(100).min()) == pytest.approx(-0.34, abs=6e-3)
    assert float(likeness.diagonal(100).max()) == pytest.approx(0.59, abs=6e-3)


def copied_check(folder: Path) -> Path:
    (folder / "check").mkdir()
    shutil.copy(Path(data.__file__), folder / "check" / "data.py")
    return folder


def test_the_handed_out_folder_has_its_data_beside_check(tmp_path):
    handed_out = copied_check(tmp_path)
    (handed_out / "data").mkdir()
    for name in CHECKSUMS:
        shutil.copy(DATA / name, handed_out / "data" / name)
    code = "from check import data; print(len(data.glove()[0]), tuple(data.minilm_positions().shape))"
    done = subprocess.run([sys.executable, "-c", code], cwd=handed_out, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("20000 (512, 384)\n", "")


def test_a_missing_data_folder_is_named(tmp_path):
    handed_out = copied_check(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", "from check import data; data.glove()"],
        cwd=handed_out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "data/glove_words.txt is missing" in done.stderr
