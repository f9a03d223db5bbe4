"""What explore.ipynb needs besides your own functions: its pictures, and a plain word where one is missing.

Nothing here is handed in or graded. The colours are Okabe and Ito's, told apart by colour-blind
readers too; shape, line style or a printed name says the same in black and white.
"""

from __future__ import annotations

import itertools
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from check.loading import source
from check.loading.locate import find_work
from check.loading.settings import FILE as SETTINGS
from check.loading.settings import read_settings
from check.running.runner import read

try:
    import matplotlib.pyplot as plt
except ModuleNotFoundError:
    raise ModuleNotFoundError(
        "The pictures need matplotlib. Run `%pip install matplotlib` in a cell, then this cell again."
    ) from None
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import ConnectionPatch, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox

FOLDER = Path(__file__).resolve().parent.parent
"""The folder that students get."""

BLUE, ORANGE, GREEN, RED, PURPLE, GREY, INK = (
    "#0072B2", "#B87A00", "#009E73", "#D55E00", "#A8578A", "#8C8C8C", "#1F2933",
)  # fmt: skip
COLOURS = (BLUE, RED, GREEN, ORANGE, PURPLE, INK)
MARKERS = ("o", "s", "^", "D", "v", "P")
STARTS = ((RED, "-"), (GREEN, "--"), (BLUE, "-"))
SIGNED = LinearSegmentedColormap.from_list("signed", ["#7A3300", RED, "#FFFFFF", BLUE, "#00324F"])
"""Orange is below zero, white is zero, blue is above."""

plt.rcParams.update(
    {
        "figure.facecolor": "white",  # a page of its own, also in a dark notebook
        "savefig.facecolor": "white",
        "figure.dpi": 96,
        "figure.constrained_layout.use": True,
        "font.family": "DejaVu Sans",
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
    }
)


class Attempt:
    """Runs the block below `with attempt:` on your functions, as they stand in your file at that moment.

    Where one is not written yet it says so in a sentence, and the notebook goes on.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        """Put your functions among the notebook's `names`, which are its `globals()`."""
        self._names = names
        self._settings = read_settings(FOLDER / "check" / SETTINGS)
        self._taken = ("", b"")
        self._take()
        print(f"Your functions come from {self._taken[0]}.")

    def __enter__(self) -> None:
        self._take()

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, _: object) -> bool:
        if problem is None or not isinstance(problem, Exception):
            return False
        plt.close("all")
        frames = traceback.extract_tb(problem.__traceback__)
        if isinstance(problem, NotImplementedError):
            what = str(problem) or f"{frames[-1].name} is still to be written"
            print(f"Not yet: {what}. Write it, save the file, and run this cell again.")
        elif isinstance(problem, NameError) and frames[-1].filename != self._taken[0]:
            print(f"Not yet: there is no `{problem.name}`. It comes from a cell above or from your file.")
        else:
            traceback.print_exception(problem)
            print("This cell stopped at the error above. The other sections do not need it.")
        return True

    def _take(self) -> None:
        """Load your file if it has changed, and say what Python could not read in it."""
        file = find_work(self._settings, FOLDER).file
        content = read(FOLDER / file)
        if self._taken == (file, content):
            return
        self._taken = file, content
        loaded = source.load(content, file)
        for problem in loaded.problems:
            print(f"{file}, {source.place(file, problem.line)}: {problem.text}")
        for name in self._settings.functions:
            self._names.pop(name, None)
            if hasattr(loaded.module, name):
                self._names[name] = getattr(loaded.module, name)


def print_answers(question: str, answers: Sequence[tuple[str, float]]) -> None:
    """Print a question and its answers, each with its cosine, in one line."""
    print(f"{question:>28}  ->  " + "   ".join(f"{word} {cosine:.2f}" for word, cosine in answers))


# ------------------------------------------------------------------------------------- lookup


