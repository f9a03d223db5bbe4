"""Writes to the terminal: colour where it is wanted, plain text everywhere else."""

from __future__ import annotations

import copy
import io
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

_CODES = {"green": "32", "red": "31", "yellow": "33", "bold": "1", "dim": "2"}
_MARKS = {"passed": ("✓", "+"), "failed": ("✗", "x"), "to do": ("·", "-")}
WIDEST = 100


class Screen:
    """A terminal, or whatever the output goes to.

    Characters that the output cannot show are replaced, so that no console makes the check fail.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout
        self.is_terminal = self.out.isatty() and os.environ.get("TERM") != "dumb"
        self.has_colour = (self.is_terminal or "FORCE_COLOR" in os.environ) and not os.environ.get("NO_COLOR")
        self.encoding = self.out.encoding or "ascii"
        self.width = self._width()
        if self.has_colour and os.name == "nt":
            os.system("")  # lets older Windows consoles understand colours
        self._status = ""

    def paint(self, text: str, *styles: str) -> str:
        if not self.has_colour or not text:
            return text
        return f"\033[{';'.join(_CODES[style] for style in styles)}m{text}\033[0m"

    def mark(self, name: str) -> str:
        """A tick, a cross or a dot, or what comes closest in the output's encoding."""
        return self._shown(*_MARKS[name])

    def line(self, text: str = "") -> None:
        self.status("")
        self._write(text + "\n")

    def size(self) -> tuple[int, int]:
        """Columns and lines of the terminal."""
        return shutil.get_terminal_size()

    def page(self) -> Screen:
        """A screen that collects what is written, for `lines`, until it is drawn."""
        page = copy.copy(self)
        page.out = io.StringIO()
        page.width = self._width()
        return page

    def open(self) -> None:
        """Give way to pages that are drawn in place, beside what the terminal showed before."""
        if self.is_terminal:
            self._write("\033[?1049h\033[?7l\033[?25l")  # another screen, no line breaks, no cursor

    def draw(self, lines: Sequence[str]) -> None:
        """Show a page in place of the last one; where nothing can be replaced, below it."""
        if self.is_terminal:
            self._write("\033[H" + "\r\n".join(f"\033[K{line}" for line in lines) + "\033[0J")
        else:
            self._write("\n".join(lines) + "\n\n")

    def close(self) -> None:
        """Show again what the terminal showed before `open`."""
        if self.is_terminal:
            self._write("\033[?25h\033[?7h\033[?1049l")
            self.width = self._width()

    def lines(self) -> list[str]:
        """What was written to a page."""
        assert isinstance(self.out, io.StringIO)
        return self.out.getvalue().split("\n")[:-1]

    def sentences(self, text: str, indent: str = "", style: str = "") -> None:
        """Write running text, filled to the width; what stands in backquotes stays on one line."""
        whole = re.sub(r"`[^`\n]{,40}`", lambda quoted: quoted[0].replace(" ", "\0"), text)
        for line in textwrap.wrap(whole, self.width, initial_indent=indent, subsequent_indent=indent):
            shown = line.replace("\0", " ")
            self.line(self.paint(shown, style) if style else shown)

    def block(self, text: str, indent: str = "    ") -> None:
        """Write lines as they are, indented; on a terminal, what is too long goes on below, further in."""
        for line in text.split("\n"):
            shown = _printable(line).rstrip()
            for part in self._folded(shown, self.width - len(indent)) if self.is_terminal else [shown]:
                self.line(f"{indent}{part}".rstrip())

    def status(self, text: str) -> None:
        """On a terminal, show what goes on in a line that the next output replaces."""
        if not self.is_terminal:
            return
        if self._status:
            self.out.write("\r" + " " * len(self._status) + "\r")
        self._status = text[: self.width - 1]
        self.out.write(self._status)
        self.out.flush()

    def _width(self) -> int:
        return min(WIDEST, self.size()[0]) if self.is_terminal else WIDEST

    def _write(self, text: str) -> None:
        self.out.write(text.encode(self.encoding, "replace").decode(self.encoding))
        self.out.flush()

    def _folded(self, line: str, width: int) -> list[str]:
        line = line.expandtabs(4)
        further = " " * (len(line) - len(line.lstrip()) + 2)
        return textwrap.wrap(line, max(20, width), subsequent_indent=further, break_on_hyphens=False) or [""]

    def _shown(self, wanted: str, instead: str) -> str:
        try:
            wanted.encode(self.encoding)
        except UnicodeError:
            return instead
        return wanted


def _printable(text: str) -> str:
    """Text that cannot move the cursor or change colours: it may come from anywhere."""
    return "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in text)
