"""What `python check --watch` shows of `check_on_a_terminal`'s half-done file in 80 columns and 24 lines."""

from __future__ import annotations

from check_on_a_terminal import picture, run_half_done, write

PAGE = """
import sys
from pathlib import Path

sys.path[0] = str(Path.cwd())  # the handed-out folder
from check import pack, runner
from check.terminal.screen import Screen
from check.loading.settings import FILE, read_settings
from check.terminal.watch_view import View, table

class Terminal(Screen):
    is_terminal = has_colour = True
    width = 80

    def __init__(self):
        self.out, self.encoding, self._status = sys.stdout, "utf-8", ""

    def size(self):
        return 80, 24

settings = read_settings(Path("check") / FILE)
questions = settings.code_questions
code, tests = Path(settings.code).resolve(), Path("tests").resolve()
report = runner.run(settings, code, tests, [question.id for question in questions])
view = View(report, pack.unfinished_answers(settings, Path(settings.answers)), "checked at 14:03:22")
print(*table(Terminal(), settings, questions, view, "python check"), sep="\\n")
sys.exit(0 if report.all_pass else 1)
"""


def main() -> None:
    write(__file__, drawing())


def drawing() -> str:
    """The picture, as SVG."""
    title = "The table of python check --watch on a half-done file"
    return picture(__file__, title, run_half_done("-c", PAGE).split("\n"))


if __name__ == "__main__":
    main()
