"""A small assignment and results made by hand, for the tests of everything after a `Result`."""

from __future__ import annotations

from pathlib import Path

from autograder.assignment import Assignment, Limits, Question
from autograder.result import CaseResult, Outcome, QuestionResult, Result, Status

LOOKUP = Question("lookup", "Rows of a table", 8, ("encode", "embedding_lookup"))
SINUSOIDAL = Question("sinusoidal", "Sines and cosines", 12, ("sinusoidal_encoding",))
TRADEOFFS = Question("tradeoffs", "Learned or given", 10, words=(5, 20))
TOO_LONG = Question("too_long", "The 513th position", 10, words=(5, 20))

RUBRIC = """
tradeoffs:
  items:
    - {id: sizes, points: 4, text: Names both sizes}
    - {id: cost, points: 6, text: "=SUM of what learning costs"}
  weak_arguments:
    - it proved better
too_long:
  items:
    - {id: error, points: 10, text: There is no row 512}
"""

NASTY_NAMES = (
    "Jürgen Müller",
    "Ju\u0308rgen Mu\u0308ller",  # the same to the eye, other characters
    "عمر الخيّام",
    "李小龍",
    "../../etc/passwd",
    "..",
    ".",
    "a/b",
    "a\\b",
    "a" * 300,
    "a" * 299 + "b",
    "=cmd()",
    "+1",
    "@x",
    "\t=1+1",
    "\r=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "bad\udc80name",
    "bad\udc81name",
    "\x1b[31mred",
    "nul\x00byte",
    "line\nend",
    "\u202egnp.exe",
    "con",
    "COM1.txt",
    "ada",
    "Ada",
    "ADA",
    " ada",
    "ada ",
    "ada.",
    "ada~55579b557896d0ce",
    "straße",
    "strasse",
    "",
)


def make_assignment(root: Path, *questions: Question, rubric: str = RUBRIC) -> Assignment:
    """An assignment rooted in `root`, with a rubric there."""
    (root / "solutions").mkdir(exist_ok=True)
    (root / "solutions" / "rubric.yml").write_text(rubric, encoding="utf-8")
    return Assignment(
        title="Vectors & <positions>",
        code_file="embeddings.py",
        answers_file="answers.md",
        hidden_visibility="after_published",
        limits=Limits(),
        questions=questions or (LOOKUP, SINUSOIDAL, TRADEOFFS, TOO_LONG),
        root=root,
    )


def write_files(assignment: Assignment) -> None:
    """Empty files wherever the assignment has tests, a reference and prompts."""
    tests = [
        path(question.id)
        for question in assignment.code_questions
        for path in (assignment.public_tests, assignment.hidden_tests)
    ]
    template = assignment.root / "student_template" / assignment.answers_file
    for file in (assignment.reference, template, *tests):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


def case(
    outcome: Outcome = Outcome.PASSED,
    *,
    title: str = "Ids have any shape",
    hidden: bool = False,
    **texts: str,
) -> CaseResult:
    return CaseResult(title, hidden, 2.0, outcome, **texts)


def code(question: Question, *cases: CaseResult, note: str = "") -> QuestionResult:
    points = sum(case.earned for case in cases)
    return QuestionResult(question.id, question.points, points, note, cases)


def answer(question: Question, text: str = "", points: float | None = None, note: str = "") -> QuestionResult:
    return QuestionResult(question.id, question.points, points, note, answer=text)


def result(student: str, *questions: QuestionResult, notes: tuple[str, ...] = ()) -> Result:
    is_complete = all(question.points is not None for question in questions)
    status = Status.GRADED if is_complete else Status.NEEDS_MARKING
    return Result(student, status, "0" * 64, 40, questions, notes)


def typical(student: str, tradeoffs: str = "Small tables are cheap to learn.") -> Result:
    """A submission with everything in it: 4 of 8, 12 of 12, an answer to mark and a blank one."""
    return result(
        student,
        code(
            LOOKUP,
            case(title="Ids have any shape"),
            case(
                Outcome.FAILED,
                title="A bad id is an `IndexError`",
                message="lookup(table, -1)\nexpected: IndexError\n     got: tensor",
                hint="A negative id counts from the end.",
                untrusted="printed by student PUBLIC-UNTRUSTED",
            ),
            case(hidden=True, title="No call changes its arguments"),
            case(
                Outcome.FAILED,
                hidden=True,
                title="Gradients reach the rows",
                message="HIDDEN-MESSAGE with inputs",
                hint="Only rows that were looked up.",
                untrusted="HIDDEN-UNTRUSTED <script>alert(1)</script>",
            ),
        ),
        code(SINUSOIDAL, *(case(title=f"Sines, part {i}") for i in range(6))),
        answer(TRADEOFFS, tradeoffs),
        answer(TOO_LONG, points=0.0, note="Nothing is written here."),
        notes=("The file was called `Embeddings.py`.",),
    )
