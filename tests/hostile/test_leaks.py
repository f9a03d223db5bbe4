"""What a hidden case hands to a student's code never comes back to the student."""

from __future__ import annotations

import html
import json
import re

import pytest

from autograder.course.reports.class_report import Overview
from autograder.course.reports.grades_csv import grades_csv
from autograder.feedback.results_json import results_json
from autograder.feedback.student_page import feedback_page
from autograder.grading import proxies
from autograder.grading.session import Session
from autograder.result import Outcome, Result
from tests.hostile.collection import ATTACKS, KIND, Attack, those
from tests.hostile.conftest import Gate
from tests.hostile.hidden_text import hidden_in, hidden_text
from tests.representatives import representatives

BY_NAME = {attack.name: attack for attack in ATTACKS}
LEAKING = [attack for attack in ATTACKS if attack.family == "leaking"]
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")


def seen_by_the_student(result: Result, gate: Gate) -> str:
    """The text of everything that is written for one student."""
    page = feedback_page(result, gate.assignment, {})
    for_platforms = json.loads(results_json(result, gate.assignment, {}))
    messages = [case.message for question in result.questions for case in question.cases if case.hidden]
    notes = [question.note for question in result.questions]
    return "\n".join([html.unescape(page), *_texts(for_platforms), *messages, *notes, *result.notes])


def _texts(value):
    if isinstance(value, dict):
        return [text for item in value.items() for part in item for text in _texts(part)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def untrusted_of_hidden_cases(result: Result) -> str:
    return "\n".join(case.untrusted for q in result.questions for case in q.cases if case.hidden)


def test_there_is_hidden_text_to_look_for():
    assert len(hidden_text()) > 300
    assert "quokka" in hidden_text()


@pytest.mark.parametrize("attack", representatives(ATTACKS, KIND), ids=lambda attack: attack.name)
def test_the_student_sees_no_hidden_text(attack: Attack, walled: Gate):
    assert hidden_in(seen_by_the_student(walled.graded(attack), walled)) == []


@pytest.mark.parametrize("attack", representatives(those("seen by instructors"), KIND), ids=lambda attack: attack.name)
def test_the_same_file_did_get_hold_of_hidden_text(attack: Attack, walled: Gate):
    assert hidden_in(untrusted_of_hidden_cases(walled.graded(attack))) != []


def test_all_public_cases_are_run_before_the_first_hidden_one(walled: Gate):
    result = walled.graded(BY_NAME["leaking/remembered"])
    for question in result.questions:
        for case in question.cases:
            if not case.hidden:
                assert hidden_in(case.message + case.untrusted) == []


def test_messages_call_a_module_as_the_assignment_does(walled: Gate, unwalled: Gate, monkeypatch):
    # What is sent ahead bears the reference's names; a case that asks for itself asks by the module's.
    monkeypatch.setattr(Session, "prefetch", lambda *_, **__: iter(()))
    attack = BY_NAME["leaking/class_of_a_module"]
    said = [case.message for q in walled.grade(attack).questions for case in q.cases]
    assert not any("HANDED OVER" in message for message in said)
    assert any("ended the program" in message for message in said)

    build = proxies.student_module

    def trusting(session, number, state, cls):
        module = build(session, number, state, cls)
        vars(module)["_called"] = state.exported or state.kind
        return module

    monkeypatch.setattr(proxies, "student_module", trusting)
    said = [case.message for q in unwalled.grade(attack).questions for case in q.cases]
    assert any("HANDED OVER" in message for message in said)


def test_what_steers_terminals_browsers_and_spreadsheets_is_harmless(walled: Gate):
    result = walled.graded(BY_NAME["leaking/markup"])
    kept = "".join(case.untrusted + case.message for q in result.questions for case in q.cases)
    assert "\x1b" in kept and "<script>" in kept, "the file's texts did not even arrive"
    overview = Overview(walled.assignment)
    overview.add(result)
    table = grades_csv([result], walled.assignment)
    page = feedback_page(result, walled.assignment, {})
    class_page = "".join(overview.page({result.student: "x"}, "graded", ()))
    for text in (page, class_page, results_json(result, walled.assignment, {}), table):
        assert not CONTROL_CHARACTERS.search(text)
        text.encode("utf-8")
    for markup in ("<script>alert", "<img src=x", "</pre><img"):
        assert markup not in page + class_page
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in re.split("[,\n]", table))


def test_a_status_tells_no_more_than_that_the_process_ended(walled: Gate):
    result = walled.graded(BY_NAME["leaking/exit_status"])
    ended = [c for q in result.questions for c in q.cases if c.hidden and c.outcome is Outcome.CRASHED]
    assert ended
    for case in ended:
        assert re.fullmatch(r"\w+ ended the program\.", case.message)
        assert "exit status" in case.untrusted
