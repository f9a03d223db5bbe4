"""How long a marker waits, and how many keys an answer takes, in a real browser with a large class."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

from tests.browser import chromium, new_page
from tests.marking.made_class import make_class
from tests.marking.served import row, serving

CLASS = 1_000
ANSWERS = 900
ABILITIES = (0.2, 0.4, 0.6, 0.75, 0.9)
"""How often an item earns all of its points, of students from the weakest to the best: their mean is 0.57."""

HALVES, COMMENT = 0.1, 0.05
"""How often an item earns half, and how often an answer gets a comment that was given before."""


def marking(students: int = CLASS, answers: int = ANSWERS) -> Iterator[tuple[str, str]]:
    """Marks answers by keys, good ones and bad ones, and waits after each Enter."""
    draw = random.Random(0)
    waits, keys = [], []
    with tempfile.TemporaryDirectory() as name:
        out = make_class(Path(name) / "out", students)
        with serving(out) as server, chromium() as browser:
            page = new_page(browser, server.addresses[0])
            for number in range(answers):
                pressed = _keys(draw, page.locator(".item").count(), has_comment=number > 0)
                for key in pressed:
                    page.keyboard.press(key)
                if number == 0:
                    page.locator("#comment").fill("Name one model and its sizes.")
                shown = row(page)
                page.evaluate(_WAIT, shown)
                page.keyboard.press("Enter")
                waits.append(page.evaluate("window.marked"))
                keys.append(len(pressed) + 1)
            server.interrupt()
    ninetieth = quantiles(waits, n=10)[-1]
    yield "a key to saved and the next answer shown", f"{median(waits):.0f} ms, nine in ten under {ninetieth:.0f} ms"
    yield "keys an answer, with Enter", f"{median(keys):.0f} ({answers} answers, {students:,} students)"


_WAIT = """shown => {
  window.marked = new Promise(done => {
    let from;
    addEventListener("keydown", () => { from = performance.now(); }, { once: true, capture: true });
    const watch = new MutationObserver(() => {
      const rubric = document.querySelector("#rubric");
      if (rubric?.dataset.row === shown) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - from)));
    });
    watch.observe(document.querySelector("#main"), { childList: true });
  });
}"""
"""Measures in the page, from the key until the next answer is painted."""


def _keys(draw: random.Random, items: int, *, has_comment: bool) -> list[str]:
    """What a marker presses: `A` where all is earned but little, else the items one by one and 0 for the rest."""
    ability = draw.choice(ABILITIES) * (1 - HALVES)
    given = draw.choices((1, 2, 0), (ability, HALVES, 1 - HALVES - ability), k=items)
    by_item = [str(number) for number, presses in enumerate(given, 1) for _ in range(presses)]
    by_item += ["0"] if 0 in given else []
    from_all = ["a"] + [
        str(number) for number, presses in enumerate(given, 1) for _ in range({1: 0, 2: 1, 0: 2}[presses])
    ]
    return min(by_item, from_all, key=len) + (["q"] if has_comment and draw.random() < COMMENT else [])
