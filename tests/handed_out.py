"""A copy of the handed-out folder in which somebody has worked, for tests that use it as students do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.assignment import ROOT

REFERENCE = (ROOT / "solutions" / "embeddings.py").read_text(encoding="utf-8")
NOTEBOOK = "notebooks/embeddings.ipynb"


def copy_of_folder(to: Path) -> Path:
    """The handed-out folder, as it is unpacked."""
    return Path(shutil.copytree(ROOT / "student_template", to, ignore=shutil.ignore_patterns("__pycache__", ".*")))


def work_in_notebook(folder: Path, source: str, answers: Sequence[str] = ()) -> None:
    """Write `source` into the notebook in place of its stubs, and below its prompts these answers."""
    path = folder / NOTEBOOK
    notebook = json.loads(path.read_text(encoding="utf-8"))
    stubs = [cell for cell in notebook["cells"] if "NotImplementedError" in "".join(cell["source"])]
    stubs[0]["source"] = source
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in stubs[1:]]
    places = [cell for cell in notebook["cells"] if "".join(cell["source"]) == "*Write your answer here.*"]
    for cell, answer in zip(places, answers, strict=False):
        cell["source"] = answer
    path.write_text(json.dumps(notebook), encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Type a command in the folder, with the environment's own programs."""
    programs = str(Path(sys.executable).parent)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON"))}
    environment |= {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=600)
