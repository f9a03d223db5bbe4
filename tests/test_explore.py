"""explore.ipynb, run as a student runs it: with the reference as `embeddings.py`, and with blank stubs."""

import base64
import importlib
import math
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
import torch
from matplotlib import image
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "student_template"
REFERENCE = ROOT / "solutions" / "embeddings.py"
PICTURES = {str(number): 1 for number in range(1, 13)} | {"3": 0, "6": 2, "9": 2}
"""How many pictures each section shows."""


class Page:
    """The notebook in a folder like a student's, with a kernel of its own that is still alive."""

    def __init__(self, folder: Path) -> None:
        self.code = folder / "embeddings.py"
        self.notebook = nbformat.read(folder / "notebooks" / "explore.ipynb", as_version=4)
        resources = {"metadata": {"path": str(folder / "notebooks")}}
        self.client = NotebookClient(self.notebook, timeout=600, resources=resources)

    def run(self, number: str | None = None) -> None:
        """Run one section, or everything."""
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "code" and number in (None, self._section_of(index)):
                self.client.execute_cell(cell, index)

    def printed(self, number: str) -> str:
        return "".join(output.text for output in self._outputs(number) if output.output_type == "stream")

    def pictures(self, number: str) -> list[bytes]:
        shown = [output.get("data", {}).get("image/png") for output in self._outputs(number)]
        return [base64.b64decode(picture) for picture in shown if picture]

    def errors(self) -> list[str]:
        numbers = ["0", *PICTURES]
        outputs = [output for number in numbers for output in self._outputs(number)]
        return [output.evalue for output in outputs if output.output_type == "error"]

    def _outputs(self, number: str) -> list[nbformat.NotebookNode]:
        cells = enumerate(self.notebook.cells)
        return [one for at, cell in cells if self._section_of(at) == number for one in cell.get("outputs", [])]

    def _section_of(self, index: int) -> str:
        text = "\n".join(cell.source for cell in self.notebook.cells[: index + 1])
        return re.findall(r"^## (\d+)\. ", "## 0. \n" + text, re.MULTILINE)[-1]


def lay_out(folder: Path, code: Path) -> None:
    for name in ("check", "data", "notebooks"):
        shutil.copytree(TEMPLATE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(code, folder / "embeddings.py")


def start(folder: Path, code: Path) -> Iterator[Page]:
    lay_out(folder, code)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("IPYTHONDIR", str(folder / "ipython"))
        environment.setenv("JUPYTER_RUNTIME_DIR", str(folder / "runtime"))
        page = Page(folder)
        with page.client.setup_kernel():
            page.run()
            yield page


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    yield from start(tmp_path_factory.mktemp("finished"), REFERENCE)


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    yield from start(tmp_path_factory.mktemp("blank"), TEMPLATE / "embeddings.py")


def test_it_runs_from_top_to_bottom_without_a_word_of_trouble(finished: Page) -> None:
    assert finished.errors() == []
    for number in ("0", *PICTURES):
        printed = finished.printed(number)
        assert not re.search("Not yet|Traceback|Warning|stopped", printed), printed


@pytest.mark.parametrize("number", PICTURES)
def test_its_pictures_are_there_and_not_blank(finished: Page, number: str, tmp_path: Path) -> None:
    pictures = finished.pictures(number)
    assert len(pictures) == PICTURES[number]
    for picture in pictures:
        (tmp_path / "picture.png").write_bytes(picture)
        pixels = torch.from_numpy(image.imread(tmp_path / "picture.png"))  # (height, width, colours)
        corner, drawn = pixels[0, 0, :3], (pixels[..., :3] < 0.95).any(dim=-1).float().mean()
        assert pixels.shape[1] > 1500 and pixels.shape[0] > 300
        assert (corner == 1).all(), "its ground is not white"
        assert 0.005 < drawn < 0.8


def test_the_cost_of_gpt_2s_lookup_is_counted_not_paid(finished: Page) -> None:
    printed = finished.printed("1")
    assert re.search(r"one_hot +39,523,713,024 multiply-adds +205,852,672 bytes", printed)
    assert re.search(r"lookup +0 multiply-adds +3,145,728 bytes", printed)
    assert "= 65.4" in printed


def test_the_dog_is_nearer_to_the_cat_than_london_is(finished: Page) -> None:
    assert "|cat - dog| = 1.88    |cat - london| = 6.23" in finished.printed("2")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("cat", ["dog", "rabbit"]), ("hot", ["cool", "cold"]), ("apple", ["blackberry", "chips", "iphone"])],
)
def test_the_nearest_words_are_those_the_text_speaks_of(finished: Page, word: str, nearest: list[str]) -> None:
    assert answers(finished.printed("3"), word)[: len(nearest)] == nearest


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("king - man + woman", "queen"),
        ("paris - france + italy", "rome"),
        ("london - england + japan", "tokyo"),
        ("walked - walk + swim", "swam"),
        ("doctor - man + woman", "nurse"),
    ],
)
def test_an_analogy_has_the_answer_the_text_gives(finished: Page, question: str, answer: str) -> None:
    assert answers(finished.printed("4"), question)[0] == answer


