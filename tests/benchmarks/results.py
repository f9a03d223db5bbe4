"""Keeps the last figures of every part of the benchmarks in RESULTS.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import torch

FILE = Path(__file__).parent / "RESULTS.md"
START = """# The last figures

`make bench` writes here; ratios are measured in one run. A part keeps its figures until it is run again.
"""
HEAD = "| what | measured | goal | compared with |\n| --- | --- | --- | --- |\n"


def machine() -> str:
    """The processor, their number, the memory and the versions: no name, and no path."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    python = f"Python {platform.python_version()}, torch {torch.__version__}"
    return f"{os.cpu_count()} processors, {model}, {memory:.0f} GB, {python}"


def keep(part: str, rows: Iterable[tuple[str, ...]]) -> None:
    """Put a part's figures in the place of those that it had, with the day, the machine and how busy that was."""
    text = FILE.read_text("utf-8") if FILE.exists() else START
    sections = dict(section.split("\n", 1) for section in text.split("\n## ")[1:])
    busy = f"{os.getloadavg()[1]:.1f} processes ran or waited on average at the end."
    table = "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in rows)
    sections[part] = f"\n{date.today()}, {machine()}. {busy}\n\n{HEAD}{table}"
    found = "".join(f"\n## {name}\n{body.rstrip()}\n" for name, body in sorted(sections.items()))
    FILE.write_text(START + found, encoding="utf-8")
