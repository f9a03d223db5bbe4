"""king - man + woman with real GloVe words: the walk on the map, and which words lie nearest."""

import matplotlib.pyplot as plt
import style
import torch
import torch.nn.functional as F

from autograder.check.data import glove


def main() -> None:
    words, vectors = glove()
    row = {word: index for index, word in enumerate(words)}
    unit = F.normalize(vectors.double(), dim=-1)  # (V, 50)
    man, woman, king, queen = (unit[row[word]] for word in ("man", "woman", "king", "queen"))
    goal = king - man + woman

    across = F.normalize(king - man, dim=0)
    step = woman - man
    upwards = F.normalize(step - (step @ across) * across, dim=0)
    flat = torch.stack([across, upwards])  # (2, 50): the plane that holds man, woman, king and the goal

    figure, (plane, bars) = plt.subplots(2, 1, figsize=(5.2, 5.6), height_ratios=[1, 1.15])
    figure.get_layout_engine().set(hspace=0.08)
    at = {
        name: (flat @ (vector - man)).tolist()
        for name, vector in {"man": man, "woman": woman, "king": king, "queen": queen, "goal": goal}.items()
    }
    for start, end in (("man", "woman"), ("king", "goal")):
        plane.annotate("", at[end], at[start], arrowprops={"arrowstyle": "-|>", "color": style.BLUE, "linewidth": 2})
    for name, colour, marker in (
        ("man", style.INK, "o"),
        ("woman", style.INK, "o"),
        ("king", style.INK, "o"),
        ("queen", style.RED, "s"),
    ):
        plane.plot(*at[name], marker, color=colour, markersize=8)
    plane.plot(*at["goal"], "*", color=style.BLUE, markersize=15)
    plane.annotate("man", at["man"], (0, -17), textcoords="offset points", ha="center")
    plane.annotate("woman", at["woman"], (0, 10), textcoords="offset points", ha="center")
    plane.annotate("king", at["king"], (0, -17), textcoords="offset points", ha="center")
    plane.annotate("queen", at["queen"], (-10, -4), textcoords="offset points", ha="right", color=style.RED)
    plane.annotate("king - man + woman", at["goal"], (0, 11), textcoords="offset points", ha="center")
    plane.set(xticks=[], yticks=[], aspect="equal")
    plane.margins(0.2)
    plane.spines[:].set_visible(False)
    plane.set_title("The same step, from man and from king")

    likeness = unit @ F.normalize(goal, dim=0)
    best = [(words[index], float(likeness[index])) for index in likeness.argsort(descending=True)[:6].tolist()]
    for place, (word, cosine) in enumerate(best):
        left_out = word in ("king", "man", "woman")
        fill = {"color": "white", "hatch": "////", "edgecolor": style.GREY} if left_out else {"color": style.BLUE}
        bars.barh(place, cosine, height=0.7, **fill)
        note = f"{cosine:.3f}" + (" (left out)" if left_out else "")
        bars.text(cosine + 0.015, place, note, va="center")
    bars.set_yticks(range(len(best)), [word for word, _ in best])
    bars.set(xlim=(0, 1.25), xticks=[0, 0.5, 1], ylim=(len(best) - 0.5, -0.5))
    bars.set_title("Cosine with king - man + woman")
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
