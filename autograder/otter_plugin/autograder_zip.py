"""Derives dist/autograder.zip, which Otter and Gradescope take as it is, by `otter generate`."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from otter.generate import OTTER_ENV_NAME
from otter.generate import main as otter_generate

from .. import __version__
from ..assignment import DISTRIBUTION, TEMPLATE, Assignment, load_assignment
from ..check.testing.cases import read_cases
from ..errors import AssignmentError
from ..io.files import is_left_behind
from .plugin import HOUSE, PACKAGE, WalledGrading, name_in_otter

PLUGIN = f"{WalledGrading.__module__}.{WalledGrading.__qualname__}"
TEST_FILE = """from autograder.otter_plugin.kernel import case

OK_FORMAT = False
name = "{name}"

"""
"""How a test file begins. What its cases do stands in the grader's own test files, once."""

TORCH_FOR_CPU = "https://download.pytorch.org/whl/cpu"
VERSION = f"{DISTRIBUTION} {__version__}".encode()
"""The comment of every archive."""

NOTE_PATH = (
    f'import pathlib, sysconfig; path = pathlib.Path(sysconfig.get_path("purelib"), "{HOUSE}.pth"); '
    f'path.write_text("/autograder/source/files/{HOUSE}")'
)
"""On one line, since `mamba run` takes no others."""

MAKE_COPY = "from autograder.grading.root_filesystem import image_of, readable; image_of(readable())"

OWN = ("assignment/hidden_tests", "solutions/misconceptions", TEMPLATE, "assignment/data")
"""Folders of the assignment that grading reads."""

TEXTS = (".py", ".md", ".txt", ".yml", ".json", ".ipynb")

SETUP = f"""
# The grader is imported from where its files will lie: no test is ever part of the environment.
mamba run -n {OTTER_ENV_NAME} python -c '{NOTE_PATH}'

# What students' code may read is copied once, into the container's image, and not at every run.
mamba run -n {OTTER_ENV_NAME} python -c '{MAKE_COPY}' || true

# `otter grade` would leave this file empty, and Otter cannot read that; Gradescope writes its own.
echo '{{}}' > /autograder/submission_metadata.json
"""


RUN = "run_otter.py"
"""What Gradescope runs. A local `otter run` does not."""

RUN_OTTER = 'run_autograder("/autograder")'
AFTER_TAKING_AWAY = f"""import pathlib

    from {WalledGrading.__module__} import take_away

    take_away(pathlib.Path("/autograder"))
    run_autograder("/autograder", zips=False)"""
"""Zips are open by then, whatever Otter was told of them."""


def autograder_zip(root: Path) -> bytes:
    """The content of dist/autograder.zip.

    Raises:
        AssignmentError: if assignment.yml is not as it must be.
    """
    assignment = load_assignment(root)
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as name:
        stage = Path(name)
        files = test_files(assignment)
        files["otter_config.json"] = json.dumps({"plugins": [PLUGIN]})
        files["requirements.txt"] = "\n".join(requirements())
        for file, text in files.items():
            (stage / file).parent.mkdir(exist_ok=True)
            (stage / file).write_text(text, encoding="utf-8")
        for file, path in _needed(assignment).items():
            copy = stage / HOUSE / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        with contextlib.chdir(stage):
            otter_generate(config="otter_config.json", requirements="requirements.txt", files=[HOUSE])
        return _with_setup(stage / "autograder.zip")


def test_files(assignment: Assignment) -> dict[str, str]:
    """Otter's test files by path: the public cases of all questions, then the hidden ones.

    Otter runs them in the order of their names, and a student's code can remember a hidden case.
    """
    files: dict[str, str] = {}
    for hidden in (False, True):
        for question in assignment.code_questions:
            both = (assignment.public_tests(question.id), assignment.hidden_tests(question.id))
            cases = [read_cases(file) for file in both]
            worth = question.points / sum(case.share for of_file in cases for case in of_file)
            name = name_in_otter(question.id, hidden)
            lines = [TEST_FILE.format(name=name)]
            for number, case in enumerate(cases[hidden], 1):
                told = (question.id, case.title, round(case.share * worth, 10), hidden)
                lines.append(f"case_{number} = case{told!r}\n")
            files[f"tests/{len(files) + 1:02}_{name}.py"] = "".join(lines)
    return files


def requirements() -> list[str]:
    """What pip is to install beside Otter: what the package requires, torch without CUDA."""
    named = metadata.requires(DISTRIBUTION) or ()
    others = [text for text in named if "extra ==" not in text and not text.startswith("otter-grader")]
    return [f"--extra-index-url {TORCH_FOR_CPU}", *others]


def _needed(assignment: Assignment) -> dict[str, Path]:
    """The files that it takes to grade a submission: the machine's, and over them those of the assignment."""
    root = assignment.root
    house = PACKAGE.parent
    found = {path.relative_to(house).as_posix(): path for path in _texts(house, PACKAGE.name)}
    own = [
        *(path for name in OWN for path in _texts(root, name)),
        *(root / "assignment" / "data").glob("*.npy"),
        *(root / "assignment" / "assignment.yml", assignment.reference, assignment.substitutes),
        *assignment.licences,
    ]
    found |= {path.relative_to(root).as_posix(): path for path in own if path.is_file()}
    return dict(sorted(found.items()))


def _texts(root: Path, folder: str) -> list[Path]:
    """The texts in a folder, wherever in it: autograder/check is a link, which `rglob` would not follow."""
    walks = os.walk(root / folder, followlinks=True)
    paths = [Path(walked) / name for walked, _, names in walks for name in names]
    return [path for path in paths if path.suffix in TEXTS and not is_left_behind(path.relative_to(root))]


def _with_setup(archive: Path) -> bytes:
    """The archive with our lines in its scripts, and nothing in it that differs from run to run."""
    written = io.BytesIO()
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(written, "w") as new:
        new.comment = VERSION
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name)  # of 1980: the same content gives the same archive
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            new.writestr(entry, _changed(name, old.read(name).decode()) if "/" not in name else old.read(name))
    return written.getvalue()


def _changed(name: str, text: str) -> str:
    """A script of Otter's with our lines in it.

    Raises:
        AssignmentError: if Otter's own line is not there any more.
    """
    if name == "setup.sh":
        return text + SETUP
    if name == RUN:
        if text.count(RUN_OTTER) != 1:
            raise AssignmentError(f"Otter writes another {RUN} than is known: `{RUN_OTTER}` is not in it.")
        return text.replace(RUN_OTTER, AFTER_TAKING_AWAY)
    return text
