"""A class is marked in a real browser, by keys alone, through a killed program and between two markers."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import load_assignment
from autograder.cli import main
from autograder.course.gradebook.database import open_gradebook
from autograder.course.gradebook.ratings import read_ratings
from autograder.course.gradebook.records import RatingKind
from autograder.course.marking.rubric import load_rubric
from autograder.course.reports.write import write_reports
from autograder.io.text import format_points
from tests.browser import new_page

from .made_class import answer_of, make_class
from .served import marked, press, row, serving

ASSIGNMENT = load_assignment()
QUESTIONS = [question.id for question in ASSIGNMENT.answer_questions]
RUBRIC = load_rubric(ASSIGNMENT)[QUESTIONS[0]]
ONE, TWO, THREE, FOUR = (item.points for item in RUBRIC.items[:4])


def events(out: Path, kind: RatingKind) -> list[Any]:
    with open_gradebook(out, create=False) as gradebook:
        return [rating for rating in read_ratings(gradebook) if rating.kind is kind]


def points_of(page: Any) -> str:
    return page.locator("#total").inner_text()


def test_a_class_is_marked_by_keys_alone_and_nothing_confirmed_is_lost(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 20)
    said = "#said"
    with serving(out) as server:
        page = new_page(browser, server.addresses[0])
        expect(page.locator(".answer")).to_be_visible()
        # All, half, and all again after none; the points add up as they are pressed.
        press(page, "1", "2", "2", "3", "3", "3", "3")
        given = ONE + TWO / 2 + THREE
        assert points_of(page) == format_points(given)
        first = marked(page)
        expect(page.locator(said)).to_contain_text(f"Saved: {format_points(given)} points")

        # Undone, the answer is back as it was marked; half of one item more, and it is saved again.
        press(page, "u")
        expect(page.locator(said)).to_contain_text("Undone")
        assert (row(page), points_of(page)) == (first, format_points(given))
        assert marked(page, "4", "4") == first
        assert [one.points for one in events(out, RatingKind.MARKED)] == [given, given + FOUR / 2]

        # A flag with a note, and the answer is left for the end.
        flagged = row(page)
        press(page, "f")
        page.keyboard.type("Is this French?")
        press(page, "Enter")
        expect(page.locator(said)).to_contain_text("Flagged")
        assert row(page) != flagged

        # Search, and mark what was found: a weak argument, and a comment that keys insert from then on.
        press(page, "/")
        page.keyboard.type("my view, number 7.")
        expect(page.locator("#found li").first).to_contain_text("tradeoffs")
        press(page, "Enter")
        page.wait_for_url("**/answer/**")
        expect(page.locator(".answer")).to_contain_text("number 7.")
        press(page, "a", "Shift+Digit1", "c")
        page.keyboard.type("Name one model.")
        found = marked(page)
        assert found.startswith("tradeoffs")
        press(page, "q")
        assert page.locator("#comment").input_value() == "Name one model."
        marked(page, "1")

        # The program is killed; what Enter sends then is kept, and sent once there is one again.
        confirmed = len(events(out, RatingKind.MARKED))
        server.kill()
        lost = row(page)
        press(page, "2", "0", "Enter")
        expect(page.locator("#banner")).to_contain_text("No connection")
        server.start()
        page.locator(f"main:not(:has(#rubric[data-row='{lost}']))").wait_for(state="attached")
        expect(page.locator("#banner")).to_be_hidden()
        assert len(events(out, RatingKind.MARKED)) == confirmed + 1

        last = ""
        while row(page):
            last = row(page) or last
            if row(page) == flagged:
                expect(page.locator(".notice")).to_contain_text("Is this French?")
            marked(page, "1")
        expect(page.locator("h1")).to_contain_text("Nothing is left")
        assert last.startswith(QUESTIONS[-1])
        status, report = server.interrupt()
    assert (status, "report.html" in report) == (0, True)

    with (out / "grades.csv").open(encoding="utf-8-sig") as file:
        grades = {record["student"]: record for record in csv.DictReader(file)}
    assert {record["status"] for record in grades.values()} == {"graded"}
    assert grades["student0007"]["tradeoffs"] == "10"
    feedback = (out / "feedback" / "student0007.html").read_text("utf-8")
    assert "Name one model." in feedback and RUBRIC.weak_arguments[0].partition('." ')[2] in feedback
    assert "Looked for:" in (out / "feedback" / "student0001.html").read_text("utf-8")
    run("export", out, "--to", "csv")
    assert "student0007" in (out / "export" / "handed-back.csv").read_text("utf-8-sig")


def test_one_goes_back_reads_the_question_and_presses_what_is_shown_short(tmp_path, browser):
    from playwright.sync_api import expect

    with serving(make_class(tmp_path / "out", 4)) as server:
        page = new_page(browser, server.addresses[0])
        expect(page.locator("details.prompt")).to_contain_text("The question as students have it")
        expect(page.locator("details.prompt")).to_contain_text("close with a judgement")
        press(page, "b")
        expect(page.locator("#said")).to_contain_text("You saw no answer before this one.")
        first = marked(page, "a")
        second = marked(page, "a")
        press(page, "b")
        page.wait_for_url("**/answer/**")
        assert row(page) == second
        press(page, "b")
        page.wait_for_url(f"**/answer/{first}")
        # What is shown short stays where it is under a pointer, and opens by a click on its words.
        press(page, "s")
        page.set_viewport_size({"width": 390, "height": 800})
        button, text = page.locator(".item input").nth(5), page.locator(".item legend > span").nth(1)
        button.scroll_into_view_if_needed()
        short, place = text.bounding_box()["height"], button.bounding_box()
        text.hover()
        assert button.bounding_box() == place
        text.click()
        assert text.bounding_box()["height"] > short
        # One Escape closes the search, whatever stands in it; words of an own comment are found.
        press(page, "c")
        page.keyboard.type("Which model?")
        marked(page)
        press(page, "/")
        page.keyboard.type("which model")
        expect(page.locator("#found li")).to_have_count(1)
        press(page, "Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert "different answers still to be marked" in server.interrupt()[1]


def test_two_markers_share_a_question_and_settle_where_they_differ(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 9, only=QUESTIONS[:1])
    with serving(out, "--markers", "anna,ben", "--overlap", "4", "--calibration", "2") as server:
        anna, ben = (new_page(browser, address) for address in server.addresses)
        both = {marked(anna, "1", "2") for _ in range(2)}
        expect(anna.locator("h1")).to_contain_text("Waiting for ben")
        assert "2 of" not in ben.locator("main").inner_text()  # nothing of what anna gave
        assert {marked(ben, "1"), marked(ben, "1", "2")} == both
        anna.locator("#rubric").wait_for()  # the rest has opened, by itself
        rows: dict[str, set[str]] = {"anna": set(), "ben": set()}
        while row(anna) or row(ben):
            for name, page in (("anna", anna), ("ben", ben)):
                if row(page):
                    rows[name].add(marked(page, "1", "2"))
        assert len(rows["anna"] & rows["ben"]) == 2  # all mark four, two of them before the rest
        assert len(rows["anna"] | rows["ben"]) == 7

        expect(ben.locator("#to-settle")).to_have_text("1")
        ben.locator("nav").get_by_role("link", name="Settle").click()
        expect(ben.locator(".given")).to_contain_text("anna")
        expect(ben.locator(".differs")).to_have_count(1)
        press(ben, "0", "0", "3")
        marked(ben)
        expect(ben.locator("h1")).to_contain_text("There is nothing to settle")
        ben.locator("nav").get_by_role("link", name="Progress").click()
        expect(ben.locator("main")).to_contain_text("9 of 9 different answers marked")
        expect(ben.locator(".items-table").last).to_contain_text("75 %")  # of the second item
        server.interrupt()
    (settled,) = events(out, RatingKind.SETTLED)
    assert (settled.marker, settled.points) == ("ben", THREE)
    assert "graded" in (out / "grades.csv").read_text("utf-8-sig")
    assert "needs marking" not in (out / "grades.csv").read_text("utf-8-sig")


@pytest.mark.thorough
def test_a_second_window_is_told_that_the_answer_is_marked(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 2, only=QUESTIONS[:1])
    with serving(out) as server:
        one, other = (new_page(browser, server.addresses[0]) for _ in range(2))
        assert row(one) == row(other)
        marked(one, "1")
        press(other, "2", "2", "0", "Enter")
        expect(other.locator("#said")).to_contain_text("You have marked this answer meanwhile")
        assert [rating.points for rating in events(out, RatingKind.MARKED)] == [ONE]
        marked(other)  # Enter once more
        assert [rating.points for rating in events(out, RatingKind.MARKED)] == [ONE, TWO / 2]


@pytest.mark.thorough
def test_an_answer_that_changes_while_the_page_is_open_is_shown_with_the_difference(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 1, only=QUESTIONS[:1])
    with serving(out) as server:
        page = new_page(browser, server.addresses[0])
        press(page, "1", "2", "2", "0", "Enter")
        expect(page.locator("h1")).to_contain_text("Nothing is left")
        hand_in_anew(out, "student0000", f"{answer_of(QUESTIONS[0], 0)} And one more sentence.")
        expect(page.locator(".diff ins")).to_contain_text("And one more sentence.")
        assert points_of(page) == "0"
        press(page, "p")
        assert points_of(page) == format_points(ONE + TWO / 2)
        hand_in_anew(out, "student0000", "Something else.")
        expect(page.locator("#said")).to_contain_text("has handed in another one")
        press(page, "Enter")
        expect(page.locator(".answer")).to_have_text("Something else.")
        marked(page, "3")
        server.interrupt()
    assert f",{format_points(THREE)}," in (out / "grades.csv").read_text("utf-8-sig")


@pytest.mark.thorough
def test_what_a_program_proposes_stands_beside_the_answer_and_counts_when_a_person_saves_it(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 1, only=QUESTIONS[:1])
    answers, proposals = tmp_path / "answers.jsonl", tmp_path / "proposals.jsonl"
    first, reply = RUBRIC.items[0].id, RUBRIC.weak_arguments[1]
    run("mark", out, "--export", answers)
    name = json.loads(answers.read_text().splitlines()[-1])["answer"]
    proposed = {"answer": name, "items": {first: 0.5}, "weak": [reply], "comment": "Which model?"}
    proposals.write_text(json.dumps(proposed))
    run("mark", out, "--read", proposals, "--as", "model-x")
    assert "needs marking" in cell(out, "student0000", "status")
    with serving(out) as server:
        page = new_page(browser, server.addresses[0])
        expect(page.locator(".proposal")).to_contain_text("Proposed by model-x")
        press(page, "p", "0", "Enter")
        expect(page.locator("h1")).to_contain_text("Nothing is left")
        server.interrupt()
    assert cell(out, "student0000", QUESTIONS[0]) == format_points(ONE / 2)
    feedback = (out / "feedback" / "student0000.html").read_text("utf-8")
    assert "Which model?" in feedback


def run(*arguments: object) -> None:
    """A command, to its good end."""
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert ended.value.code == 0


@pytest.mark.thorough
def test_all_of_it_works_by_touch_too(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 3, only=QUESTIONS[:1])
    with serving(out) as server:
        page = new_page(
            browser, server.addresses[0], viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        )
        items = page.locator(".item")
        items.nth(0).get_by_role("radio", name="all").tap()
        items.nth(1).get_by_role("radio", name="half").check()
        page.locator(".weak label").first.tap()
        page.get_by_label("Comment for the student").fill("Which model?")
        assert points_of(page) == format_points(ONE + TWO / 2)
        first = row(page)
        page.get_by_role("button", name="None of the rest").tap()
        page.get_by_role("button", name="Save, next").tap()
        expect(page.locator("#said")).to_contain_text("Saved")
        page.locator(".chip").tap()
        assert page.locator("#comment").input_value() == "Which model?"
        page.get_by_role("button", name="Undo").tap()
        expect(page.locator("#said")).to_contain_text("Undone")
        assert (row(page), points_of(page)) == (first, format_points(ONE + TWO / 2))
        page.get_by_role("button", name="Flag").tap()
        page.get_by_label("What should they look at?").fill("Hm.")
        page.get_by_role("button", name="Flag it").tap()
        expect(page.locator("#said")).to_contain_text("Flagged")
        page.get_by_role("button", name="Search").tap()
        page.get_by_label("Words of the answer").fill("number 2.")
        page.locator("#found a").tap()
        expect(page.locator(".answer")).to_contain_text("number 2.")
        server.interrupt()


def test_enter_asks_for_what_is_not_judged_and_what_is_set_outlives_a_reload_and_a_skip(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 3, only=QUESTIONS[:1])
    said = "#said"
    with serving(out) as server:
        page = new_page(browser, server.addresses[0], viewport={"width": 1280, "height": 900})
        first = row(page)
        press(page, "1", "Enter")
        open_items = ", ".join(str(number) for number in range(2, len(RUBRIC.items) + 1))
        expect(page.locator(said)).to_contain_text(f"Not judged yet: items {open_items}.")
        held = """for (let at = 0; at < 9; at++)
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", repeat: true, bubbles: true}))"""
        page.evaluate(held)
        assert (row(page), events(out, RatingKind.MARKED)) == (first, [])

        # The comment is seen where it is written; a key without a meaning here says so.
        press(page, "e")
        expect(page.locator(said)).to_contain_text("No comment has the key E")
        press(page, "9")
        expect(page.locator(said)).to_contain_text("There is no item 9")
        press(page, "c")
        box, bar = page.locator("#comment").bounding_box(), page.locator(".done").bounding_box()
        assert box["y"] > 0 and box["y"] + box["height"] <= bar["y"]
        page.keyboard.type("Which model?")
        press(page, "Escape")

        # Skipped, it comes back after the others, as it was; a reload changes nothing either.
        press(page, "n")
        expect(page.locator(said)).to_contain_text("Skipped")
        assert row(page) != first
        page.reload()
        assert row(page) != first
        marked(page, "2")
        marked(page, "2")
        assert (row(page), points_of(page)) == (first, format_points(ONE))
        page.reload()
        assert (row(page), points_of(page)) == (first, format_points(ONE))
        assert page.locator("#comment").input_value() == "Which model?"
        press(page, "n")
        expect(page.locator(said)).to_contain_text("the only answer that is left")

        # Enter twice saves what is open as none.
        press(page, "Enter", "Enter")
        expect(page.locator("h1")).to_contain_text("Nothing is left")
        assert [one.points for one in events(out, RatingKind.MARKED)] == [TWO, TWO, ONE]


