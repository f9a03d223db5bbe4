"""What `python check` prints on a half-done file: two questions done, one mistaken, the rest to come."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import style

SOLUTION = style.ROOT / "solutions" / "embeddings.py"
TEMPLATE = style.ROOT / "student_template"
DONE = ("lookup", "one_hot", "sinusoidal")
RIGHT, MISTAKEN = "torch.stack([angles.sin(), angles.cos()]", "torch.cat([angles.sin(), angles.cos()]"

COLUMN, ROW, MARGIN, TOP = 8.2, 19, 18, 46  # pixels, at a font size of 13.5
COLOURS = {"31": "#F2777A", "32": "#8CCF7E", "33": "#E5C76B", "2": "#8A94A0"}
BACKGROUND, TEXT = "#1E2329", "#D9DEE3"


def main() -> None:
    write(__file__, drawing())


def drawing() -> str:
    """The picture, as SVG."""
    typed = "\033[2m$\033[0m python check"
    printed = run_half_done("check").split("\n")
    return picture(__file__, "The output of python check on a half-done file", [typed, *printed])


def half_done() -> str:
    """A code file whose sinusoid has its sines in one half and its cosines in the other."""
    stubs, reference = (
        re.split(r"^(?=# -{10,} \w+$)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        for path in (TEMPLATE / "embeddings.py", SOLUTION)
    )
    right = {_heading(section): section.replace(RIGHT, MISTAKEN) for section in reference[1:]}
    return reference[0] + "".join(right[_heading(stub)] if _heading(stub) in DONE else stub for stub in stubs[1:])


def _heading(section: str) -> str:
    return section.split("\n", 1)[0].split()[-1]


def run_half_done(*arguments: str) -> str:
    """What `python` prints with these arguments in the folder of a half-done file, with its colour codes."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "template"
        shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__", "notebooks"))
        (folder / "embeddings.py").write_text(half_done(), encoding="utf-8")
        variables = {**os.environ, "FORCE_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
        variables.pop("NO_COLOR", None)
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, encoding="utf-8")
        if done.returncode != 1:
            raise RuntimeError(f"`python check` did not run as expected:\n{done.stdout}{done.stderr}")
        return done.stdout.rstrip("\n")


def write(script: str, drawn: str) -> None:
    """Write a picture beside its script, under the script's name."""
    Path(script).with_suffix(".svg").write_text(drawn, encoding="utf-8", newline="\n")


def picture(file: str, title: str, lines: list[str]) -> str:
    """An SVG of a terminal window that shows `lines`, drawn by the script `file`."""
    columns = max(len(re.sub(r"\033\[[\d;]*m", "", line)) for line in lines)
    width, height = round(columns * COLUMN + 2 * MARGIN), TOP + len(lines) * ROW + MARGIN // 2
    script = Path(file).resolve()
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{TOP + (number + 0.5) * ROW:g}">{_spans(line)}</text>'
        for number, line in enumerate(lines)
        if line
    )
    dots = "".join(
        f'<circle cx="{MARGIN + 6 + 18 * i}" cy="18" r="5.5" fill="{colour}"/>'
        for i, colour in enumerate(("#F2777A", "#E5C76B", "#8CCF7E"))
    )
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">
<title>{title}</title>
<!-- {script.name} {style.source_digest(script)} -->
<style>
text {{ font: 13.5px "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: {TEXT}; white-space: pre; }}
.bold {{ font-weight: bold; }}
</style>
<rect width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>
{dots}
{rows}
</svg>
"""


def _spans(line: str) -> str:
    """One line's text, its colour codes as SVG."""
    parts = re.split(r"\033\[([\d;]*)m", line)
    spans = [html.escape(parts[0], quote=False)]
    for codes, text in zip(parts[1::2], parts[2::2], strict=True):
        if not text:
            continue
        styles = codes.split(";")
        fill = next((f' style="fill: {COLOURS[code]}"' for code in styles if code in COLOURS), "")
        bold = ' class="bold"' if "1" in styles else ""
        text = html.escape(text, quote=False)
        spans.append(f"<tspan{bold}{fill}>{text}</tspan>" if bold or fill else text)
    return "".join(spans)


if __name__ == "__main__":
    main()
