"""Writes to the terminal: colour where it is wanted, plain text everywhere else."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
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
        self.width = min(WIDEST, shutil.get_terminal_size().columns) if self.is_terminal else WIDEST
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
        self.out.write(text.encode(self.encoding, "replace").decode(self.encoding) + "\n")
        self.out.flush()

    def sentences(self, text: str, indent: str = "") -> None:
        """Write running text, filled to the width; what stands in backquotes stays on one line."""
        whole = re.sub(r"`[^`\n]{,40}`", lambda quoted: quoted[0].replace(" ", "\0"), text)
        for line in textwrap.wrap(whole, self.width, initial_indent=indent, subsequent_indent=indent):
            self.line(line.replace("\0", " "))

    def block(self, text: str, indent: str = "    ") -> None:
        """Write lines as they are, indented."""
        for line in text.split("\n"):
            self.line(f"{indent}{_printable(line)}".rstrip())

    def status(self, text: str) -> None:
        """On a terminal, show what goes on in a line that the next output replaces."""
        if not self.is_terminal:
            return
        if self._status:
            self.out.write("\r" + " " * len(self._status) + "\r")
        self._status = text[: self.width - 1]
        self.out.write(self._status)
        self.out.flush()

    def _shown(self, wanted: str, instead: str) -> str:
        try:
            wanted.encode(self.encoding)
        except UnicodeError:
            return instead
        return wanted


def _printable(text: str) -> str:
    """Text that cannot move the cursor or change colours: it may come from anywhere."""
    return "".join(c if c.isprintable() or c == "\t" else repr(c)[1:-1] for c in text)