def draw_costs(cost: Mapping[str, int]) -> None:
    """Draw what `lookup_cost` counts, on a scale whose every mark is a thousand times the one before."""
    _, panels = plt.subplots(1, 2, figsize=(9, 1.9), sharey=True)
    for axes, unit, title in zip(
        panels, ("multiply_adds", "bytes"), ("Multiply-adds", "Bytes held or copied"), strict=True
    ):
        for place, (way, colour) in enumerate((("one_hot", RED), ("lookup", BLUE))):
            number = cost[f"{way}_{unit}"]
            if number:
                axes.barh(place, number, left=1, height=0.62, color=colour)
            axes.annotate(
                f"{number:,}" if number else "0: no bar",
                (max(number, 1), place),
                (7, 0),
                textcoords="offset points",
                va="center",
                weight="bold",
                color=colour,
            )
        axes.set(xscale="log", xlim=(1, 3e15), ylim=(1.5, -0.5), title=title)
        axes.set_xticks([10.0**power for power in (0, 3, 6, 9, 12)], ["1", "10³", "10⁶", "10⁹", "10¹²"])
        axes.minorticks_off()
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    panels[0].set_yticks([0, 1], ["one-hot product", "lookup"])
    plt.show()


# --------------------------------------------------------------------------------- word vectors


def draw_distances(word: str, others: Sequence[str], distances: torch.Tensor, cosines: torch.Tensor) -> None:
    """Draw how far `others` lie from `word`, and how alike their directions are: (N,) numbers each."""
    _, (far, alike) = plt.subplots(1, 2, figsize=(9, 0.42 * len(others) + 1.1), sharey=True)
    for axes, numbers, title, colour, marker in (
        (far, distances, f"Distance from {word}: small is near", BLUE, "o"),
        (alike, cosines, f"Cosine with {word}: large is alike", GREEN, "s"),
    ):
        for place, number in enumerate(numbers.tolist()):
            axes.plot([0, number], [place, place], color=colour, linewidth=2, alpha=0.45)
            axes.plot(number, place, marker, color=colour, markersize=9)
            axes.annotate(f"{number:.2f}", (number, place), (10, 0), textcoords="offset points", va="center")
        axes.set(title=title, ylim=(len(others) - 0.5, -0.5), xticks=[])
        axes.set_xlim(min(0.0, 1.1 * float(numbers.min())), 1.2 * float(numbers.max()))
        axes.axvline(0, color=INK, linewidth=1)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(length=0)
    far.set_yticks(range(len(others)), others)
    plt.show()


def draw_steps(maps: Mapping[str, tuple[Sequence[tuple[str, str]], torch.Tensor]]) -> None:
    """Draw an arrow from the first word of each pair to the second.

    Args:
        maps: by title, N pairs of words, and their places on the map: (N, 2, 2), pair by end by x and y.
    """
    _, panels = plt.subplots(1, len(maps), figsize=(9.4, 4.7))
    for axes, (title, (pairs, places)), colour in zip(panels, maps.items(), COLOURS, strict=False):
        for start, end in places.tolist():
            arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 4, "shrinkB": 4}
            axes.annotate("", end, start, arrowprops=arrow)
        points = places.reshape(-1, 2)  # (2N, 2)
        axes.plot(*points.T.tolist(), "o", color=colour, markersize=5)
        _as_map(axes, title, points)
        along = [torch.lerp(start, end, part / 16) for start, end in places for part in range(1, 16)]
        names = [word for pair in pairs for word in pair]
        _name(axes, points, names, [INK] * len(names), torch.stack(along))
    plt.show()


def draw_map(places: torch.Tensor, groups: Mapping[str, Sequence[str]]) -> None:
    """Draw words as points with their names, and each group's name in bold beside its words.

    Args:
        places: x and y of every word, group after group: (N, 2).
        groups: the words of each group, by the group's name; at most six groups.
    """
    _, axes = plt.subplots(figsize=(9.4, 7))
    parts = places.split([len(members) for members in groups.values()])
    names, colours = [], []
    for part, members, colour, marker in zip(parts, groups.values(), COLOURS, MARKERS, strict=False):
        axes.scatter(*part.T.tolist(), s=60, marker=marker, color=colour, edgecolor="white", linewidth=0.8)
        names += members
        colours += [colour] * len(members)
    _as_map(axes, "", places)
    taken = _name(axes, places, names, colours)
    for part, group, colour in zip(parts, groups, COLOURS, strict=False):
        _name_group(axes, part, group, colour, taken)
    plt.show()


