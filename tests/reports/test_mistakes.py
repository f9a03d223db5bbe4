"""The class's view in report.html: who makes which known mistake, and what none explains."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.reports.class_report import MOST_ALIKE, Overview
from autograder.course.reports.mistakes import LONGEST_EXAMPLE, Mistakes, likeness
from autograder.course.reports.write import write_reports
from autograder.io.files import file_names
from autograder.result import Outcome, Result, Status
from tests.hand_made import LOOKUP, NASTY_NAMES, SINUSOIDAL, case, code, make_assignment, result

LIBRARY = """
from autograder.misconceptions import Misconception

MISCONCEPTIONS = (
    Misconception("L1", "encode", "starts at `1`", "Ids are row numbers.", ()),
    Misconception("L2", "encode", "counts from one", "Ids are row numbers.", (), same_as="L1"),
    Misconception("L3", "_helper", "wraps round", "A negative id counts from the end.", ()),
)
"""
IDS, WRAPS = "Ids are row numbers.", "A negative id counts from the end."


@pytest.fixture
def assignment(tmp_path):
    made = make_assignment(tmp_path)
    folder = tmp_path / "solutions" / "misconceptions"
    folder.mkdir()
    (folder / "lookup.py").write_text(LIBRARY, "utf-8")
    return made


@pytest.fixture
def mistakes(assignment):
    """The mistakes of some results."""

    def mistakes(*results: Result) -> Mistakes:
        made = Mistakes(assignment)
        for graded in results:
            made.add(graded)
        return made

    return mistakes


@pytest.fixture
def page(assignment):
    def page(*results: Result) -> str:
        overview = Overview(assignment)
        for graded in results:
            overview.add(graded)
        return "".join(overview.page({graded.student: graded.student for graded in results}, "graded"))

    return page


def cards(page: str) -> str:
    """The text of the two cards of the class's view, and nothing of the others."""
    _, start, rest = page.partition("<h2>Known mistakes")
    return " ".join(re.sub(r"<[^>]*>", " ", start + rest.partition("<h2>Cases that")[0]).split())


def failed(hint: str = "", message: str = "", title: str = "Ids have any shape", **texts: str):
    return case(Outcome.FAILED, hint=hint, message=message, title=title, **texts)


# Known mistakes ---------------------------------------------------------------------------------


def test_a_mistake_is_named_as_in_the_library_with_its_hint_and_its_students(page):
    text = cards(page(result("ada", code(LOOKUP, failed(WRAPS))), result("ben", code(LOOKUP, failed(WRAPS)))))
    assert f"2 of 2 wraps round L3 The hint they read: {WRAPS} ada ben" in text


def test_the_mistake_of_most_students_comes_first(page):
    often = [result(f"s{i}", code(LOOKUP, failed(WRAPS))) for i in range(3)]
    text = cards(page(result("ada", code(LOOKUP, failed(IDS))), *often))
    assert text.index("3 of 4 wraps round") < text.index("1 of 4 encode starts at 1")


def test_mistakes_with_one_hint_are_one(page):
    text = cards(page(result("ada", code(LOOKUP, failed(IDS)))))
    assert "1 of 1 encode starts at 1 , or counts from one L1 L2 The hint" in text


def test_a_student_counts_once_for_a_mistake_that_fails_many_cases(mistakes):
    one = result("ada", code(LOOKUP, failed(WRAPS), failed(WRAPS, title="Other"), failed(WRAPS, hidden=True)))
    (part,) = mistakes(one).by_question()
    assert [(known.ids, known.students) for known in part.known] == [(("L3",), ["ada"])]


def test_who_makes_two_mistakes_stands_under_both(mistakes):
    (part,) = mistakes(result("ada", code(LOOKUP, failed(f"{WRAPS}\n{IDS}")))).by_question()
    assert {known.hint: known.students for known in part.known} == {WRAPS: ["ada"], IDS: ["ada"]}


