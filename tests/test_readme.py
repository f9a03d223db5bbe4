"""What the pages promise is there: every command, option, key and target is explained in one of them."""

from __future__ import annotations

import re

import click
import pytest
import yaml

from autograder.assignment import ROOT
from autograder.cli import main

PACKAGE = ROOT / "autograder"
PAGES = {
    name: (ROOT / name).read_text("utf-8")
    for name in (
        "README.md",
        "autograder/README.md",
        "autograder/MAINTAINING.md",
        "assignment/README.md",
        "student_template/README.md",
    )
}
MANUAL = "\n".join(PAGES.values())
COMMANDS = sorted(main.commands)
KEYS = yaml.safe_load((ROOT / "assignment" / "assignment.yml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_shows_the_command(command):
    assert f"autograder {command}" in MANUAL


@pytest.mark.parametrize("command", COMMANDS)
def test_a_page_names_every_option_of_the_command(command):
    options = [
        option
        for parameter in main.commands[command].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert [option for option in options if option not in MANUAL] == []


def test_a_page_explains_every_key_of_the_assignment():
    sections = (KEYS["files"], KEYS["limits"], *KEYS["questions"])
    keys = {key for key, value in KEYS.items() if value not in sections and key != "questions"}
    keys = keys.union(*sections)
    assert [key for key in sorted(keys) if not re.search(rf"[`.]{key}`", PAGES["assignment/README.md"])] == []


@pytest.mark.parametrize("target", re.findall(r"^([\w-]+):.*##", MAKEFILE, re.MULTILINE))
def test_a_page_names_every_target_of_make(target):
    assert f"make {target}" in MANUAL


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_heading_that_a_page_links_to_exists(page):
    links = re.findall(r"\]\(([^):]+)\)", PAGES[page])
    assert links
    for link in links:
        name, _, anchor = link.partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
            anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
            assert anchor in anchors, link


def test_the_readme_is_a_door_and_not_a_manual():
    assert len(PAGES["README.md"].splitlines()) <= 150


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`([\w/.]+/)`", PAGES["autograder/MAINTAINING.md"])) - {"dist/"})
)
def test_every_folder_of_the_house_exists(path):
    rooms = (ROOT, PACKAGE, *(PACKAGE / room for room in ("course", "sandbox", "authoring")))
    places = [room / path for room in rooms]
    assert any(place.is_dir() for place in places)


def test_every_room_is_named_in_the_house():
    rooms = [path.name for path in (ROOT / "autograder").iterdir() if (path / "__init__.py").is_file()]
    rooms += [path.name for path in (ROOT / "autograder" / "course").iterdir() if (path / "__init__.py").is_file()]
    rooms += [path.name for path in (ROOT / "student_template" / "check").iterdir() if (path / "__init__.py").is_file()]
    assert [room for room in rooms if f"{room}/`" not in PAGES["autograder/MAINTAINING.md"]] == []