def _as_map(axes: Axes, title: str, points: torch.Tensor) -> None:
    """Frame the points (N, 2) with some air, and both directions to the same scale."""
    axes.set(xticks=[], yticks=[], title=title)
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color("#D5D9DD")
    axes.figure.canvas.draw()  # now the axes have their size on the page
    low, high = points.amin(dim=0), points.amax(dim=0)
    size = torch.tensor([axes.bbox.width, axes.bbox.height])
    half = 0.57 * size * ((high - low) / size).max()
    (left, bottom), (right, top) = ((low + high) / 2 - half).tolist(), ((low + high) / 2 + half).tolist()
    axes.set(xlim=(left, right), ylim=(bottom, top))


# ----------------------------------------------------------------------------- learned vectors


def draw_losses(panels: Mapping[str, Mapping[str, Sequence[float]]], levels: Mapping[str, float]) -> None:
    """Draw losses step by step: a panel for each title, in it a line for each kind of start.

    Args:
        levels: losses to compare with, by what they stand for; drawn as dotted lines.
    """
    _, row = plt.subplots(1, len(panels), figsize=(9.4, 3.7), sharey=True)
    lowest = min(min(losses) for lines in panels.values() for losses in lines.values())
    for axes, (title, lines) in zip(row, panels.items(), strict=True):
        for level in levels.values():
            axes.axhline(level, color=GREY, linewidth=1.2, linestyle=(0, (1, 2)))
        for losses, (colour, style) in zip(lines.values(), STARTS, strict=False):
            axes.plot(losses, color=colour, linestyle=style, linewidth=2.4)
        axes.set(title=title, xlabel="step", xlim=(0, len(losses) - 1))
    row[0].set_ylabel("loss")
    for name, level in levels.items():
        up = level == max(levels.values())
        row[0].annotate(
            name, (1, level), (0, 4 if up else -4), xycoords=row[0].get_yaxis_transform(),
            textcoords="offset points", ha="right", va="bottom" if up else "top", fontsize=9.5,
            color="#666666",
        )  # fmt: skip
    low, high = min(levels.values()), max(levels.values())
    height = high - low
    row[0].set_ylim(min(low - 0.25 * height, lowest - 0.08 * height), high + 0.3 * height)
    heights = _apart([losses[-1] for losses in lines.values()], 0.15 * height)
    for (start, losses), (colour, _), height in zip(lines.items(), STARTS, heights, strict=False):
        row[-1].annotate(
            start, (len(losses) - 1, height), (8, 0), textcoords="offset points", va="center", color=colour,
            annotation_clip=False,
        )  # fmt: skip
    plt.show()


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """The heights, moved up where they would be less than `least` apart; in the order given."""
    moved = list(heights)
    for lower, upper in itertools.pairwise(sorted(range(len(moved)), key=moved.__getitem__)):
        moved[upper] = max(moved[upper], moved[lower] + least)
    return moved


def draw_moves(lines: Mapping[str, torch.Tensor]) -> None:
    """Draw for each line how much every row of a table was moved or is to move: (V,) numbers, dark where not 0."""
    rows = len(next(iter(lines.values())))
    _, axes = plt.subplots(figsize=(9.4, 0.48 * len(lines) + 0.7))
    for height, (name, numbers) in enumerate(lines.items()):
        colour = RED if name.startswith("gradient") else BLUE
        for row, number in enumerate(numbers.tolist()):
            square = {"facecolor": colour if number else "#EEF1F3", "edgecolor": "white", "linewidth": 2}
            axes.add_patch(Rectangle((row - 0.5, height - 0.5), 1, 1, **square))
            text = f"{number:.2g}"
            axes.text(row, height, text, ha="center", va="center", fontsize=9, color="white" if number else INK)
    axes.set(xlim=(-0.5, rows - 0.5), ylim=(len(lines) - 0.5, -0.5), xlabel="row of the table")
    axes.set_xticks(range(rows))
    axes.set_yticks(range(len(lines)), lines)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    plt.show()


