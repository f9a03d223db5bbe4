"""What the README promises is there: every command, option, key and target is explained in it."""

from __future__ import annotations

import re

import click
import pytest
import yaml

from autograder.assignment import ROOT
from autograder.cli import main

README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = sorted(main.commands)
KEYS = yaml.safe_load((ROOT / "assignment" / "assignment.yml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_shows_the_command(command):
    assert f"autograder {command}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_option_of_the_command(command):
    options = [
        option
        for parameter in main.commands[command].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--")
    ]
    assert [option for option in options if option not in README] == []


def test_the_readme_explains_every_key_of_the_assignment():
    sections = (KEYS["files"], KEYS["limits"], *KEYS["questions"])
    keys = {key for key, value in KEYS.items() if value not in sections and key != "questions"}
    keys = keys.union(*sections)
    assert [key for key in sorted(keys) if not re.search(rf"[`.]{key}`", README)] == []


@pytest.mark.parametrize("target", re.findall(r"^(\w+):.*##", MAKEFILE, re.MULTILINE))
def test_the_readme_names_every_target_of_make(target):
    assert f"make {target}" in README


def test_every_file_that_the_readme_links_to_exists():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links and [link for link in links if not (ROOT / link).exists()] == []
