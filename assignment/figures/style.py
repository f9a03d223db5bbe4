"""What all pictures share: colours, sizes, and writing an SVG file that comes out the same each time.

The colours are Okabe and Ito's, told apart by colour-blind readers too; no picture needs them alone:
shape, hatching, line style or a printed number says the same in black and white.
"""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path
from types import SimpleNamespace

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

BLUE, ORANGE, GREEN, RED, GREY, INK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#8C8C8C", "#1F2933"
RAMP = LinearSegmentedColormap.from_list("ramp", ["#FFFFFF", "#9CCBE6", "#0072B2", "#002F4D"])
"""Dark is much: the one colour scale of every heat map."""

plt.rcParams.update(
    {
        "svg.hashsalt": "embeddings",
        "font.family": "DejaVu Sans",
        "font.size": 11,
        "axes.titlesize": 11.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "figure.facecolor": "white",
        "figure.constrained_layout.use": True,
    }
)


def reference() -> SimpleNamespace:
    """The functions of the reference solution, which draw the pictures' numbers."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "solutions" / "embeddings.py")))


def source_digest(script: Path) -> str:
    """The SHA-256 of a picture's script and of this file; the picture carries it."""
    both = (HERE / "style.py").read_bytes() + script.read_bytes()
    return hashlib.sha256(both.replace(b"\r\n", b"\n")).hexdigest()


def save(figure: Figure, script: str) -> None:
    """Write the picture beside its script, under the script's name, without dates or versions."""
    path = Path(script).resolve()
    metadata = {"Date": None, "Creator": None, "Source": f"{path.name} {source_digest(path)}"}
    figure.savefig(path.with_suffix(".svg"), metadata=metadata)
    plt.close(figure)


def grid(axes: Axes, numbers, *, top: float, low: float = 0.0, form: str = "{:.1f}") -> None:
    """Draw a table of numbers as squares, dark for much, with every number printed in its square."""
    axes.imshow(numbers, cmap=RAMP, vmin=low, vmax=top, aspect="auto")
    for row, line in enumerate(numbers):
        for column, number in enumerate(line):
            dark = (float(number) - low) / (top - low) > 0.55
            text = form.format(float(number))
            axes.text(column, row, text, ha="center", va="center", color="white" if dark else INK)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def label_cells(axes: Axes, columns: list[str], rows: list[str]) -> None:
    """Name the columns above and the rows at the left of a `grid`."""
    axes.set_xticks(range(len(columns)), columns)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(rows)), rows)