def draw_ways(maps: Mapping[str, torch.Tensor], groups: Mapping[str, Sequence[str]], unseen: Sequence[str]) -> None:
    """Draw the way of every word from where it began to where it ended.

    Args:
        maps: by title, the places of the N words at every look: (looks, N, 2).
        groups: the words of each group, by the group's name, in the order of the places.
        unseen: the words that no pair names; their markers are hollow.
    """
    _, row = plt.subplots(1, len(maps), figsize=(9.4, 4.1))
    names = [word for members in groups.values() for word in members]
    kinds = [kind for kind, members in enumerate(groups.values()) for _ in members]
    colours = [COLOURS[kind] for kind in kinds]
    for axes, (title, places) in zip(row, maps.items(), strict=True):
        for index, (name, kind) in enumerate(zip(names, kinds, strict=True)):
            way = places[:, index]  # (looks, 2)
            axes.plot(*way.T.tolist(), color=COLOURS[kind], linewidth=1.5, alpha=0.45)
            axes.plot(*way[0].tolist(), ".", color=COLOURS[kind], markersize=5)
            fill = "white" if name in unseen else COLOURS[kind]
            axes.plot(
                *way[-1].tolist(), MARKERS[kind], color=COLOURS[kind], markerfacecolor=fill, markersize=8,
                markeredgewidth=1.6,
            )  # fmt: skip
        _as_map(axes, title, places.reshape(-1, 2))
        _name(axes, places[-1], names, colours, places[::5].reshape(-1, 2))
    plt.show()


# ---------------------------------------------------------------------------------- positions


def draw_order(texts: Sequence[Sequence[str]], rows: Mapping[str, torch.Tensor]) -> None:
    """Draw the rows of two texts, and a line between every two rows that are equal.

    Args:
        rows: by title, what both texts become: (2, T, D).
    """
    figure, grid = plt.subplots(len(rows), 2, figsize=(9.4, 1.75 * len(rows)), squeeze=False)
    figure.get_layout_engine().set(wspace=0.2, hspace=0.12)
    top = max(float(both.abs().max()) for both in rows.values())
    for (left, right), (title, both) in zip(grid, rows.items(), strict=True):
        for axes, text, numbers in zip((left, right), texts, both, strict=True):
            axes.imshow(numbers, cmap=SIGNED, vmin=-top, vmax=top, aspect="auto")
            axes.set_xticks([])
            axes.set_yticks(range(len(text)), text)
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
            for edge in range(1, len(text)):
                axes.axhline(edge - 0.5, color="white", linewidth=4)
        right.yaxis.tick_right()
        equal = torch.isclose(both[0, :, None], both[1, None, :], atol=1e-5).all(dim=-1).nonzero().tolist()
        left.set_title(f"{title}: {len(equal)} of {len(texts[0])} rows found again")
        for i, j in equal:
            ends = (both.shape[2] - 0.5, i), (-0.5, j)
            line = ConnectionPatch(*ends, "data", "data", axesA=left, axesB=right, color=INK, linewidth=2)
            figure.add_artist(line)
    plt.show()


