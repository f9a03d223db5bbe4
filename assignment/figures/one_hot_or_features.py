"""How far four words lie apart as one-hot codes, and as rows of features."""

import math

import matplotlib.pyplot as plt
import style

FEATURES = {  # tail, edible, four legs, makes sound, pet
    "dog": (23, 2, 19, 12, 35),
    "cat": (31, 3, 21, 18, 31),
    "apple": (1, 22, 0, 0.5, 5),
    "banana": (2, 38, 0, 0.2, 7),
}


def main() -> None:
    words = list(FEATURES)
    one_hot = {word: [float(word == other) for other in words] for word in words}
    figure, panels = plt.subplots(2, 1, figsize=(5, 5.4))
    figure.get_layout_engine().set(hspace=0.08)
    titles = ("One-hot codes: all equally far apart", "Features: alike words lie close")
    for axes, title, rows, top in zip(panels, titles, (one_hot, FEATURES), (3, 60), strict=True):
        distances = [[math.dist(rows[a], rows[b]) for b in words] for a in words]
        style.grid(axes, distances, top=top, form="{:.2f}" if top == 3 else "{:.1f}")
        style.label_cells(axes, words, words)
        axes.set_title(title, pad=10)
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
