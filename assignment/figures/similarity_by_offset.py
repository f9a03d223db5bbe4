"""How alike rows k apart are: the sinusoid, a real learned table, and random rows."""

import matplotlib.pyplot as plt
import style
import torch

from autograder.check.data import minilm_positions

SHOWN = 65


def main() -> None:
    reference = style.reference()
    learned = minilm_positions()  # (512, 384)
    tables = (
        (reference.sinusoidal_encoding(*learned.shape), style.BLUE, "-", 1.8),
        (learned, style.RED, "-", 3),
        (torch.randn(learned.shape, generator=torch.Generator().manual_seed(0)), style.GREY, ":", 2.2),
    )
    figure, axes = plt.subplots(figsize=(5.2, 3.9))
    for table, colour, line, width in tables:
        means = reference.similarity_by_offset(table)[:SHOWN]
        axes.plot(means, line, color=colour, linewidth=width)
    axes.set(xlabel="offset k", ylabel="mean cosine of rows p and p + k", ylim=(-0.12, 1.05))
    axes.set_xticks(range(0, SHOWN, 8))
    axes.axhline(0, color=style.INK, linewidth=0.6)
    axes.text(33, 0.71, "sinusoid (no training)", color=style.BLUE)
    axes.text(20, 0.41, "learned (MiniLM)", color=style.RED)
    axes.text(33, -0.085, "random rows", color="#666666")
    style.save(figure, __file__)


if __name__ == "__main__":
    main()
