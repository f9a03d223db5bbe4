"""The wall inside a plain `otter run` and on Gradescope: an Otter plugin, in Otter's own process.

Otter would run the student's file in the kernel that runs the tests. Instead, the plugin takes
everything that the student handed in out of Otter's reach, has it graded behind the wall (`grade_one.py`) and
hands Otter a notebook of its own. Otter then runs its test files as it always does: each case says what came
of it (`kernel.py`), and the plugin says of each what a student should read.

Where anything fails that is not the student's fault, it raises: Otter then writes no results, and
Gradescope shows that the autograder failed, never a zero.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from otter.plugins import AbstractOtterPlugin
from otter.test_files import GradingResults
from otter.test_files.abstract_test import TestCaseResult

from ..assignment import Assignment, load_assignment
from ..check.loading import notebook
from ..errors import GraderError
from ..sandbox.environment import ENVIRONMENT
from ..submission import Submission
from ..upload.archive import open_nested
from ..upload.choose import choose
from ..upload.folder import list_folder
from ..upload.listing import Listing
from ..upload.template_files import read_handed_out
from .job_files import CASES, FAULT, REPORT, hand_on, read_handed_on

FOLDERS = ("HOME", "XDG_CACHE_HOME", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
"""All that the process that grades knows of this one's environment; what is forked from it forgets these, too."""

GRADE_ONE = "autograder.otter_plugin.grade_one"
PACKAGE = Path(__file__).resolve().parents[1]
HOUSE = "embeddings_autograder"
"""The folder among Otter's support files that holds all that grading needs."""

TESTS = "tests"
TAKEN = "handed_in"
"""The folder in which `take_away` puts what was handed in, beside that of the submission."""
PLACE_HOLDER = "submission.py"

CELL = "from autograder.otter_plugin.kernel import begin\n\nbegin({report!r})"

_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def take_away(autograder: Path) -> None:
    """Take what was handed in out of Otter's reach; called on Gradescope, before Otter starts.

    Otter stumbles over much before it asks any plugin: it reads a notebook as UTF-8 with all its keys, looks
    into no folder, and takes no file called `tests`. It then finds an empty file of the name asked for.

    Args:
        autograder: Gradescope's folder of this name, which holds `submission`.

    Raises:
        SystemExit: saying why, if it is not clear what is meant.
    """
    folder = autograder / "submission"
    try:
        assignment = load_assignment(autograder / "source" / "files" / HOUSE)
        submission = _understood(list_folder(folder), _otters_choice(folder), assignment)
    except GraderError as error:
        raise SystemExit(f"{error}\nNothing was graded.") from None
    taken = autograder / TAKEN
    _remove(taken)
    taken.mkdir()
    hand_on(submission, taken)
    for path in folder.iterdir():
        _remove(path)
    (folder / PLACE_HOLDER).touch()


def _otters_choice(folder: Path) -> str:
    """The file at the top of a folder that Otter would take; empty if it would take none."""
    for suffix in (notebook.SUFFIX, ".py"):
        found = [path.name for path in folder.glob(f"*{suffix}") if path.name != "__init__.py"]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


def _understood(listing: Listing, name: str, assignment: Assignment) -> Submission:
    """What was handed in, as `autograder grade` takes it; where that would ask, the file that Otter takes.

    Args:
        name: of that file, at the top of the listing; may be empty.

    Raises:
        GraderError: with the question, if that is not an answer to it.
    """
    listing = open_nested(listing)
    alone = Listing(tuple(entry for entry in listing.entries if entry.parts == (name,)), listing.problems)
    handed_out = read_handed_out(assignment)
    # The last: the answers may be unclear, which Otter does not grade.
    tries = [(listing, ()), (listing, (name,)), (alone, (name,))] if name else [(listing, ())]
    for these, chosen in tries:
        submission = choose("submission", these, assignment, handed_out, chosen)
        if not submission.set_aside:
            return submission
    raise GraderError(str(submission.set_aside))


