"""Eight nouns before and after learning from pairs: cosines between their rows."""

import matplotlib.pyplot as plt
import style
import torch
import torch.nn.functional as F
from torch import nn

ANIMALS, FRUIT = ["cat", "cow", "dog", "horse"], ["apple", "banana", "cherry", "pear"]
WITH_ANIMALS = ["drinks", "eats", "runs", "sleeps", "tail"]
WITH_FRUIT = ["juice", "peel", "ripe", "sweet", "tree"]
DIM, DEVIATION, SEED, STEPS, LEARNING_RATE = 8, 0.1, 1, 200, 1.0


def main() -> None:
    reference = style.reference()
    nouns = ANIMALS + FRUIT
    vocabulary = reference.build_vocabulary(nouns + WITH_ANIMALS + WITH_FRUIT)
    pairs = [(noun, near) for noun in ANIMALS for near in WITH_ANIMALS]
    pairs += [(noun, near) for noun in FRUIT for near in WITH_FRUIT]
    ids = torch.tensor([[vocabulary[noun], vocabulary[near]] for noun, near in pairs])  # (40, 2)

    torch.manual_seed(SEED)
    tables = [nn.Embedding(len(vocabulary), DIM) for _ in range(2)]
    with torch.no_grad():
        for table in tables:
            table.weight.mul_(DEVIATION)
    rows = [vocabulary[noun] for noun in nouns]
    before = F.normalize(tables[0].weight.detach()[rows], dim=-1)
    losses = reference.train_embeddings(*tables, ids, steps=STEPS, learning_rate=LEARNING_RATE)
    after = F.normalize(tables[0].weight.detach()[rows], dim=-1)

    figure, panels = plt.subplots(2, 1, figsize=(5.2, 7))
    figure.get_layout_engine().set(hspace=0.08)
    titles = (
        f"Before: random rows, loss {losses[0]:.2f}",
        f"After {STEPS} steps: two groups, loss {losses[-1]:.2f}",
    )
    for axes, title, unit in zip(panels, titles, (before, after), strict=True):
        style.grid(axes, (unit @ unit.T).tolist(), low=-1, top=1.6)
        style.label_cells(axes, nouns, nouns)
        axes.tick_params(axis="x", labelsize=9.5)
        axes.set_title(title, pad=10)
        for text in axes.texts:
            text.set_fontsize(9.5)
            text.set_text(text.get_text().replace("-0.0", "0.0"))
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
