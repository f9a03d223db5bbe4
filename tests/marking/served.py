"""`autograder mark` as a program of its own, and what a marker presses."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from autograder.assignment import ROOT


class Server:
    """The program; it can be killed and started anew."""

    def __init__(self, out: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", "autograder.cli", "mark", str(out), "--no-browser", *options]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        said = []
        assert self.process.stdout
        for line in self.process.stdout:
            said.append(line)
            if "Ctrl-C" in line:
                break
        self.addresses = re.findall(r"http://\S+", "".join(said))
        assert self.addresses, "".join(said)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def interrupt(self) -> tuple[int, str]:
        """Ctrl-C: the exit status, and what was said last."""
        for _ in range(20):  # where the shell ignores the signal, one that comes before the server listens is lost
            self.process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                said, _ = self.process.communicate(timeout=5)
                return self.process.returncode, said
        raise AssertionError("Ctrl-C does not end it")


@contextmanager
def serving(out: Path, *options: str) -> Iterator[Server]:
    server = Server(out, *options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.kill()


def row(page: Any) -> str | None:
    """The row of the answer that is shown; None where none is."""
    rubric = page.locator("#rubric")
    return rubric.get_attribute("data-row") if rubric.count() else None


def press(page: Any, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def marked(page: Any, *keys: str) -> str:
    """Press keys, 0 for what they leave open, and Enter; the row that was marked, once the next is shown."""
    before = row(page)
    assert before
    press(page, *keys)
    if page.locator(".item:not(:has(input:checked))").count():
        press(page, "0")
    press(page, "Enter")
    page.locator(f"main:not(:has(#rubric[data-row='{before}']))").wait_for(state="attached")
    return before
