"""Real GloVe words on a map: their 50 numbers flattened to the two directions that differ most."""

import matplotlib.pyplot as plt
import style
import torch

from autograder.check.data import glove

GROUPS = {  # marker, colour, words
    "animals": ("o", style.BLUE, ["cat", "dog", "horse", "rabbit", "mouse"]),
    "cities": ("s", style.RED, ["london", "paris", "boston", "tokyo", "rome"]),
    "royalty": ("^", style.GREEN, ["king", "queen", "prince", "throne"]),
    "fruit": ("D", style.ORANGE, ["apple", "lemon", "cherry", "peach"]),
}
LEFT = (-8, -4)
PLACES = {"prince": LEFT, "paris": LEFT, "cat": (0, 8), "dog": LEFT, "apple": LEFT}
"""Where a name goes that would cover a neighbour at the right of its marker."""


def main() -> None:
    words, vectors = glove()
    row = {word: index for index, word in enumerate(words)}
    chosen = [word for _, _, members in GROUPS.values() for word in members]
    points = vectors[[row[word] for word in chosen]].double()
    centred = points - points.mean(dim=0)
    _, _, directions = torch.linalg.svd(centred)
    places = dict(zip(chosen, (centred @ directions[:2].T).tolist(), strict=True))

    figure, axes = plt.subplots(figsize=(5.4, 5.2))
    for name, (marker, colour, members) in GROUPS.items():
        xs, ys = zip(*(places[word] for word in members), strict=True)
        axes.scatter(xs, ys, marker=marker, s=55, color=colour, edgecolor=style.INK, linewidth=0.6, label=name)
        for word in members:
            shift = PLACES.get(word, (7, -4))
            anchor = "center" if shift[0] == 0 else "right" if shift[0] < 0 else "left"
            axes.annotate(word, places[word], shift, textcoords="offset points", ha=anchor)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.02), ncols=4, frameon=False, handletextpad=0.1)
    axes.set(xticks=[], yticks=[])
    axes.margins(0.15)
    axes.spines[:].set_visible(False)
    axes.set_title("18 words: 50 dimensions seen from one side")
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
