"""The right values of what answers quote, for the page on which they are marked: it shows them, and decides nothing.

A function for a short answer, by its name, gives either `Sizes`, the shapes of tables by model and table, or
values by offset, a list in which entry k belongs to offset k.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

POSITIONS = Path(__file__).parent.parent / "assignment" / "data" / "minilm_positions.npy"

Sizes = dict[str, dict[str, tuple[int, int]]]


def tradeoffs() -> Sizes:
    """Rows and columns, as the models' own configurations give them."""
    return {
        "BERT-base uncased": {"positions": (512, 768), "words": (30522, 768)},
        "BERT-base cased": {"positions": (512, 768), "words": (28996, 768)},
        "BERT-base multilingual": {"positions": (512, 768), "words": (119547, 768)},
        "BERT-large uncased": {"positions": (512, 1024), "words": (30522, 1024)},
        "BERT-large cased": {"positions": (512, 1024), "words": (28996, 1024)},
        "DistilBERT": {"positions": (512, 768), "words": (30522, 768)},
        "MiniLM-L6": {"positions": (512, 384), "words": (30522, 384)},
        "RoBERTa-base": {"positions": (514, 768), "words": (50265, 768)},
        "RoBERTa-large": {"positions": (514, 1024), "words": (50265, 1024)},
        "GPT": {"positions": (512, 768), "words": (40478, 768)},
        "GPT-2": {"positions": (1024, 768), "words": (50257, 768)},
        "GPT-2 medium": {"positions": (1024, 1024), "words": (50257, 1024)},
        "GPT-2 large": {"positions": (1024, 1280), "words": (50257, 1280)},
        "GPT-2 XL": {"positions": (1024, 1600), "words": (50257, 1600)},
        "GPT-3": {"positions": (2048, 12288), "words": (50257, 12288)},
    }


def bert_positions() -> list[float]:
    """`similarity_by_offset` of the real table: the mean cosine of rows p and p + k, by k."""
    table = np.load(POSITIONS).astype(float)  # (P, D)
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    likeness = unit @ unit.T  # (P, P)
    return [float(likeness.diagonal(offset).mean()) for offset in range(len(table))]
