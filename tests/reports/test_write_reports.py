"""All reports of one gradebook: where they lie, that they agree, that nothing of strangers acts in them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from base64 import b64encode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.reports.class_report import TEMPLATES
from autograder.course.reports.write import write_reports
from autograder.feedback.templating import script
from autograder.io.files import file_names
from autograder.mark import ItemMark, Mark, fingerprint
from autograder.result import Result, Status
from autograder.submission import Submission
from tests.hand_made import NASTY_NAMES, make_assignment, typical

NASTY_TEXT = "<script>alert(1)</script> \x1b[31m \udc80 {{ 7 * 7 }} \u202e `x` </pre>"


class _Tags(HTMLParser):
    """The tags and attributes that a browser would see, and whether each is closed."""

    VOID = ("meta", "link", "br", "img", "input", "hr", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.scripts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def scripts_of(page: str) -> list[str]:
    """The scripts that may stand on a page: in the report the one of ours, in the feedback none."""
    return [str(script(TEMPLATES / "report.js").text)] if Path(page).name == "report.html" else []


@pytest.fixture
def write(tmp_path):
    """Write the reports of some results, and give the folder."""
    assignment = make_assignment(tmp_path)

    def write(*results: Result, marks: tuple[Mark, ...] = (), out: str = "out") -> Path:
        with open_gradebook(tmp_path / out) as gradebook:
            for result in results:
                gradebook.save(result)
            gradebook.save_marks(marks)
            write_reports(tmp_path / out, gradebook, assignment)
        return tmp_path / out

    return write


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "gradebook.sqlite"
    }


def test_every_report_is_there_and_nothing_else(write):
    out = write(typical("ada"), typical("Jürgen Müller"))
    assert set(contents(out)) == {
        "grades.csv",
        "report.html",
        "results/ada.json",
        "results/Jürgen Müller.json",
        "feedback/ada.html",
        "feedback/Jürgen Müller.html",
    }


def test_the_order_of_grading_and_earlier_results_do_not_show(write):
    one = write(typical("ada"), typical("ben"), out="one")
    two = write(typical("ben", "another text"), typical("ben"), typical("ada"), out="two")
    first, second = contents(one), contents(two)
    assert first.pop("report.html") == second.pop("report.html").replace(b"/two", b"/one")
    assert first == second


def test_any_name_has_its_own_files_and_the_report_links_them(write):
    out = write(*(typical(name) for name in NASTY_NAMES))
    names = set(file_names(NASTY_NAMES).values())
    assert {path.stem for path in (out / "results").iterdir()} >= {name for name in names if "." not in name}
    assert len(list((out / "results").iterdir())) == len(list((out / "feedback").iterdir())) == len(NASTY_NAMES)
    links = {value for key, value in _Tags((out / "report.html").read_text()).attributes if key == "href"}
    targets = {unquote(link) for link in links if link and link.startswith("feedback/")}
    assert targets == {f"feedback/{name}.html" for name in names}
    assert all((out / target).is_file() for target in targets)
    assert len(list(csv.reader((out / "grades.csv").open(newline="")))) == len(NASTY_NAMES) + 1


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_no_name_becomes_markup_or_steers_anything(write, name):
    out = write(typical(name))
    for path in out.rglob("*.*"):
        if path.suffix in (".html", ".json", ".csv"):
            text = path.read_bytes().decode("utf-8")
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text), path.name
        if path.suffix == ".html":
            tags = _Tags(text)
            assert tags.open == []
            assert not {"img", "iframe"} & set(tags.tags)
            assert tags.scripts == scripts_of(path.name) and tags.tags.count("script") == len(tags.scripts)
            assert not [key for key, _ in tags.attributes if key.startswith("on")]


def test_no_text_of_a_result_becomes_markup(write):
    def poisoned(value):
        if isinstance(value, dict):
            kept = ("id", "student", "status", "outcome", "digest")
            return {key: item if key in kept else poisoned(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poisoned(item) for item in value]
        return NASTY_TEXT if isinstance(value, str) else value

    from autograder.course.gradebook.records import result_from_json, result_to_json

    bad = result_from_json(json.dumps(poisoned(json.loads(result_to_json(typical("ada"))))))
    failed = Result("ben", Status.NOT_GRADED, "d", 40, notes=(NASTY_TEXT,), fault=NASTY_TEXT)
    item = ItemMark("sizes", NASTY_TEXT, 1, 2)
    mark = Mark("ada", "tradeoffs", fingerprint(NASTY_TEXT), 5, 10, (item,), NASTY_TEXT)
    out = write(bad, failed, marks=(mark,))
    for path in (out / "report.html", out / "feedback" / "ada.html", out / "feedback" / "ben.html"):
        tags = _Tags(path.read_text(encoding="utf-8"))
        assert tags.scripts == scripts_of(path.name) and tags.tags.count("script") == len(tags.scripts)
        assert tags.open == []
        assert "{{ 7 * 7 }}" in path.read_text(encoding="utf-8")
    assert json.loads((out / "results" / "ada.json").read_text())["extra_data"]["status"] == "graded"


@pytest.mark.parametrize("page", ["report.html", "feedback/ada.html"])
def test_pages_load_nothing_from_elsewhere_and_run_nothing_of_others(write, page):
    text = (write(typical("ada")) / page).read_text()
    tags = _Tags(text)
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=.?(https?:)?//", text)
    assert "@import" not in text and "url(" not in text
    assert tags.scripts == scripts_of(page) and tags.tags.count("script") == len(tags.scripts)
    assert ("script-src" in text) == bool(tags.scripts)


def test_the_policy_lets_the_one_script_run_and_no_other(write):
    text = (write(typical("ada")) / "report.html").read_text()
    (ours,) = _Tags(text).scripts
    digest = b64encode(hashlib.sha256(ours.encode()).digest()).decode()
    assert re.findall(r"script-src ([^\"]*)\"", text) == [f"'sha256-{digest}'"]


def test_how_long_grading_took_stands_in_the_report_alone(write):
    slow, quick = replace(typical("ada"), seconds=61.237), replace(typical("ben"), seconds=2.5)
    out = write(quick, slow)
    (card,) = re.findall("The slowest submissions.*?</section>", (out / "report.html").read_text(), re.DOTALL)
    assert card.index("61.24 s") < card.index("2.5 s")
    untimed = contents(write(typical("ada"), typical("ben"), out="untimed"))
    assert b"The slowest" not in untimed.pop("report.html")
    assert untimed == {name: text for name, text in contents(out).items() if name != "report.html"}


def test_files_that_are_alike_stand_side_by_side_and_nothing_in_them_acts(tmp_path):
    lines = "".join(f"    {NASTY_TEXT[:25]!r}.find(ids, {n}, {n + 7}, '<iframe>')\n" for n in range(60))
    code = f"def first(ids):\n{lines}".encode()
    with open_gradebook(tmp_path / "out") as gradebook:
        for name in ("ada", "<script>alert(2)</script>"):
            submission = Submission(name, code, None)
            gradebook.save(replace(typical(name), digest=submission.digest), submission=submission)
        write_reports(tmp_path / "out", gradebook, make_assignment(tmp_path))
    text = (tmp_path / "out" / "report.html").read_text()
    tags = _Tags(text)
    assert tags.tags.count("tr") > 60 and text.count('<tr class="same">') == 61
    assert tags.scripts == scripts_of("report.html")
    assert "iframe" not in tags.tags and "&lt;iframe&gt;" in text


def test_the_script_finds_in_the_page_what_it_looks_for(write):
    page = (write(typical("ada")) / "report.html").read_text()
    tags = _Tags(page)
    (ours,) = tags.scripts
    classes = re.findall(r'querySelector\("\.(\w+)"\)', ours)
    assert classes and [name for name in classes if ("class", name) not in tags.attributes] == []
    (fields,) = re.findall(r"const \{ (.*?) \} = form.elements", ours)
    assert [name for name in fields.split(", ") if ("name", name) not in tags.attributes] == []


def test_without_the_script_the_table_is_whole_and_its_form_hidden(write):
    out = write(*(typical(f"s{i:04}") for i in range(300)))
    page = (out / "report.html").read_text()
    assert re.search(r'<form class="find" hidden>', page)
    assert page.partition('<table class="students">')[2].count("<tr>") == 301


def test_a_mark_reaches_every_report(write):
    items = (ItemMark("sizes", "Names both sizes", 4, 4), ItemMark("cost", "What learning costs", 3, 6))
    mark = Mark("ada", "tradeoffs", fingerprint("Small tables are cheap to learn."), 7, 10, items, "Name a model.")
    out = write(typical("ada"), marks=(mark,))
    (row,) = csv.DictReader((out / "grades.csv").open(newline=""))
    assert (row["status"], row["total"], row["tradeoffs"]) == ("graded", "23", "7")
    data = json.loads((out / "results" / "ada.json").read_text())
    assert data["score"] == 23
    assert "Name a model." in data["tests"][-2]["output"]
    feedback = (out / "feedback" / "ada.html").read_text()
    assert "Name a model." in feedback and "Names both sizes" in feedback
    assert "To be marked by hand" not in (out / "report.html").read_text()