@pytest.mark.parametrize(("question", "answer"), [("berlin - germany + spain", "madrid"), ("hand - arm + leg", "foot")])
def test_an_analogy_fails_where_the_text_says_so(finished: Page, question: str, answer: str) -> None:
    assert answer not in answers(finished.printed("4"), question)


def test_two_directions_show_a_third_of_the_map(finished: Page) -> None:
    assert 30 < int(re.search(r"(\d+)%", finished.printed("5"))[1]) < 40


def test_all_three_starts_learn_the_pairs_and_only_glove_the_words_kept_back(finished: Page) -> None:
    numbers = r"trained (\S+) to (\S+), kept back (\S+) to (\S+)"
    printed = finished.printed("6")
    loss = {
        start: [float(number) for number in re.search(rf"^{start} +{numbers}", printed, re.MULTILINE).groups()]
        for start in ("small random rows", "GloVe rows, shortened", "GloVe rows")
    }
    best, guessing = 1.61, 3.09
    for start, (first, last, kept_back_first, _) in loss.items():
        assert first == pytest.approx(guessing, abs=0.3), start
        assert last == pytest.approx(best, abs=0.06), start
        assert kept_back_first == pytest.approx(guessing, abs=0.3), start
    assert loss["small random rows"][3] == pytest.approx(guessing, abs=0.2)
    assert loss["GloVe rows, shortened"][3] < 2.7
    assert loss["GloVe rows"][3] < 1.8


def test_the_random_rows_move_far_and_gloves_rows_little(finished: Page) -> None:
    moves = re.findall(r"began (\S+) long, and moved by (\S+)\.\n", finished.printed("6"))
    (random_length, random_way), (glove_length, glove_way) = [tuple(map(float, move)) for move in moves]
    assert random_way > 2 * random_length
    assert glove_way < glove_length / 10


def test_order_is_lost_without_positions_and_in_every_sum(finished: Page) -> None:
    without, learned = finished.printed("8").splitlines()
    assert "none" in without and "same set of rows: True" in without and "differ by 0.000000" in without
    assert "learned" in learned and "same set of rows: False" in learned and "differ by 0.000000" in learned


def test_attention_learns_who_bites_whom_only_with_positions(finished: Page) -> None:
    line = r"^(\w+) +loss (\S+), kept back (\S+), +(\d+)% right, turned round, rows differ by up to (\S+)$"
    found = re.findall(line, finished.printed("9"), re.MULTILINE)
    none, *placed = [(kind, *map(float, numbers)) for kind, *numbers in found]
    assert none[0] == "none" and none[1:3] == pytest.approx((math.log(2), math.log(2)), abs=0.06)
    assert none[3] == 50 and none[4] < 1e-5
    assert [kind for kind, *_ in placed] == ["sinusoidal", "learned"]
    assert all(loss < 0.01 and kept_back < 0.01 and right == 100 for _, loss, kept_back, right, _ in placed)
    assert all(apart > 1 for *_, apart in placed)


def test_a_long_sinusoid_drowns_tokens_and_the_root_of_the_columns_mends_it(finished: Page) -> None:
    numbers = re.findall(r"token = +(\S+), different tokens (\S+), one token (\S+)", finished.printed("11"))
    (ratio, different, _), (mended, still_different, one) = [tuple(map(float, line)) for line in numbers]
    assert (round(ratio), different) == (35, 0.9992)
    assert 1 < mended < 1.5 and still_different < 0.7 and one < 0.9


def test_with_blank_stubs_it_runs_through(blank: Page) -> None:
    assert blank.errors() == []
    assert [blank.pictures(number) for number in PICTURES] == [[]] * len(PICTURES)


