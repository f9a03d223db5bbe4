"""The same token at two positions: its row, the position's row, and their sum."""

import matplotlib.pyplot as plt
import style

TOKEN = ("the", (0.2, 0.3, -0.1, 0.4))
POSITIONS = {0: (0.1, -0.2, 0.3, 0.0), 3: (-0.3, 0.1, 0.2, -0.2)}


def main() -> None:
    word, token = TOKEN
    figure, panels = plt.subplots(len(POSITIONS), 3, figsize=(5.4, 4.2), sharey=True)
    for line, (position, row) in zip(panels, POSITIONS.items(), strict=True):
        total = [one + other for one, other in zip(token, row, strict=True)]
        parts = (
            (f"token “{word}”", token, style.BLUE, ""),
            (f"+ position {position}", row, style.ORANGE, "///"),
            ("= input", total, style.GREEN, ".."),
        )
        for axes, (title, numbers, colour, hatch) in zip(line, parts, strict=True):
            axes.bar(range(4), numbers, color=colour, hatch=hatch, edgecolor=style.INK, linewidth=0.8)
            axes.axhline(0, color=style.INK, linewidth=0.8)
            for place, number in enumerate(numbers):
                side = 0.03 if number >= 0 else -0.03
                text = f"{number:.1f}"
                axes.text(place, number + side, text, ha="center", va="bottom" if side > 0 else "top", fontsize=9)
            axes.set_title(title, loc="center", weight="normal")
            axes.set(xticks=[], yticks=[], ylim=(-0.48, 0.64))
            axes.spines[:].set_visible(False)
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