class WalledGrading(AbstractOtterPlugin):
    """Keeps student code out of Otter's process and of its kernel."""

    def before_grading(self, config: Any) -> None:
        """Take everything that was handed in, before Otter opens, imports or unpickles any of it.

        Otter is in the folder of the submission, where it has put the tests.
        """
        folder = Path.cwd()
        self._house = (folder.parent / "source" / "files" / HOUSE).resolve()
        _check_version(self._house)
        _remove(folder / HOUSE)  # a copy of ours, or something of the student's with this name
        self._opened = tempfile.TemporaryDirectory(prefix="autograder-otter-", ignore_cleanup_errors=True)
        self._desk = Path(self._opened.name)
        hand_on(self._submission(folder), self._desk)
        for path in folder.iterdir():
            if path.name != TESTS:
                _remove(path)
        self._place_holder = Path(self.submission_path)
        self._place_holder.write_text(
            nbformat.writes(nbformat.v4.new_notebook()) if self._place_holder.suffix == ".ipynb" else ""
        )

    def before_execution(self, submission: Any) -> Any:
        """Grade what was handed in, and give Otter the notebook that it executes in place of the student's."""
        self._place_holder.unlink()  # under its name, the kernel could import it
        self._grade()
        cell = CELL.format(report=str(self._desk / REPORT))
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])

    def after_grading(self, results: GradingResults) -> None:
        """Say of each case what a student should read; refuse where the grader failed."""
        try:
            report = self._report(results)
        finally:
            self._opened.cleanup()
        _tell(results, report.pop(CASES))
        self._wall = report["extra_data"]["wall"]
        for test in report["tests"]:  # what Otter's table of them has no room for
            test.pop("tags", None)
            test.pop("extra_data", None)
        results.set_output(report["output"])
        results.__class__ = Graded
        vars(results)["_shown"] = report

    def generate_report(self) -> str:
        """What instructors read in the output of the run, which students do not see."""
        return f"Wall around the student's code: {self._wall}"

    def _submission(self, folder: Path) -> Submission:
        """What was handed in, if it has not been taken away before."""
        taken = folder.parent / TAKEN
        if taken.is_dir():
            submission = read_handed_on(taken)
            _remove(taken)
            return submission
        chosen = Path(self.submission_path)
        if chosen.is_symlink():
            raise GraderError(f"{chosen.name} is a link, and links are not followed.")
        listing = list_folder(folder)
        entries = tuple(entry for entry in listing.entries if entry.parts[0] != TESTS)
        return _understood(Listing(entries, listing.problems), chosen.name, load_assignment(self._house))

    def _grade(self) -> None:
        """Have the report written.

        Raises:
            GraderError: saying why there is none.
        """
        ran = subprocess.run(
            [sys.executable, "-P", "-s", "-m", GRADE_ONE, str(self._house), str(self._desk)],
            env=ENVIRONMENT | {name: os.environ[name] for name in FOLDERS if name in os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
        fault = self._desk / FAULT
        if fault.exists():
            raise GraderError(fault.read_text(encoding="utf-8"))
        if not (self._desk / REPORT).exists():
            raise GraderError(f"Nothing was graded (exit status {ran.returncode}).\n{ran.stderr[-5000:]}")

    def _report(self, results: GradingResults) -> dict[str, Any]:
        """What came of the submission.

        Raises:
            GraderError: if Otter's kernel did not come to an end.
        """
        if results.has_catastrophic_failure() or _errors(results):
            said = "\n".join(_errors(results)) or repr(results.catastrophic_error)
            raise GraderError(f"Otter's kernel gave no results.\n{said}")
        told: dict[str, Any] = json.loads((self._desk / REPORT).read_text(encoding="utf-8"))
        return told


class Graded(GradingResults):
    """Otter's results, shown on Gradescope case by case.

    Otter itself has one entry for each test file and can only hide or show all of them.
    """

    _shown: dict[str, Any]

    def to_gradescope_dict(self, ag_config: Any) -> dict[str, Any]:
        return self._shown

    def __reduce__(self) -> Any:
        """Pickled, they are Otter's own class again: who reads them need not have this package."""
        state = {key: value for key, value in vars(self).items() if key != "_shown"}
        return GradingResults, ([],), state


def _check_version(house: Path) -> None:
    """Refuse an archive that goes with other code than this, which may be installed anywhere.

    Raises:
        GraderError: naming the first file that differs.
    """
    theirs = house / PACKAGE.name
    if theirs == PACKAGE:
        return
    names = {path.relative_to(folder).as_posix() for folder in (PACKAGE, theirs) for path in folder.rglob("*.py")}
    for name in sorted(names):
        files = [folder / name for folder in (PACKAGE, theirs)]
        if not all(file.is_file() for file in files) or files[0].read_bytes() != files[1].read_bytes():
            raise GraderError(
                f"autograder.zip was made by another version than is installed here: {name} differs. "
                "Run `autograder release` and take the new dist/autograder.zip."
            )


def name_in_otter(question_id: str, hidden: bool) -> str:
    """The name by which Otter knows the public or the hidden cases of a question."""
    return f"{question_id}_hidden" if hidden else question_id


def _tell(results: GradingResults, cases: list[dict[str, Any]]) -> None:
    """Put what the report says of each case into Otter's results.

    Raises:
        GraderError: if these are not the results of the run that the report is of.
    """
    for told, case in _paired(results, cases):
        passed = told["status"] == "passed"
        if case.passed != passed:
            raise GraderError(f"Otter's results are not what was graded: {told['name']}")
        case.message = f"{told['name']}\n{told['output']}".strip()


def _paired(results: GradingResults, cases: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], TestCaseResult]]:
    """Every case of the report with Otter's verdict on it.

    Raises:
        GraderError: if they are not the same cases.
    """
    told: dict[str, list[dict[str, Any]]] = {}
    for test in cases:
        name = name_in_otter(test["extra_data"]["question"], test["extra_data"]["hidden"])
        told.setdefault(name, []).append(test)
    run = {name: file.test_case_results for name, file in results.results.items()}
    if {name: len(tests) for name, tests in told.items()} != {name: len(tests) for name, tests in run.items()}:
        raise GraderError(
            "Otter did not run the cases that were graded. "
            "Run `autograder release` and take the new dist/autograder.zip."
        )
    for name, of_file in told.items():
        yield from zip(of_file, run[name], strict=True)


def _errors(results: GradingResults) -> list[str]:
    """What the cells of the executed notebook raised."""
    cells = results.notebook.cells if results.notebook else []
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    return [_COLORS.sub("", "\n".join(output.traceback)) for output in outputs if output.output_type == "error"]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
