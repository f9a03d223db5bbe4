"""A pseudo-terminal in which `python check --watch` runs, and what it shows there at last."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

LONGEST = 300
"""Seconds after which a test gives up: far more than the slowest machine needs."""


class Terminal:
    """`python check` with these arguments, in a terminal of this size."""

    def __init__(self, folder: Path, *arguments: str, columns: int = 80, lines: int = 24) -> None:
        self.screen, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        names = ("NO_COLOR", "FORCE_COLOR", "PYTHONPATH", "COLUMNS", "LINES")
        variables = {key: value for key, value in os.environ.items() if key not in names}
        variables |= {"TERM": "xterm", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "check", *arguments],
            cwd=folder,
            env=variables,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(inner)
        self.output = ""

    def type(self, keys: str) -> None:
        os.write(self.screen, keys.encode())

    def until(self, *texts: str) -> str:
        """Wait until the page shows all these texts; give the page, every gap in it as one space."""
        end = time.monotonic() + LONGEST
        while not all(text in self._words() for text in texts):
            assert time.monotonic() < end, f"{texts} never came:\n{self.page()}"
            self._read()
        return self._words()

    def page(self) -> str:
        """The last page that was drawn to its end, as plain text."""
        drawn, _, _ = self.output.rpartition("\033[0J")
        return re.sub(r"\033\[[?\d;]*[A-Za-z]|\r", "", drawn.rpartition("\033[H")[2])

    def _words(self) -> str:
        return re.sub(" +", " ", self.page())

    def close(self) -> int:
        """Wait until the command has ended by itself; give its exit status."""
        end = time.monotonic() + LONGEST
        while self.process.poll() is None and time.monotonic() < end:
            self._read()
        self._read()
        self.kill()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def _read(self) -> None:
        try:
            if select.select([self.screen], [], [], 0.05)[0]:
                self.output += os.read(self.screen, 65536).decode("utf-8", "replace")
        except OSError:  # the other end is closed
            time.sleep(0.05)