@pytest.mark.parametrize("number", PICTURES)
def test_an_unfinished_section_says_what_to_write_first(blank: Page, number: str) -> None:
    named = re.match(r"Not yet: (\w+) is still to be written\.", blank.printed(number))
    assert named, blank.printed(number)
    assert named[1] in needed(blank.notebook.cells[0].source, number)
    assert "Traceback" not in blank.printed(number)


def test_a_changed_embeddings_py_is_taken_without_a_new_start(blank: Page) -> None:
    stubs = blank.code.read_bytes()
    shutil.copyfile(REFERENCE, blank.code)
    try:
        blank.run("1")
        assert "205,852,672" in blank.printed("1")
    finally:
        blank.code.write_bytes(stubs)
        blank.run("1")
        assert "Not yet: lookup_cost" in blank.printed("1")


@pytest.fixture
def exploring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The module beside the notebook, from a folder like a student's."""
    lay_out(tmp_path, TEMPLATE / "embeddings.py")
    before = set(sys.modules)
    for name in [name for name in before if name.partition(".")[0] == "check"]:
        monkeypatch.delitem(sys.modules, name)  # by which other tests know the grader's own
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path / "notebooks"))
    module = importlib.import_module("exploring")
    monkeypatch.setattr(module.plt, "show", lambda: None)
    yield module
    module.plt.close("all")
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("exploring", "check", "embeddings"):
            del sys.modules[name]


def test_names_on_a_crowded_map_do_not_cover_each_other(exploring: ModuleType) -> None:
    generator = torch.Generator().manual_seed(0)
    groups = {name: [f"{name}{count}" for count in range(6)] for name in ("bird", "stone", "river", "month")}
    exploring.draw_map(torch.randn(24, 2, generator=generator), groups)
    (axes,) = exploring.plt.gcf().axes
    boxes = [text.get_window_extent().shrunk(0.9, 0.6) for text in axes.texts]
    assert len(boxes) == 24 + 4
    assert not [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)]


def test_a_wrong_function_stops_its_own_cell_only(exploring: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    (exploring.FOLDER / "embeddings.py").write_text("def encode(tokens, vocabulary):\n    return tokenz\n")
    names: dict[str, Any] = {}
    attempt = exploring.Attempt(names)
    with attempt:
        names["encode"](["cat"], {"cat": 0})
    said = capsys.readouterr()
    assert "NameError: name 'tokenz' is not defined" in said.err
    assert "This cell stopped" in said.out


def test_a_function_that_only_says_that_it_is_missing_is_named(
    exploring: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "def encode(tokens, vocabulary):\n    raise NotImplementedError\n"
    (exploring.FOLDER / "embeddings.py").write_text(code)
    names: dict[str, Any] = {}
    with exploring.Attempt(names):
        names["encode"]([], {})
    assert "Not yet: encode is still to be written." in capsys.readouterr().out


def test_what_python_cannot_read_is_named_and_the_rest_is_there(
    exploring: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    half = "def encode(tokens, vocabulary:\n    return 1\n\n"
    whole = "def lookup_cost(num_ids, vocab_size, dim):\n    return 2\n"
    (exploring.FOLDER / "embeddings.py").write_text(half + whole)
    names: dict[str, Any] = {}
    attempt = exploring.Attempt(names)
    assert names["lookup_cost"](1, 1, 1) == 2
    with attempt:
        exec("encode([], {})", names)
    said = capsys.readouterr().out
    assert "embeddings.py, line 1: " in said
    assert "Not yet: there is no `encode`." in said


def test_functions_written_in_the_notebook_are_taken_from_there(
    exploring: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    cell = nbformat.v4.new_code_cell("def one_hot(ids, vocab_size):\n    return 'from the notebook'")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(notebook, exploring.FOLDER / "notebooks" / "embeddings.ipynb")
    names: dict[str, Any] = {}
    exploring.Attempt(names)
    assert names["one_hot"](None, 3) == "from the notebook"
    assert capsys.readouterr().out == "Your functions come from notebooks/embeddings.ipynb.\n"


def answers(printed: str, question: str) -> list[str]:
    """The words of an answer's line."""
    line = re.search(rf"^ *{re.escape(question)}  ->  (.*)$", printed, re.MULTILINE)
    assert line, f"no line for {question} in:\n{printed}"
    return re.findall(r"(\S+) \d\.\d\d", line[1])


def needed(introduction: str, number: str) -> list[str]:
    """The functions that the first table says a section needs."""
    row = re.search(rf"^\| {number}\. .*\|(.*)\|$", introduction, re.MULTILINE)
    assert row, f"section {number} is missing in the table"
    return re.findall(r"`(\w+)`", row[1])
