"""The container, its development twin and the workflows: each line is checked, and what can run here runs."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from autograder.assignment import ROOT, load_assignment
from tests.handed_out import REFERENCE, copy_of_folder

CONTAINER = (ROOT / "Containerfile").read_text("utf-8")
STEPS = [
    (line.split(maxsplit=1)[0], line.split(maxsplit=1)[1])
    for line in re.sub(r"\\\n\s*", "", CONTAINER).splitlines()
    if line and not line.startswith("#")
]
CI, CLASSROOM = ROOT / ".github" / "workflows" / "ci.yml", ROOT / "assignment" / "classroom.yml"
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def steps_of(workflow: Path) -> list[dict]:
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_the_container_is_made_of_debian_s_packages_and_wheels_alone():
    assert [text for step, text in STEPS if step == "FROM"] == ["docker.io/library/debian:${DEBIAN}"]
    commands = " && ".join(text for step, text in STEPS if step == "RUN").split("&&")
    programs = {command.split()[0] for command in commands}
    assert programs == {"apt-get", "rm", "useradd", "python3", ".venv/bin/python", "touch"}
    assert not {"ADD", "SHELL"} & {step for step, _ in STEPS}


def test_in_the_container_an_ordinary_user_runs_a_command_that_make_has():
    names = [step for step, _ in STEPS]
    assert names.index("USER") < names.index("COPY") and names.count("USER") == 1
    user = dict(STEPS)["USER"]
    assert f"useradd --create-home --uid 1000 {user}" in CONTAINER
    command = json.loads(dict(STEPS)["CMD"])
    assert command[0] == "make" and re.search(rf"^{command[1]}:", MAKEFILE, re.MULTILINE)


def test_the_container_installs_the_torch_that_is_pinned_and_what_the_makefile_asks_for():
    pinned = re.search(r'"(torch==[\d.]+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    assert f"install --quiet {pinned} --index-url" in CONTAINER
    assert "touch .venv/ready" in CONTAINER and ".venv/ready:" in MAKEFILE
    assert {"bubblewrap", "make", "python3", "python3-venv"} <= set(CONTAINER.split())


def test_what_lies_about_here_does_not_come_into_the_container():
    left_out = (ROOT / ".containerignore").read_text("utf-8").split()
    assert {".git", ".venv", "graded", "dist"} <= set(left_out)
    assert (ROOT / ".dockerignore").read_text("utf-8").split() == left_out


def test_the_development_container_is_the_same():
    settings = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    folder = ROOT / ".devcontainer"
    assert (folder / settings["build"]["dockerfile"]).resolve() == ROOT / "Containerfile"
    assert (folder / settings["build"]["context"]).resolve() == ROOT
    assert settings["remoteUser"] == dict(STEPS)["USER"]
    assert f"{dict(STEPS)['WORKDIR']}/.venv" in settings["postCreateCommand"]


@pytest.mark.parametrize("workflow", [CI, CLASSROOM], ids=lambda path: path.name)
def test_a_workflow_s_actions_have_versions_and_its_scripts_are_shell(workflow: Path):
    steps = steps_of(workflow)
    for step in steps:
        if "uses" in step:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@v\d+", step["uses"])
        else:
            script = re.sub(r"\$\{\{.*?\}\}", "x", step["run"])
            subprocess.run(["bash", "-n", "-c", script], check=True)
            for target in re.findall(r"^\s*make (\w+)", script, re.MULTILINE):
                assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_the_workflow_runs_on_every_python_from_the_oldest_on():
    oldest = re.search(r'requires-python = ">=(3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))[1]
    versions = yaml.safe_load(CI.read_text("utf-8"))["jobs"]["test"]["strategy"]["matrix"]["python"]
    assert versions[0] == oldest and versions == sorted(versions, key=lambda text: int(text.split(".")[1]))


def test_classroom_s_reporter_gets_what_the_check_prints(tmp_path: Path):
    """The reporter adds up `score` of all `tests`, and shows their `name`, `status` and `message`."""
    folder = copy_of_folder(tmp_path / "folder")
    (folder / "embeddings.py").write_text(REFERENCE, encoding="utf-8")
    step = next(step for step in steps_of(CLASSROOM) if step.get("id") == "check")
    (tmp_path / "output").touch()
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment = {**own, "GITHUB_OUTPUT": str(tmp_path / "output"), "RUNNER_TEMP": str(tmp_path)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{own['PATH']}"
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=environment, check=True)
    name, _, encoded = (tmp_path / "output").read_text().strip().partition("=")
    assert name == "result" and len(encoded) < 2**17
    said = json.loads(base64.b64decode(encoded))
    points = sum(question.points for question in load_assignment().code_questions)
    assert (said["status"], said["max_score"]) == ("pass", pytest.approx(0.4 * points))
    assert sum(test["score"] for test in said["tests"]) == pytest.approx(said["max_score"])
    reported = [step for step in steps_of(CLASSROOM) if "reporter" in step.get("uses", "")]
    assert [list(step["env"]) for step in reported] == [
        [f"{step['with']['runners'].upper()}_RESULTS" for step in reported]
    ]