def draw_sinusoid(table: torch.Tensor, columns: Sequence[int], base: float = 10000.0) -> None:
    """Draw the encoding (P, D) as a heat map, and some of its columns as curves."""
    positions, dim = table.shape
    figure = plt.figure(figsize=(9.4, 4.6))
    grid = figure.add_gridspec(len(columns), 2, width_ratios=[1.35, 1])
    heat = figure.add_subplot(grid[:, 0])
    picture = heat.imshow(table, cmap=SIGNED, vmin=-1, vmax=1, aspect="auto")
    heat.set(title=f"{positions} positions, {dim} columns", xlabel="column", ylabel="position")
    heat.set_xticks([0, *columns[1:], dim - 1])
    heat.spines[:].set_visible(False)
    figure.colorbar(picture, ax=heat, ticks=[-1, 0, 1], pad=0.02, aspect=30).outline.set_visible(False)
    for place, column in enumerate(columns):
        axes = figure.add_subplot(grid[place, 1])
        turn = 2 * torch.pi * base ** (column // 2 * 2 / dim)
        axes.plot(table[:, column], color=BLUE, linewidth=1.6)
        axes.axhline(0, color=GREY, linewidth=0.8)
        axes.set_title(f"Column {column}: a turn in {turn:,.0f} positions", fontsize=10.5, pad=4)
        axes.set(ylim=(-1.15, 1.15), xlim=(0, positions - 1), yticks=[-1, 0, 1])
        if place < len(columns) - 1:
            axes.set_xticklabels([])
        else:
            axes.set_xlabel("position")
    plt.show()


def draw_drowning(ratios: Sequence[float], curves: Mapping[str, Sequence[float]], marks: Mapping[str, float]) -> None:
    """Draw two mean cosines over the length of a position beside that of a token.

    Args:
        marks: ratios to point out, by name.
    """
    _, axes = plt.subplots(figsize=(9.4, 3.8))
    for (name, cosines), colour, style in zip(curves.items(), (RED, BLUE), ("-", "--"), strict=True):
        axes.plot(ratios, cosines, color=colour, linestyle=style, linewidth=2.6)
        axes.annotate(
            name, (ratios[-1], cosines[-1]), (8, 0), textcoords="offset points", va="center", color=colour,
            annotation_clip=False,
        )  # fmt: skip
    for name, ratio in marks.items():
        axes.axvline(ratio, color=GREY, linewidth=1.2, linestyle=(0, (1, 2)))
        axes.annotate(f"{name}: {ratio:.1f}", (ratio, 1.06), ha="center", fontsize=9.5, color="#666666")
    axes.set(xscale="log", xlim=(ratios[0], ratios[-1]), ylim=(-0.05, 1.15), ylabel="mean cosine")
    axes.set_xlabel("length of the position / length of the token row")
    axes.set_xticks([0.01, 0.1, 1, 10, 100], ["0.01", "0.1", "1", "10", "100"])
    axes.minorticks_off()
    plt.show()


def draw_likeness(curves: Mapping[str, torch.Tensor], shown: int) -> None:
    """Draw the mean cosine of rows k apart, for k below `shown`, each curve named at its end."""
    _, axes = plt.subplots(figsize=(9.4, 4.2))
    looks = zip(curves.items(), (BLUE, RED, "#666666"), ("-", "-", ":"), (1.8, 2.8, 2.2), strict=False)
    for (name, means), colour, style, width in looks:
        axes.plot(means[:shown].tolist(), color=colour, linestyle=style, linewidth=width)
        axes.annotate(
            name,
            (shown - 1, float(means[shown - 1])),
            (8, 0),
            textcoords="offset points",
            va="center",
            color=colour,
        )
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.set(xlabel="offset k", ylabel="mean cosine of rows p and p + k", xlim=(0, shown - 1))
    axes.set_xticks(range(0, shown, 10))
    axes.grid(axis="x", color="#E4E7EA")
    plt.show()


# ------------------------------------------------------------------------------- naming points


Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in pixels."""


def _name(
    axes: Axes,
    points: torch.Tensor,
    names: Sequence[str],
    colours: Sequence[str],
    others: torch.Tensor | None = None,
) -> list[Box]:
    """Write each name beside its point, where it covers least of points, names and `others`.

    Args:
        points: x and y of each name's point: (N, 2).
        others: more places that names should not cover, along a line for instance: (M, 2).

    Returns:
        What is covered now.
    """
    axes.figure.canvas.draw()  # now the axes lie where they will lie, and pixels are known
    dots = axes.transData.transform(points.tolist())
    taken = [_around(x, y, 11, 11, axes) for x, y in dots]
    if others is not None:
        taken += [_around(x, y, 4, 4, axes) for x, y in axes.transData.transform(others.tolist())]
    for (x, y), name, colour in zip(dots, names, colours, strict=True):
        text = axes.text(0, 0, name, fontsize=10.5, color=_darker(colour), ha="center", va="center_baseline")
        directions = [(1, 0), (-1, 0), (0, 1), (0, -1), (0.8, 0.8), (-0.8, 0.8), (0.8, -0.8), (-0.8, -0.8)]
        box = text.get_window_extent()
        _settle(
            text,
            [_beside(x, y, *way, reach, box, axes) for reach in (8, 13, 18) for way in directions],
            taken,
        )
    return taken


def _name_group(axes: Axes, points: torch.Tensor, group: str, colour: str, taken: list[Box]) -> None:
    """Write the group's name in bold at the edge of its points, where it covers least of what is `taken`."""
    dots = torch.tensor(axes.transData.transform(points.tolist()))
    (left, bottom), (right, top) = dots.amin(0).tolist(), dots.amax(0).tolist()
    text = axes.text(0, 0, group, fontsize=14, weight="bold", color=_darker(colour), ha="center", va="center_baseline")
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    edges = [
        (middle_x, top, 0, 1),
        (middle_x, bottom, 0, -1),
        (left, middle_y, -1, 0),
        (right, middle_y, 1, 0),
    ]
    corners = [(x, y, 0, up) for x in (left, right) for y, up in ((top, 1), (bottom, -1))]
    places = [
        _beside(*edge, reach, text.get_window_extent(), axes) for reach in (14, 22, 30, 38) for edge in edges + corners
    ]
    _settle(text, places, taken)


def _settle(text: Text, places: Sequence[Box], taken: list[Box]) -> None:
    """Put the text where it covers least of what is `taken` and stays inside; earlier places are better."""
    left, bottom, right, top = text.axes.bbox.extents

    def cost(order_and_place: tuple[int, Box]) -> float:
        order, place = order_and_place
        outside = place[0] < left + 5 or place[1] < bottom + 5 or place[2] > right - 5 or place[3] > top - 5
        return sum(_overlap(place, other) for other in taken) + 1e6 * outside + order

    _, place = min(enumerate(places), key=cost)
    taken.append(place)
    middle = ((place[0] + place[2]) / 2, (place[1] + place[3]) / 2)
    text.set_position(text.axes.transData.inverted().transform(middle))  # right at any resolution


def _beside(x: float, y: float, across: float, up: float, reach: float, text: Bbox, axes: Axes) -> Box:
    """The box of a text that stands `reach` points from (x, y), in the direction (across, up)."""
    pixels = reach * axes.figure.dpi / 72
    side, height = (across > 0) - (across < 0), (up > 0) - (up < 0)
    middle_x = x + across * pixels + side * text.width / 2
    middle_y = y + up * pixels + height * text.height / 4
    return (
        middle_x - text.width / 2, middle_y - text.height / 2,
        middle_x + text.width / 2, middle_y + text.height / 2,
    )  # fmt: skip


def _around(x: float, y: float, width: float, height: float, axes: Axes) -> Box:
    """The box around (x, y) whose size is given in points."""
    half_width, half_height = (size / 2 * axes.figure.dpi / 72 for size in (width, height))
    return x - half_width, y - half_height, x + half_width, y + half_height


def _darker(colour: str) -> tuple[float, ...]:
    """The colour for small letters, which need more contrast than a marker."""
    return tuple(0.75 * part for part in to_rgb(colour))


def _overlap(one: Box, other: Box) -> float:
    """The area that two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    return max(across, 0.0) * max(up, 0.0)
