"""Looking up ids 2, 3, 1 in a table of 4 rows, drawn as one-hot rows times the table."""

import matplotlib.pyplot as plt
import style
from matplotlib.patches import Rectangle

IDS = (2, 3, 1)
FILLS = {1: (style.ORANGE, "///"), 2: (style.BLUE, ""), 3: (style.GREEN, "..")}
VOCAB_SIZE, DIM = 4, 5


def cell(axes, left: float, top: float, text: str, row_id: int | None) -> None:
    colour, hatch = FILLS.get(row_id, ("white", ""))
    axes.add_patch(Rectangle((left, top), 1, 1, facecolor="white", edgecolor=style.INK, linewidth=0.8))
    if row_id in FILLS:
        axes.add_patch(Rectangle((left, top), 1, 1, facecolor=colour, alpha=0.35, hatch=hatch, edgecolor=style.INK))
    axes.text(left + 0.5, top + 0.5, text, ha="center", va="center", fontsize=11)


def main() -> None:
    figure, axes = plt.subplots(figsize=(5.2, 4.5))
    for row, wanted in enumerate(IDS):
        axes.text(-0.25, row + 0.5, f"id {wanted}", ha="right", va="center")
        for column in range(VOCAB_SIZE):
            cell(axes, column, row, "1" if column == wanted else "0", wanted if column == wanted else None)
    axes.text(4.75, 1.5, "@", ha="center", va="center", fontsize=18)
    for row in range(VOCAB_SIZE):
        for column in range(DIM):
            cell(axes, 5.5 + column, row - 0.5, f"{row}{'abcde'[column]}", row if row in IDS else None)
    axes.text(2, -0.9, "one-hot rows, 3 \u00d7 4", ha="center", weight="bold")
    axes.text(8, -0.9, "table, 4 \u00d7 5", ha="center", weight="bold")
    axes.text(8, 5.0, "=", ha="center", va="center", fontsize=18)
    for row, wanted in enumerate(IDS):
        axes.text(5.25, row + 6, f"row {wanted}", ha="right", va="center")
        for column in range(DIM):
            cell(axes, 5.5 + column, row + 5.5, f"{wanted}{'abcde'[column]}", wanted)
    axes.text(2, 6.6, "the rows that\nthe ids name,\n3 \u00d7 5", ha="center", va="center", weight="bold")
    axes.set(xlim=(-1.4, 10.6), ylim=(8.7, -1.4), aspect="equal")
    axes.axis("off")
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
