"""A text of 600 tokens against a learned table of 512 rows, and against the sinusoid."""

import matplotlib.pyplot as plt
import style
from matplotlib.patches import Rectangle

ROWS, TOKENS = 512, 600


def bar(axes, height: float, start: int, end: int, colour: str, hatch: str, text: str) -> None:
    axes.add_patch(
        Rectangle((start, height), end - start, 0.55, facecolor=colour, alpha=0.4, hatch=hatch, edgecolor=style.INK)
    )
    axes.text(
        (start + end) / 2,
        height + 0.275,
        text,
        ha="center",
        va="center",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def main() -> None:
    figure, axes = plt.subplots(figsize=(5.4, 3.4))
    bar(axes, 3, 0, TOKENS, style.GREY, "", "text: 600 tokens")
    bar(axes, 2, 0, ROWS, style.RED, "", "learned: rows 0 to 511")
    axes.text((ROWS + TOKENS) / 2, 2.275, "no row", ha="center", va="center", color=style.RED, weight="bold")
    bar(axes, 1, 0, ROWS, style.RED, "", "extended: the old 512 rows")
    bar(axes, 1, ROWS, TOKENS, style.ORANGE, "////", "random")
    bar(axes, 0, 0, TOKENS, style.BLUE, "", "sinusoid: a row for any position")
    axes.axvline(ROWS, color=style.INK, linestyle="--", linewidth=1)
    axes.set(xlim=(-8, TOKENS + 12), ylim=(-0.15, 3.75), yticks=[], xlabel="position")
    axes.set_xticks([0, 128, 256, 384, ROWS, TOKENS])
    axes.spines["left"].set_visible(False)
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