def test_a_comment_keeps_its_key_and_the_next_question_is_announced(tmp_path, browser):
    from playwright.sync_api import expect

    out = make_class(tmp_path / "out", 3, only=QUESTIONS[:2])
    with serving(out) as server:
        page = new_page(browser, server.addresses[0])
        for comment in ("First.", "Second."):
            press(page, "c")
            page.keyboard.type(comment)
            press(page, "Escape")
            marked(page)
        page.reload()
        for key, comment in (("q", "First."), ("w", "Second.")):
            press(page, key)
            assert page.locator("#comment").input_value() == comment
            press(page, key)
            expect(page.locator("#said")).to_contain_text(f"Taken out of the comment: {comment}")
            assert page.locator("#comment").input_value() == ""
        marked(page)
        expect(page.locator(".notice")).to_contain_text("Next question: ")


def hand_in_anew(out: Path, student: str, text: str) -> None:
    """What `grade` does, in another process."""
    with open_gradebook(out) as gradebook:
        before = next(result for result in gradebook.results() if result.student == student)
        questions = (replace(q, answer=text) if q.id == QUESTIONS[0] else q for q in before.questions)
        gradebook.save(replace(before, questions=tuple(questions)))


def cell(out: Path, student: str, column: str) -> str:
    """A cell of grades.csv, written anew."""
    with open_gradebook(out) as gradebook:
        write_reports(out, gradebook, ASSIGNMENT)
    with (out / "grades.csv").open(encoding="utf-8-sig") as file:
        return {record["student"]: record for record in csv.DictReader(file)}[student][column]
