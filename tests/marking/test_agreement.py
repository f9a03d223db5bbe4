"""Agreement is what the literature says it is."""

from __future__ import annotations

import pytest

from autograder.course.marking.agreement import agreement, ordinal_alpha

NOTHING = None
OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, NOTHING, NOTHING, NOTHING),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NOTHING, 3),
    (NOTHING, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NOTHING),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NOTHING),
)
"""K. Krippendorff, Computing Krippendorff's alpha-reliability (2011), section D: four observers, twelve units."""


def test_alpha_is_that_of_the_published_example():
    units = [[value for value in unit if value is not NOTHING] for unit in zip(*OBSERVERS, strict=True)]
    assert ordinal_alpha(units) == pytest.approx(0.815, abs=0.0005)


def test_markers_who_agree_have_one_and_those_who_always_differ_have_less_than_chance():
    assert ordinal_alpha([[0, 0], [1, 1], [0.5, 0.5]]) == 1
    assert ordinal_alpha([[0, 1], [1, 0], [0, 1]]) < 0


def test_half_a_point_off_is_less_than_a_whole():
    spread = [[0, 0], [1, 1], [0.5, 0.5]]
    assert ordinal_alpha([*spread, [0, 0.5]]) > ordinal_alpha([*spread, [0, 1]])


def test_where_all_values_are_equal_alpha_says_nothing_and_all_pairs_are_equal():
    found = agreement([[1, 1], [1, 1], [1]])
    assert (found.answers, found.exact, found.alpha) == (2, 1, None)


def test_one_marker_alone_agrees_with_nobody():
    found = agreement([[1], [0]])
    assert (found.answers, found.exact, found.alpha) == (0, None, None)