def test_a_hint_beside_a_later_question_counts_where_the_mistake_is_at_home(mistakes):
    lookup, sines = mistakes(result("ada", code(SINUSOIDAL, failed(WRAPS)))).by_question()
    assert (lookup.question, lookup.failed, lookup.known[0].students) == (LOOKUP, 0, ["ada"])
    assert (sines.question, sines.failed, sines.explained, sines.known) == (SINUSOIDAL, 1, 1, [])


def test_a_hint_that_the_library_does_not_know_any_more_is_shown_itself(page):
    text = cards(page(result("ada", code(LOOKUP, failed("An older hint.")))))
    assert "1 of 1 An older hint. The hint they read: An older hint. ada" in text


def test_it_is_said_how_far_the_diagnosis_came(page):
    text = cards(
        page(
            result("ada", code(LOOKUP, failed(WRAPS), failed(WRAPS))),
            result("ben", code(LOOKUP, failed(WRAPS), failed())),
            result("cem", code(LOOKUP, case())),
        )
    )
    assert "Of 2 students with failed cases, 1 has all of them explained." in text


def test_a_library_that_cannot_be_read_costs_its_titles_and_not_the_report(page, assignment):
    (assignment.root / "solutions" / "misconceptions" / "lookup.py").write_text("def", "utf-8")
    assert f"1 of 1 {WRAPS}" in cards(page(result("ada", code(LOOKUP, failed(WRAPS)))))


def test_who_has_no_total_does_not_count(page):
    held_up = Result("ada", Status.NOT_GRADED, "d", 40, (code(LOOKUP, failed(WRAPS)),))
    assert WRAPS not in cards(page(held_up, result("ben", code(LOOKUP, case()))))


def test_a_class_without_a_failure_has_neither(page):
    text = cards(page(result("ada", code(LOOKUP, case(), case(Outcome.NOT_ATTEMPTED)))))
    assert text.count("None.") == 2


# Failures that none explains --------------------------------------------------------------------


def test_the_same_case_with_the_same_message_but_for_its_numbers_is_alike(mistakes):
    a = result("ada", code(LOOKUP, failed(message="lookup(3)\n  first difference: expected 0.25, got -1e-07")))
    b = result("ben", code(LOOKUP, failed(message="lookup(3)\n  first difference: expected 0.25, got 17")))
    c = result("cem", code(LOOKUP, failed(message="lookup(3)\nyour code raised IndexError: 7")))
    d = result("dan", code(LOOKUP, failed(title="Another case", message="lookup(3)")))
    groups = mistakes(c, a, b, d).unexplained()
    assert [group.students for group in groups] == [("ada", "ben"), ("cem",), ("dan",)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("expected float32, got float64", "expected float32, got float16"),
        ("expected (3, 4): tensor([1])", "expected (4, 3): tensor([1])"),
        ("got <float32 tensor 3x9: 1, 2, ...>", "got <float32 tensor 9x3: 1, 2, ...>"),
        ("got 1", "got nan"),
        ("96 of 96 numbers wrong", "32 of 96 numbers wrong"),
    ],
)
def test_dtypes_shapes_and_whether_all_is_wrong_tell_failures_apart(one, other):
    assert likeness(failed(message=one)) != likeness(failed(message=other))


def test_the_lines_of_the_students_file_and_its_prints_do_not_tell_failures_apart():
    one = "encode([])\nyour code raised KeyError: 1"
    other = f'{one}\n  line 12: return v[1]\n  File "embeddings.py", line 12, in encode\nprinted:\nhello'
    assert likeness(failed(message=one)) == likeness(failed(untrusted=other, hidden=True))
    assert likeness(failed(message=f"{one}\nyour code printed:\nhello")) == likeness(failed(message=one))


def test_cases_that_the_same_students_fail_are_put_together(mistakes):
    both = [failed(message="one"), failed(message="two", title="Other")]
    results = [result(name, code(LOOKUP, *both)) for name in ("ada", "ben")]
    (group,) = mistakes(*results).unexplained()
    assert group.students == ("ada", "ben")
    assert [found.title for found in group.cases] == ["Ids have any shape", "Other"]


def test_a_failure_with_a_hint_and_one_that_never_ran_are_not_among_them(mistakes):
    others = [case(outcome) for outcome in Outcome if outcome is not Outcome.FAILED]
    assert mistakes(result("ada", code(LOOKUP, failed(WRAPS), *others))).unexplained() == []


