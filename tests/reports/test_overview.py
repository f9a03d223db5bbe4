"""report.html: the class in figures, what failed most, who waits for what."""

from __future__ import annotations

import re

import pytest

from autograder.course.reports.class_report import BINS, EXAMPLES_PER_CASE, Overview
from autograder.result import Outcome, Result, Status
from tests.browser import chromium, new_page
from tests.hand_made import LOOKUP, TRADEOFFS, answer, case, code, make_assignment, result, typical


@pytest.fixture
def page(tmp_path):
    assignment = make_assignment(tmp_path)

    def page(*results: Result) -> str:
        names = {graded.student: graded.student for graded in results}
        overview = Overview(assignment)
        for graded in results:
            overview.add(graded)
        return "".join(overview.page(names, "my graded"))

    return page


def words(page: str) -> str:
    body = page.partition("<body>")[2]
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def test_the_statuses_are_counted(page):
    text = words(page(typical("ada"), typical("ben"), Result("cem", Status.NOT_GRADED, "d", 40, fault="no memory")))
    assert (
        "3 submissions 0 graded 2 needs marking 0 set aside 1 not graded 16 mean of 30 marked so far 16 median" in text
    )


def test_who_was_not_graded_stands_there_with_the_reason(page):
    text = words(
        page(
            Result("cem", Status.NOT_GRADED, "d", 40, fault="no memory"),
            Result("dan", Status.SET_ASIDE, "d", 40, notes=("Two files could be meant.",)),
        )
    )
    assert "cem not graded no memory" in text
    assert "dan set aside Two files could be meant." in text
    assert "Totals" not in text


def test_every_total_stands_in_the_histogram(page):
    results = [result(f"s{i}", code(LOOKUP, *[case()] * i)) for i in range(5)]
    results += [result("full", *[code(LOOKUP, *[case()] * 20)])]
    counts = re.findall(r"<title>(.*?) points: (\d+) submission", page(*results))
    assert sum(int(count) for _, count in counts) == 6
    assert counts[-1] == (f"{40 - 40 // BINS} to 40", "1")
    assert counts[0] == ("0 to 2", "1")


def test_the_case_that_most_lost_comes_first(page):
    rare, often = case(Outcome.FAILED, title="Rare"), case(Outcome.CRASHED, title="Often")
    text = words(page(result("ada", code(LOOKUP, often, rare)), result("ben", code(LOOKUP, often, case(title="Rare")))))
    lost = text.partition("Cases that students lost")[2]
    assert lost.index("2 of 2 Often") < lost.index("1 of 2 Rare")
    assert "crashed: 2" in text


def test_what_the_students_code_wrote_is_shown_marked_and_escaped(page):
    text = page(typical("ada"))
    assert "Untrusted: the student&#39;s code wrote this." in text or "Untrusted: the student's code" in text
    assert "HIDDEN-UNTRUSTED &lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "HIDDEN-MESSAGE" in text


def test_examples_are_limited_and_the_rest_is_counted(page):
    text = words(page(*(result(f"s{i:02d}", code(LOOKUP, case(Outcome.FAILED))) for i in range(15))))
    assert f"and {15 - EXAMPLES_PER_CASE} more" in text


def test_the_examples_kept_are_those_with_something_to_read(page):
    dull = [result(f"dull{i:02d}", code(LOOKUP, case(Outcome.NOT_ATTEMPTED))) for i in range(20)]
    telling = result("telling", code(LOOKUP, case(Outcome.FAILED, message="it came out as 3")))
    assert "telling failed it came out as 3 dull00" in words(page(*dull, telling))


def test_what_is_to_be_marked_comes_with_the_commands_to_type(page):
    text = words(page(typical("ada")))
    assert "Learned or given tradeoffs 1 to mark The 513th position too_long 0 to mark" in text
    assert "autograder mark &#39;my graded&#39;" in text


def test_means_leave_out_what_is_unmarked(page):
    text = words(page(typical("ada")))
    assert "Rows of a table 4 of 8" in text
    assert "Learned or given unmarked" in text
    assert "The 513th position 0 of 10" in text


def test_no_question_that_nobody_marked_has_a_mean_though_blank_answers_have_their_0(page):
    text = words(page(typical("ada"), result("ben", answer(TRADEOFFS, points=0.0))))
    assert "Learned or given unmarked" in text


def test_until_all_are_marked_the_mean_is_that_of_the_marked_and_then_that_of_all(page):
    marked, blank = result("ada", answer(TRADEOFFS, "Small.", 8)), result("ben", answer(TRADEOFFS, points=0.0))
    assert "Learned or given 8 of 10" in words(page(marked, blank, result("cem", answer(TRADEOFFS, "Large."))))
    assert "Learned or given 4 of 10" in words(page(marked, blank))


def test_the_mean_of_the_class_leaves_out_questions_that_are_still_being_marked(page):
    done = result("ada", code(LOOKUP, case(), case()), answer(TRADEOFFS, "Small.", 10))
    waits = result("ben", code(LOOKUP, case()), answer(TRADEOFFS, "Large."))
    assert "3 mean of 8 marked so far 3 median 2 to 4 from lowest to highest" in words(page(done, waits))
    assert "14 mean of 18 marked so far" in words(page(done))


def test_where_nothing_at_all_is_marked_there_is_no_mean_of_the_class(page):
    assert "mean of" not in words(page(result("ada", answer(TRADEOFFS, "Small.")))).partition("Totals")[0]


@pytest.mark.parametrize("width", [360, 390, 1360])
def test_on_every_width_a_row_s_words_have_most_of_it_and_touch_nothing(page, tmp_path, width):
    path = tmp_path / "report.html"
    path.write_text(page(typical("ada"), typical("ben")), encoding="utf-8")
    with chromium() as browser:
        opened = new_page(browser, path.as_uri(), viewport={"width": width, "height": 800})
        rows = opened.evaluate(
            """[...document.querySelectorAll(".lost summary, .qs .case")].filter(row => row.offsetWidth).map(row => {
                const [number, words] = row.children, text = document.createRange();
                text.selectNodeContents(number);
                const gap = words.getBoundingClientRect().left - text.getBoundingClientRect().right;
                return [words.offsetWidth / row.offsetWidth, gap];
            })"""
        )
    assert len(rows) >= 4
    assert [row for row in rows if row[0] < 0.5 or row[1] < 0] == []


def test_an_empty_gradebook_makes_a_page(page):
    assert "0 submissions" in words(page())
