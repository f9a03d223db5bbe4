"""Prints one table of speed and memory. Ratios are measured in one run, on one machine.

`python -m tests.benchmarks [--sizes 50,500,5000] [--otter 6] [--only otter,floor]`

Each row is printed as soon as it is known, since the whole takes a quarter of an hour: what was measured, the
goal where there is one, and what it was compared with in the same run. RESULTS.md keeps the last of each part.
"""

from __future__ import annotations

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import median
from unittest import mock

import psutil
import torch
from rich.console import Console
from rich.progress import track
from rich.table import Table

import solutions.embeddings as reference
from autograder.assignment import ROOT, load_assignment
from autograder.check.testing.cases import read_cases, run_case
from autograder.course.batch.process_pool import open_batch
from autograder.course.intake.uploads import collect
from autograder.grading.connection import Connection
from autograder.grading.grader import Grader
from autograder.grading.launcher import open_launcher
from autograder.grading.session import Session
from autograder.result import Outcome, Result
from autograder.submission import Submission

from . import plain_otter, results, watching
from .by_size import by_size
from .marking import marking
from .one_case import one_case
from .one_submission import one_submission

ASSIGNMENT = load_assignment()
AT_A_TIME = 2
LOOPS = "el-amrani_sofia"
"""Computes tables of 5,000 rows in loops of Python, which takes the longer part of her time anywhere."""

STOPPED = {Outcome.TIMED_OUT, Outcome.CRASHED, Outcome.BLOCKED}
Row = tuple[str, ...]
"""What, how much, the goal, what it was compared with; the last two may be left out."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="50,500,5000", help="batch sizes to compare, by commas")
    parser.add_argument("--otter", type=int, default=6, help="submissions to grade by otter run")
    parser.add_argument(
        "--only", default="", help="of one, otter, floor, case, size, limits, memory, check, watch, mark; by commas"
    )
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]

    batch = collect(ROOT / "tests" / "example_batch" / "submissions", ASSIGNMENT)
    graded = {result.student: result for result in grade(batch)}
    ending = [one for one in batch if one.code and ends_by_itself(graded[one.student])]
    quick = [one for one in ending if one.student != LOOPS]
    (loops,) = (one for one in ending if one.student == LOOPS)
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "one": lambda: one_submission(ASSIGNMENT),
        "otter": lambda: against_otter(quick, loops, options.otter),
        "floor": against_floor,
        "case": lambda: one_case(ASSIGNMENT),
        "size": lambda: by_size(repeated(quick, 1 + sum(sizes)), sizes),
        "limits": lambda: needs(ending),
        "memory": memory,
        "check": check_against_import,
        "watch": watch,
        "mark": marking,
    }
    console = Console()
    table = Table("what", "measured", "goal", "compared with", title=results.machine())
    for part in options.only.split(",") if options.only else parts:
        rows = []
        for row in parts[part]():
            rows.append((*row, "", "")[:4])
            console.print(f"{row[0]}: {', '.join(filter(None, row[1:]))}", highlight=False)
            table.add_row(*rows[-1])
        results.keep(part, rows)
    console.print(table)


def grade(submissions: list[Submission]) -> list[Result]:
    with open_batch(ASSIGNMENT, AT_A_TIME) as batch:
        return list(batch.grade(submissions))


def ends_by_itself(result: Result) -> bool:
    return not any(case.outcome in STOPPED for question in result.questions for case in question.cases)


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def against_otter(quick: list[Submission], loops: Submission, count: int) -> Iterator[Row]:
    """Submissions per second of the same submissions, both two at a time; ours without and with its start."""
    few = quick[:count]
    many = repeated(few, 20 * count)
    with open_batch(ASSIGNMENT, AT_A_TIME) as batch:
        list(batch.grade(few))  # the pool's first forks and page faults
        ours = seconds(lambda: list(batch.grade(many))) / len(many)
        ours_looping = seconds(lambda: list(batch.grade([loops])))
    whole = seconds(lambda: grade(many)) / len(many)
    with tempfile.TemporaryDirectory() as name:
        archive = plain_otter.build_zip(ASSIGNMENT, Path(name) / "zip")
        files = [plain_otter.submission(one.code or b"", Path(name) / one.student) for one in [*few, loops]]
        otter = seconds(lambda: plain_otter.run_all(files[:-1], archive, AT_A_TIME)) / len(few)
        otter_looping = seconds(lambda: plain_otter.run_all(files[-1:], archive, 1))
    yield from [
        ("`otter run`, two at a time", f"{otter:.2f} s a submission ({len(few)} of them)"),
        ("ours, the same ones", f"{1000 * ours:.0f} ms a submission, {1 / ours:.1f} a second"),
        ("so many times `otter run`'s throughput", f"{otter / ours:.0f}", "60", f"`otter run`: {otter:.2f} s each"),
        (f"the same with the start-up, over {len(many)} submissions", f"{otter / whole:.0f}"),
        (f"{LOOPS} alone", f"`otter run` {otter_looping:.1f} s, ours {ours_looping:.1f} s"),
    ]


def against_floor() -> Iterator[Row]:
    """The reference's cases in this process without any wall, against the whole way of a submission."""
    files = [
        path
        for q in ASSIGNMENT.code_questions
        for path in (ASSIGNMENT.public_tests(q.id), ASSIGNMENT.hidden_tests(q.id))
    ]
    cases = [case for path in files for case in read_cases(path)]
    environment = {**vars(reference), "reference": reference}

    def run_all() -> None:
        for case in cases:
            run_case(case, environment)

    torch.set_num_threads(1)
    run_all()
    floor = median(seconds(run_all) for _ in range(9))
    with open_batch(ASSIGNMENT, 1) as batch:
        submission = Submission("reference", ASSIGNMENT.reference.read_bytes())
        list(batch.grade([submission] * 3))
        ours = seconds(lambda: list(batch.grade([submission] * 20))) / 20
    yield from [
        (
            "a right submission, one at a time",
            f"{1000 * ours:.0f} ms, {ours / floor:.1f} times",
            "1.5 times",
            f"the same {len(cases)} cases in one warm process, no wall: {1000 * floor:.0f} ms",
        ),
    ]


