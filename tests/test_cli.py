"""The commands: exit statuses, messages that say what to type, and what a stopped batch leaves."""

from __future__ import annotations

import csv
import subprocess
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import autograder.assignment
from autograder import __version__
from autograder.cli import main
from autograder.course import pipeline
from autograder.course.gradebook.database import open_gradebook
from autograder.course.intake import uploads
from autograder.course.intake.spool import Spool
from autograder.errors import GraderError
from autograder.result import Result as Graded
from autograder.result import Status
from autograder.submission import Submission
from tests.hand_made import LOOKUP, NASTY_NAMES, case, code, make_assignment, result, typical, write_files


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run the command line in an empty folder, on the small assignment."""
    monkeypatch.chdir(tmp_path)
    assignment = make_assignment(tmp_path)
    write_files(assignment)
    monkeypatch.setattr(autograder.assignment, "load_assignment", lambda: assignment)
    monkeypatch.setattr(pipeline, "load_assignment", lambda: assignment)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, arguments)

    return run


@pytest.fixture
def batch(monkeypatch, tmp_path):
    """Let the batch be these results; an exception among them is raised in its place."""
    (tmp_path / "in").mkdir()

    def batch(*outcomes: Graded | BaseException) -> None:
        found = [Submission(getattr(outcome, "student", f"s{i}")) for i, outcome in enumerate(outcomes)]

        def grade(submissions) -> Iterator[Graded]:
            assert list(submissions) == found
            for outcome in outcomes:
                if isinstance(outcome, BaseException):
                    raise outcome
                yield outcome

        @contextmanager
        def open_batch(assignment, workers, *, unconfined):
            yield types.SimpleNamespace(
                grade=grade,
                workers=workers,
                refusals=("tier 8: a moat with crocodiles: none were hungry",),
                wall=types.SimpleNamespace(value="none" if unconfined else "tier 7: a moat"),
            )

        received = tuple(map(Spool().keep, found))
        taken = uploads.Intake(received, "plain", "Plain folder of a test")
        monkeypatch.setattr(pipeline, "take_in", lambda path, assignment, **options: taken)
        monkeypatch.setitem(
            sys.modules, "autograder.course.batch.process_pool", types.SimpleNamespace(open_batch=open_batch)
        )

    return batch


@contextmanager
def at_work(out: Path) -> Iterator[None]:
    """Another process that grades into `out`."""
    program = (
        "import sys; from pathlib import Path; from autograder.course.gradebook.lock import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", program, str(out.resolve())]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "in\n"
        try:
            yield
        finally:
            other.kill()


def students(out: str) -> list[str]:
    with Path(out, "grades.csv").open(newline="") as file:
        return [row["student"] for row in csv.DictReader(file)]


def full(student: str) -> Graded:
    return result(student, code(LOOKUP, case()))


def test_a_graded_batch_ends_with_0_a_table_and_the_report(run, batch):
    batch(typical("ada"), full("ben"))
    done = run("grade", "in")
    assert done.exit_code == 0, done.output
    assert "2 submissions: 1 graded, 1 needs marking" in done.stdout
    assert "Report: graded/report.html" in done.stdout
    assert "Embeddings.py" in done.stdout
    assert students("graded") == ["ada", "ben"]
    assert Path("graded/report.html").is_file()


def test_the_wall_is_named_at_the_start_and_in_the_report(run, batch):
    batch(full("ada"))
    done = run("grade", "in", "--workers", "2")
    assert "1 submission, 2 at a time. Wall around their code: tier 7: a moat\n" in done.stdout
    assert "No stronger wall could be built. tier 8: a moat with crocodiles: none were hungry" in done.stdout
    page = Path("graded/report.html").read_text()
    assert "Wall around student code: tier 7: a moat." in page
    assert f"Written by autograder {__version__}." in page


def test_no_wall_stands_only_where_the_instructor_says_so(run, batch):
    batch(full("ada"))
    assert "Wall around their code: none\n" in run("grade", "in", "--unconfined").stdout


def test_the_output_goes_where_it_is_told(run, batch):
    batch(full("ada"))
    assert run("grade", "in", "--output", "a/b", "--workers", "1").exit_code == 0
    assert students("a/b") == ["ada"]
    assert not Path("graded").exists()


@pytest.mark.parametrize("status", [Status.SET_ASIDE, Status.NOT_GRADED])
def test_a_submission_without_a_grade_ends_with_1_and_its_reason(run, batch, status):
    batch(full("ada"), Graded("ben", status, "d", 40, notes=("which file?",), fault="no memory"))
    done = run("grade", "in")
    assert done.exit_code == 1
    reason = "which file?" if status is Status.SET_ASIDE else "no memory"
    assert f"{status}: ben: {reason}" in done.stdout


def test_an_upload_that_is_in_no_submission_ends_with_1(run, batch, monkeypatch):
    batch(full("ada"))
    taken = pipeline.take_in(Path("in"), None)
    taken = replace(taken, problems=("Left out 1 item.",), is_left_over=True)
    monkeypatch.setattr(pipeline, "take_in", lambda path, assignment, **options: taken)
    done = run("grade", "in")
    assert done.exit_code == 1 and "Left out 1 item." in done.stdout
    assert students("graded") == ["ada"]


def test_a_log_gets_few_lines_of_progress(run, batch):
    batch(*(full(f"s{i:03d}") for i in range(200)))
    done = run("grade", "in")
    assert done.stderr.count("\n") == 10
    assert "200 of 200 submissions" in done.stderr
    assert "s000" not in done.stdout


def test_a_stopped_batch_keeps_what_was_graded_and_says_so(run, batch):
    batch(full("ada"), full("ben"), KeyboardInterrupt(), full("cem"))
    done = run("grade", "in")
    assert done.exit_code == 130
    assert "Stopped: 2 of 4 submissions are graded and kept in graded." in done.stdout
    assert students("graded") == ["ada", "ben"]


def test_a_batch_that_fails_keeps_what_was_graded_and_says_why(run, batch):
    batch(full("ada"), GraderError("No process can be started."))
    done = run("grade", "in")
    assert done.exit_code == 2
    assert done.stderr.endswith("Error: No process can be started.\n")
    assert students("graded") == ["ada"]


def test_a_second_run_adds_to_the_first(run, batch):
    batch(full("ada"))
    run("grade", "in")
    batch(typical("ben"))
    run("grade", "in")
    assert students("graded") == ["ada", "ben"]


def test_names_of_any_kind_pass_through_the_terminal(run, batch):
    batch(*(typical(name) for name in NASTY_NAMES[:25]))
    done = run("grade", "in")
    assert done.exit_code == 0, done.output
    assert "\x1b" not in done.stdout


def test_an_empty_folder_is_wrong_usage(run, tmp_path):
    (tmp_path / "in").mkdir()
    done = run("grade", "in")
    assert done.exit_code == 2
    assert "in contains no submissions." in done.stderr
    assert not Path("graded").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade"], "autograder grade submissions --output graded"),
        (["grade", "nowhere"], "autograder grade submissions --output graded"),
        (["grade", ".", "--workers", "0"], "autograder grade submissions --output graded"),
        (["grade", ".", "--fast"], "autograder grade submissions --output graded"),
        (["marks"], "autograder mark graded --write sheet.csv"),
        (["marks", "graded"], "autograder mark graded --write sheet.csv"),
        (
            ["marks", "graded", "--write", "a.csv", "--read", "b.csv"],
            "autograder mark graded --write sheet.csv",
        ),
        (["check"], "autograder check student_template"),
        (["release", "now"], "autograder release --check"),
        (["relaese"], "Did you mean 'release'?"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_type(run, arguments, said):
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith("Usage: ")
    assert said in done.stderr
    assert done.stdout == ""


def test_marks_go_out_and_come_back_into_the_reports(run, batch):
    batch(typical("ada"))
    run("grade", "in")
    done = run("marks", "graded", "--write", "sheet.csv")
    assert (done.exit_code, done.stdout) == (0, "sheet.csv: 1 answer to mark\n")
    with open("sheet.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[2][rows[0].index("points")] = "7"
    with open("sheet.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    done = run("marks", "graded", "--read", "sheet.csv")
    assert done.exit_code == 0
    assert done.stdout == "1 mark read, 0 already there, 0 rows still empty, 0 problems.\n"
    assert "ada,graded,23,40,4,12,7,0" in Path("graded/grades.csv").read_text()


def test_a_sheet_is_taken_for_those_who_still_count(run, batch):
    batch(typical("ada"), typical("ben"), typical("cem", "Another answer."))
    run("grade", "in")
    run("marks", "graded", "--write", "sheet.csv")
    run("forget", "graded", "ben", "cem")
    with open("sheet.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    for row in rows[2:]:
        row[rows[0].index("points")] = "7"
    with open("sheet.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    done = run("marks", "graded", "--read", "sheet.csv")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        0,
        "1 mark read, 0 already there, 0 rows still empty, 0 problems.",
    )


def test_marks_that_are_refused_end_with_1_and_are_named(run, batch):
    batch(typical("ada"))
    run("grade", "in")
    Path("sheet.csv").write_text("row,points,comment\ntradeoffs-0,7,\n")
    done = run("marks", "graded", "--read", "sheet.csv")
    assert done.exit_code == 1
    assert "sheet.csv, row 2: `tradeoffs-0` is neither an answer of this class nor a row of its sheets." in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["marks", "graded", "--read", "sheet.csv"],
        ["forget", "graded", "ada"],
        ["grade", "in", "--choose", "ada=old/embeddings.py"],
    ],
)
def test_nothing_is_written_while_another_grader_is_at_work(run, command):
    with open_gradebook(Path("graded")) as gradebook:
        gradebook.save(typical("ada"))
    for name in ("embeddings.py", "old/embeddings.py"):
        Path("in/ada", name).parent.mkdir(parents=True, exist_ok=True)
        Path("in/ada", name).write_text(f"name = {name!r}\n")
    run("marks", "graded", "--write", "sheet.csv")
    with at_work(Path("graded")):
        done = run(*command)
    assert done.exit_code == 2
    assert "Another grader (process " in done.stderr
    assert f" is using the folder {Path('graded').resolve()}." in done.stderr
    assert {file.name for file in Path("graded").iterdir()} <= {"gradebook.sqlite", "gradebook.lock"}
    with open_gradebook(Path("graded")) as gradebook:
        assert gradebook.students() == ["ada"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--export", "a.jsonl", "--question", "tradeoffs"],
            "--question goes with --write and the page, not with --ex",
        ),
        (["--anonymous"], "--anonymous goes with --write, not with the page"),
        (["--write", "sheet.csv", "--replace"], "--replace goes with --read, not with --write"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(run, options, said):
    done = run("mark", "graded", *options)
    assert done.exit_code == 2 and said in done.stderr


def test_marks_without_a_gradebook_say_to_grade_first(run):
    done = run("marks", "graded", "--write", "sheet.csv")
    assert done.exit_code == 2
    assert "autograder grade SUBMISSIONS --output graded" in done.stderr


def test_help_comes_without_the_heavy_imports():
    program = "import sys; from autograder.cli import main; main(['grade', '--help'], standalone_mode=False)"
    ending = "; sys.exit(any(name in sys.modules for name in ('torch', 'otter', 'jinja2', 'rich.progress')))"
    done = subprocess.run([sys.executable, "-c", program + ending], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: ")


def words(text: str) -> str:
    return " ".join(text.split()).replace("- ", "-")


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("command", [main, *main.commands.values()], ids=lambda command: command.name)
def test_help_says_every_sentence_whole_and_within_the_window(command, columns):
    shown = CliRunner().invoke(command, ["--help"], terminal_width=columns).stdout
    assert max(map(len, shown.splitlines())) <= columns
    listed = [one.help.partition("\n\n")[0] for one in main.commands.values()] if command is main else []
    options = [option.help for option in command.params if isinstance(option, click.Option)]
    assert [text for text in (command.help, *listed, *options) if words(text) not in words(shown)] == []


@pytest.mark.parametrize(("first", "second"), [("examples", "in"), ("in", "examples")])
def test_the_example_batch_is_never_mixed_into_a_class(run, batch, monkeypatch, tmp_path, first, second):
    Path("examples").mkdir()
    monkeypatch.setattr(pipeline, "EXAMPLES", tmp_path / "examples")
    batch(full("ada"))
    assert run("grade", first).exit_code == 0
    batch(full("ben"))
    done = run("grade", second)
    assert done.exit_code == 2 and "would be mixed into them. Choose another folder with --output" in done.stderr
    assert students("graded") == ["ada"]
    assert run("grade", first, "--output", "graded").exit_code == 0


def test_what_to_type_is_shown_whole(run, batch):
    command = f"To choose, type: --choose '{'a long name ' * 40}=x.py'"
    batch(replace(full("ada"), status=Status.SET_ASIDE, questions=(), notes=(command,)))
    done = run("grade", "in")
    assert command in done.stdout.replace("\n", "")


def test_students_stand_in_one_order_wherever_they_are_listed(run, batch):
    names = ["alba", "Álvarez", "Øst", "s2", "s10", "Zoe"]
    batch(*map(full, reversed(names)))
    done = run("grade", "in")
    assert students("graded") == names
    assert sorted(names, key=done.stdout.index) == names
    page = Path("graded", "report.html").read_text("utf-8")
    body = page[page.index("<tbody") :]
    assert sorted(names, key=lambda name: body.index(f">{name}<")) == names
    run("export", "graded", "--to", "csv")
    with Path("graded", "export", "handed-back.csv").open(newline="", encoding="utf-8-sig") as file:
        assert [row["student"] for row in csv.DictReader(file)] == names


def test_an_unknown_layout_says_which_there_are(run):
    Path("in").mkdir()
    done = run("grade", "in", "--layout", "blackbord")
    assert done.exit_code == 2 and "'blackbord' is not one of plain, gradescope, moodle, blackboard" in done.stderr