def test_the_groups_of_most_students_come_first_and_the_smallest_beyond_a_limit_are_counted(page):
    many = [result(f"m{i}", code(LOOKUP, failed(message="alike"))) for i in range(3)]
    words = ["".join(chr(97 + int(digit)) for digit in f"{i:03}") for i in range(MOST_ALIKE + 4)]
    single = [result(word, code(LOOKUP, failed(message=word))) for word in words]
    text = cards(page(*single, *many))
    assert "5 groups of 1 student left out." in text
    first = text.partition("The message shown is the first student's.")[2]
    assert first.strip().startswith(f"3 of {len(single) + 3} Ids have any shape lookup m0 m1 m2 alike")


def test_what_the_students_code_wrote_is_marked_there_too(page):
    text = page(result("ada", code(LOOKUP, failed(hidden=True, untrusted="<script>alert(1)</script>"))))
    assert "Untrusted" in cards(text)
    assert "<script>alert" not in text and "&lt;script&gt;alert" in text


def test_names_hints_and_messages_of_strangers_are_escaped_in_both_cards(assignment, tmp_path):
    evil = '</pre><script>alert(1)</script> \x1b[31m \udc80 {{ 7 * 7 }} "><img src=x>'
    with open_gradebook(tmp_path / "out") as gradebook:
        for name in NASTY_NAMES:
            known, unknown = failed(evil, title=evil), failed(message=evil, title=evil)
            gradebook.save(result(name, code(LOOKUP, known, unknown, failed(title="Other", untrusted=evil))))
        write_reports(tmp_path / "out", gradebook, assignment)
    text = (tmp_path / "out" / "report.html").read_text("utf-8")
    _, start, rest = text.partition("<h2>Known mistakes")
    both = start + rest.partition("<h2>Cases that")[0]
    assert not {"script", "img"} & set(re.findall(r"</?(\w+)", both))
    assert both.count("<pre") == both.count("</pre>")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", both)
    links = {unquote(unescape(link)) for link in re.findall(r'href="([^"]*)"', both)}
    assert links == {f"feedback/{name}.html" for name in file_names(NASTY_NAMES).values()}
    assert both.count("{{ 7 * 7 }}") >= 5


# A large class, and a gradebook -----------------------------------------------------------------


def test_a_thousand_students_are_listed_once_each_and_folded_away(page):
    results = [
        result(f"s{i:04}", code(LOOKUP, failed(WRAPS), failed(message=f"got {i}", title="Other"))) for i in range(1000)
    ]
    text = page(*results)
    known, _, unexplained = text.partition("<h2>Failures that")
    known = known.partition("<h2>Known mistakes")[2]
    unexplained = unexplained.partition("<h2>Cases that")[0]
    for card in (known, unexplained):
        assert card.count('href="feedback/') == 1000
        assert card.index("<details>") < card.index('href="feedback/s0000.html"') < card.index("</details>")
        assert "1,000 of 1,000" in card


def test_one_huge_message_is_kept_short(mistakes):
    (group,) = mistakes(result("ada", code(LOOKUP, failed(message="x" * 10**6)))).unexplained()
    assert len(group.cases[0].message) == LONGEST_EXAMPLE


def test_results_of_an_earlier_run_count_and_those_that_were_replaced_do_not(assignment, tmp_path):
    wrong = [result(name, code(LOOKUP, failed(WRAPS))) for name in ("ada", "ben", "cem")]
    with open_gradebook(tmp_path / "out") as gradebook:
        for graded in wrong:
            gradebook.save(graded)
    with open_gradebook(tmp_path / "out") as gradebook:
        gradebook.save(result("ben", code(LOOKUP, case())))
        gradebook.save(result("dan", code(LOOKUP, failed(IDS))))
        write_reports(tmp_path / "out", gradebook, assignment)
    text = cards((tmp_path / "out" / "report.html").read_text("utf-8"))
    assert f"2 of 4 wraps round L3 The hint they read: {WRAPS} ada cem" in text
    assert "1 of 4 encode starts at 1" in text