def needs(honest: list[Submission]) -> Iterator[Row]:
    """What the slowest honest files take: the defaults of the limits follow from it."""
    reference_file = ASSIGNMENT.reference.read_bytes()
    variants = [
        Submission(path.stem, reference_file + b"\n\n" + path.read_bytes())
        for path in sorted((ROOT / "solutions" / "right_variants").glob("*/*.py"))
    ]
    theirs: list[float] = []
    received: list[int] = []

    def close(connection: Connection) -> None:
        if process := connection._process:
            end = process.kill(60)
            theirs.append(end.cpu_seconds if end else 0.0)
            received.append(process.channel.received)
            process.close()
            connection._process = None

    with mock.patch.object(Connection, "close", close), open_launcher(ASSIGNMENT.limits) as launcher:
        grader = Grader(ASSIGNMENT, launcher)
        for kind, files in (("honest files of the example batch", honest), ("right variants", variants)):
            found = []
            for submission in track(files, kind):
                theirs.clear()
                received.clear()
                before = time.process_time()
                grader.grade(submission)
                found.append((sum(theirs), time.process_time() - before, sum(received), submission.student))
            slowest, _, _, student = max(found)
            ours = max(ours for _, ours, _, _ in found)
            most = max(size for _, _, size, _ in found)
            yield f"{kind}: the slowest", f"{slowest:.1f} s of processor time ({student})"
            yield "  the most that one takes of the grader's own", f"{ours:.1f} s, {most / 2**20:.1f} MB"
    given = ASSIGNMENT.limits
    yield (
        "limits",
        f"{given.seconds_per_submission} s a submission, on both sides; {given.seconds_per_call} s a call",
    )


def memory() -> Iterator[Row]:
    """Private memory of a student's process after all cases, beyond what it shares with the zygote."""
    names = tuple(name for question in ASSIGNMENT.code_questions for name in question.functions)
    files = [ASSIGNMENT.hidden_tests(question.id) for question in ASSIGNMENT.code_questions]
    private = []
    with open_launcher(ASSIGNMENT.limits) as launcher:
        for _ in range(5):
            session = Session(Connection(launcher, ASSIGNMENT.limits), ASSIGNMENT.reference.read_bytes(), names)
            environment = {**session.environment, "reference": reference}
            for path in files:
                for case in read_cases(path):
                    session.begin_case()
                    run_case(case, environment)
            worker = max(psutil.Process().children(recursive=True), key=lambda process: process.create_time())
            private.append(private_bytes(worker.pid) / 2**20)
            session.close()
    yield "private memory of a student's process, median", f"{median(private):.1f} MB"


def private_bytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def check_against_import() -> Iterator[Row]:
    """`python check` on the blank template and on the reference, against importing torch and gensim."""
    template = ROOT / "student_template"
    imports = [sys.executable, "-c", "import torch, gensim.models"]
    with tempfile.TemporaryDirectory() as name:
        solved = Path(name) / "solved"
        subprocess.run(["cp", "-r", str(template), str(solved)], check=True)
        (solved / "embeddings.py").write_bytes(ASSIGNMENT.reference.read_bytes())
        ratios: dict[str, list[float]] = {"blank": [], "solved": []}
        for _ in track(range(5), "check"):
            for kind, folder in (("blank", template), ("solved", solved)):
                least = seconds(partial(run, imports, template))
                ratios[kind].append(seconds(partial(run, [sys.executable, "check"], folder)) / least)
    yield from [
        (f"`python check` ({kind}) against importing torch and gensim", f"{median(found):.2f} times")
        for kind, found in ratios.items()
    ]


def watch() -> Iterator[Row]:
    """From a save to the shown result, in `python check --watch`."""
    found = sorted(watching.seconds_to_shown(20))
    yield (
        "`check --watch`, from a save to the shown result, median of 20",
        f"{1000 * median(found):.0f} ms (slowest {1000 * found[-1]:.0f} ms)",
    )
    least = median(seconds(partial(run, [sys.executable, "-c", "import torch"], ROOT)) for _ in range(3))
    yield (
        "the same without fork, saved again at once, against importing torch",
        f"{median(watching.seconds_without_fork(3)) / least:.2f} times",
    )


def run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, capture_output=True)


def repeated(submissions: list[Submission], count: int) -> list[Submission]:
    """As many submissions, each under a name of its own, and with other line numbers.

    So they are no copies of each other: wherever code fails, its answer names the line.
    """
    return [
        dataclasses.replace(one, student=f"student-{i}", code=b"#\n" * (i // len(submissions)) + one.code)
        for i, one in zip(range(count), cycle(submissions), strict=False)
        if one.code
    ]


if __name__ == "__main__":
    main()
