"""The sinusoid as a table, and two of its column pairs as the hands of clocks."""

import matplotlib.pyplot as plt
import style

POSITIONS, DIM = 24, 16


def main() -> None:
    table = style.reference().sinusoidal_encoding(POSITIONS, DIM)  # (P, D)
    figure = plt.figure(figsize=(5.2, 7))
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.9, 1])

    axes = upper.subplots()
    picture = axes.imshow(table, cmap=style.RAMP, vmin=-1, vmax=1, aspect="auto")
    axes.set_xticks(range(DIM), [f"{'sin' if c % 2 == 0 else 'cos'} {c // 2}" for c in range(DIM)], rotation=90)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0, labelsize=10)
    for boundary in range(2, DIM, 2):
        axes.axvline(boundary - 0.5, color="white", linewidth=2)
    axes.set(ylabel="position", yticks=range(0, POSITIONS, 4))
    axes.spines[:].set_visible(False)
    bar = upper.colorbar(picture, ax=axes, ticks=[-1, 0, 1], fraction=0.05, pad=0.02)
    bar.outline.set_visible(False)

    clocks = lower.subplots(2, 5)
    for line, (pair, name) in enumerate(((0, "pair 0"), (1, "pair 1"))):
        for position, clock in enumerate(clocks[line]):
            sine, cosine = table[position, 2 * pair : 2 * pair + 2].tolist()
            clock.add_patch(plt.Circle((0, 0), 1, facecolor="white", edgecolor=style.GREY))
            clock.annotate(
                "",
                (sine, cosine),
                (0, 0),
                arrowprops={"arrowstyle": "-|>", "color": style.BLUE, "linewidth": 2},
            )
            clock.set(xlim=(-1.15, 1.15), ylim=(-1.15, 1.15), aspect="equal", xticks=[], yticks=[])
            clock.spines[:].set_visible(False)
            if line == 0:
                clock.set_title(f"p = {position}", loc="center", weight="normal", fontsize=11)
            if position == 0:
                clock.set_ylabel(name)
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
