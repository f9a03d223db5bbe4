"""The wall inside a plain `otter run` and on Gradescope: an Otter plugin, in Otter's own process.

Otter would run the student's file in the kernel that runs the tests. Instead, the plugin takes
everything that the student handed in out of Otter's reach and hands Otter a notebook of its own,
whose one cell puts proxies for the student's functions into the kernel (`kernel.py`). Otter then
runs the tests on these as it always does, and the plugin says of each case what a student should read.

Where anything fails that is not the student's fault, it raises: Otter then writes no results, and
Gradescope shows that the autograder failed, never a zero.
"""

from __future__ import annotations

import json
import re
import shutil
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
from ..submission import Submission
from ..upload.archive import open_nested
from ..upload.choose import choose
from ..upload.folder import list_folder
from ..upload.listing import Listing
from ..upload.template_files import read_handed_out

PACKAGE = Path(__file__).resolve().parents[1]
HOUSE = "embeddings_autograder"
"""The folder among Otter's support files that holds all that grading needs."""

TESTS = "tests"
TAKEN = "handed_in"
"""The folder in which `take_away` puts what was handed in, beside that of the submission."""
PLACE_HOLDER = "submission.py"

CODE, ANSWERS, NOTES = "code", "answers", "notes.json"
REPORT, FAULT = "report.json", "fault.txt"
"""The files by which this process and the kernel hand on what was handed in, and what came of it."""

CASES = "cases"
"""The report's key for what came of every case, which goes no further than this process."""

CELL = "from autograder.otter_plugin.kernel import begin\n\nglobals().update(begin({house!r}, {desk!r}))"

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
    _hand_on(submission, taken)
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
        _remove(folder / HOUSE)  # a copy of ours, or what the student called so
        self._opened = tempfile.TemporaryDirectory(prefix="autograder-otter-", ignore_cleanup_errors=True)
        self._desk = Path(self._opened.name)
        _hand_on(self._submission(folder), self._desk)
        for path in folder.iterdir():
            if path.name != TESTS:
                _remove(path)
        self._place_holder = Path(self.submission_path)
        self._place_holder.write_text(_nothing() if self._place_holder.suffix == ".ipynb" else "")

    def before_execution(self, submission: Any) -> Any:
        """The notebook that Otter executes in place of the student's."""
        self._place_holder.unlink()  # under its name, the kernel could import it
        cell = CELL.format(house=str(self._house), desk=str(self._desk))
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

    def _report(self, results: GradingResults) -> dict[str, Any]:
        """What the kernel wrote.

        Raises:
            GraderError: if the kernel did not come to an end that can be trusted.
        """
        fault, report = self._desk / FAULT, self._desk / REPORT
        if fault.exists():
            raise GraderError(fault.read_text(encoding="utf-8"))
        if results.has_catastrophic_failure() or not report.exists():
            said = "\n".join(_errors(results)) or repr(results.catastrophic_error)
            raise GraderError(f"Otter's kernel gave no results, so nothing was graded.\n{said}")
        told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
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


def _hand_on(submission: Submission, desk: Path) -> None:
    """Write down what was handed in, for the kernel."""
    for name, content in ((CODE, submission.code), (ANSWERS, submission.answers)):
        if content is not None:
            (desk / name).write_bytes(content)
    (desk / NOTES).write_text(json.dumps(submission.notes), encoding="utf-8")


def read_handed_on(desk: Path) -> Submission:
    """Read it again."""
    code, answers = ((desk / name).read_bytes() if (desk / name).exists() else None for name in (CODE, ANSWERS))
    notes = json.loads((desk / NOTES).read_text(encoding="utf-8"))
    return Submission("submission", code, answers, tuple(notes))


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
        later = told["extra_data"]["carried"] or told["extra_data"]["despite"]
        if case.passed != (passed and not later):
            raise GraderError(f"Otter's results are not those of its kernel: {told['name']}")
        case.passed = passed  # perhaps when all cases had run: on right earlier functions, by a mistake's values
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


def _nothing() -> str:
    return nbformat.writes(nbformat.v4.new_notebook())


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
