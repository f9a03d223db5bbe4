"""The programs that the grader starts are those of its own package."""

from __future__ import annotations

import subprocess
from pathlib import Path

from autograder.sandbox.environment import PACKAGE, program_of_this_package


def test_a_program_is_that_of_this_package_whichever_copy_the_interpreter_would_find(tmp_path: Path) -> None:
    other = tmp_path / "autograder" / "sandbox"
    other.mkdir(parents=True)
    for folder in (other, other.parent):
        (folder / "__init__.py").write_text("raise SystemExit('another copy')")
    command = program_of_this_package("sandbox.preload")
    done = subprocess.run(command, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(__file__).resolve().parents[2] / "autograder" == PACKAGE
