"""Every file is under a licence whose text is here, and what is handed out brings the texts along."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from autograder import __version__
from autograder.assignment import ROOT
from autograder.authoring.archives import ARCHIVES
from autograder.otter_plugin.plugin import HOUSE

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
TABLE = tomllib.loads((ROOT / "REUSE.toml").read_text("utf-8"))["annotations"]
TEXTS = {path.stem: path for path in sorted((ROOT / "LICENSES").iterdir())}


def licence_of(name: str) -> str:
    """The licence that the last fitting line of REUSE.toml names, where `*` stays in a folder."""
    found = ""
    for line in TABLE:
        paths = [line["path"]] if isinstance(line["path"], str) else line["path"]
        patterns = [re.escape(path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*") for path in paths]
        if any(re.fullmatch(pattern, name) for pattern in patterns):
            found = line["SPDX-License-Identifier"]
    return found


@pytest.mark.parametrize(
    "name, licence",
    [
        ("autograder/cli.py", "BSD-3-Clause"),
        ("student_template/check/terminal/command.py", "BSD-3-Clause"),
        ("student_template/embeddings.py", "BSD-3-Clause"),
        ("assignment/figures/sinusoid.py", "BSD-3-Clause"),
        ("assignment/figures/sinusoid.svg", "CC-BY-4.0"),
        ("student_template/figures/sinusoid.svg", "CC-BY-4.0"),
        ("assignment/handout.md", "CC-BY-4.0"),
        ("student_template/handout.md", "CC-BY-4.0"),
        ("student_template/notebooks/embeddings.ipynb", "CC-BY-4.0"),
        ("student_template/notebooks/explore.ipynb", "CC-BY-4.0"),
        ("assignment/data/glove_words.txt", "PDDL-1.0"),
        ("student_template/data/glove_vectors.npy", "PDDL-1.0"),
        ("assignment/data/minilm_positions.npy", "Apache-2.0"),
        ("student_template/data/minilm_positions.npy", "Apache-2.0"),
    ],
)
def test_a_file_is_under_its_licence(name: str, licence: str):
    assert (ROOT / name).is_file()
    assert licence_of(name) == licence


def test_the_licences_that_are_named_are_those_whose_texts_are_here():
    in_table = {line["SPDX-License-Identifier"] for line in TABLE}
    assert set(PROJECT["license"].split(" AND ")) == in_table == set(TEXTS)
    assert {path for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)} == {
        ROOT / "LICENSE",
        *TEXTS.values(),
    }


@pytest.mark.parametrize(
    "licence, first, last",
    [
        (
            "BSD-3-Clause",
            "Copyright (c) <year> <owner>.",
            "EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.",
        ),
        ("CC-BY-4.0", "Creative Commons Attribution 4.0", "may be contacted at creativecommons.org."),
        ("Apache-2.0", "Apache License Version 2.0", "limitations under the License."),
        ("PDDL-1.0", "Open Data Commons Public Domain", "to meet the intent of this Document."),
    ],
)
def test_a_licence_s_text_is_whole(licence: str, first: str, last: str):
    text = " ".join(TEXTS[licence].read_text("utf-8").split())
    assert text.startswith(first) and text.endswith(last)


def test_the_code_s_licence_names_its_holders_and_is_else_the_text_of_its_licence():
    def words(path: Path) -> list[str]:
        return path.read_text("utf-8").split()

    template = words(TEXTS["BSD-3-Clause"])
    assert words(ROOT / "LICENSE") == ["Copyright", "(c)", "2026,", "the", "maintainers", *template[4:]]


@pytest.mark.parametrize(
    "name, top",
    [
        ("student_template.zip", "student_template/"),
        ("instructor.zip", "embeddings_assignment/"),
        ("autograder.zip", ""),
    ],
)
def test_an_archive_that_is_handed_out_holds_the_licences(name: str, top: str):
    packed = zipfile.ZipFile(io.BytesIO(ARCHIVES[name](ROOT)))
    top = top or next(path for path in packed.namelist() if path.endswith(f"{HOUSE}/LICENSE"))[: -len("LICENSE")]
    for path in (ROOT / "LICENSE", *TEXTS.values()):
        assert packed.read(top + path.relative_to(ROOT).as_posix()) == path.read_bytes()


def test_where_the_data_come_from_names_their_licences():
    sources = (ROOT / "assignment" / "data" / "SOURCES.md").read_text("utf-8")
    assert "LICENSES/PDDL-1.0.txt" in sources and "LICENSES/Apache-2.0.txt" in sources


@pytest.mark.skipif(not find_spec("reuse"), reason="reuse is not installed")
def test_every_file_falls_under_one_of_the_licences():
    done = subprocess.run([sys.executable, "-m", "reuse", "lint", "--lines"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_what_cites_the_project_names_its_version():
    assert f"\nversion: {__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")
