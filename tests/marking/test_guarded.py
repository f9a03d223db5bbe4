"""Only the page talks to the program, and nothing that a student wrote runs, leaks or hangs there."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from autograder.assignment import load_assignment
from autograder.course.gradebook.database import open_gradebook
from autograder.course.marking.answer_html import LONGEST_SHOWN, formatted
from autograder.result import QuestionResult, Result, Status
from tests.browser import new_page

from .made_class import make_class
from .served import Server, marked, row, serving

ASSIGNMENT = load_assignment()
QUESTION = ASSIGNMENT.answer_questions[0]

NASTY = {
    "markup": "<script>document.title='RAN'</script><img src=x onerror=\"document.title='RAN'\">"
    "<style>*{display:none}</style>",
    "links": "[a](javascript:document.title='RAN') ![b](http://127.0.0.1:9/x.png) <http://127.0.0.1:9/> "
    "[c](data:text/html,<script>)",
    "formulas": "$\\href{javascript:document.title='RAN'}{x}$ $\\text{<script>}$ "
    "$$\\begin{array}{c}\\frac{1}{2}\\end{array}$$ "
    "$" + "\\frac{" * 80 + "$ $" + "{" * 499 + "$",
    "control": "bell\x07 escape\x1b[31m null\x00 turned\u202egnp lone\udc80 line\u2028end",
    "attributes": "\" onmouseover=\"document.title='RAN' ' onfocus='document.title=1' autofocus {{ 7*7 }} {% raw %}",
    "nested": "> " * 3000 + "[" * 3000 + "*a " * 1000,
    "a megabyte": "word " * 200_000,
    "a line": "x" * 1_000_000,
    "table": "|a" * 3000 + "\n" + "|-" * 3000 + "\n",
    "numbers": "0.1 at 5 " * 2000 + "1,000 x " * 2000,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    out = make_class(tmp_path_factory.mktemp("guarded") / "out", 3)
    with serving(out, "--markers", "anna,ben", "--calibration", "0") as server:
        yield server


def ask(
    server: Server, path: str, method: str = "GET", body: str | None = None, seat: int = 0, **headers: str
) -> HTTPResponse:
    """One request, with the cookie and origin of a seat but for what `headers` say otherwise; None leaves one out."""
    address = urlsplit(server.addresses[seat])
    token = address.query.partition("=")[2]
    sent: dict[str, Any] = {
        "Host": address.netloc,
        "Cookie": f"marking-{address.port}-{seat + 1}={token}",
        "Origin": f"http://{address.netloc}",
        **headers,
    }
    connection = HTTPConnection("127.0.0.1", address.port or 0, timeout=600)
    connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
    return connection.getresponse()


def test_the_page_itself_is_answered_and_says_what_it_may_load(server):
    answer = ask(server, "/1/")
    assert (answer.status, "Save, next" in answer.read().decode()) == (200, True)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-") and "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Cookie": None}, 403),
        ({"Cookie": "marking-1-1=x"}, 403),
        ({"Cookie": '"; ; =,'}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_who_is_not_the_page_learns_nothing(server, headers, status):
    for path in ("/1/", "/1/progress", "/1/settle", "/1/search?q=a", "/1/alive", "/1/nothing", "/", "/9/"):
        answer = ask(server, path, **headers)
        said = answer.read().decode()
        assert answer.status in (status, 403)
        assert "embedding" not in said and "token=" not in said and len(said) < 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": None}, {"Origin": "null"}, {"Cookie": None}]
)
def test_a_mark_from_another_origin_is_refused(server, headers):
    answer = ask(server, "/1/save", "POST", "{}", **headers)
    assert (answer.status, answer.read()[:4] != b"{") == (403, True)


def test_one_marker_has_no_key_to_anothers_page(server):
    own = ask(server, "/1/", seat=1)  # ben's cookie at anna's path
    assert own.status == 403
    assert ask(server, "/1/?token=wrong", Cookie=None).status == 403


def test_nothing_is_served_but_the_page(server):
    for path in ("/1/../marking.json", "/1/marking.json", "/1/gradebook.sqlite", "/1/static/x.js", "/1/answer/nobody"):
        answer = ask(server, path)
        assert answer.status in (403, 404, 410), path
        assert b"token" not in answer.read()
    assert ask(server, "/1/save").status in (403, 404, 405)


NO_MARKS = (
    *("", "[]", "{", "null", '{"row": 1}', '{"row": "x", "shares": []}', "[" * 100_000),
    *('{"row": "x", "shares": {"a": NaN}}', '{"row": "x", "shares": {"a": "b"}}', f'{{"row": "{"x" * 10_000}"}}'),
)


@pytest.mark.parametrize("body", NO_MARKS)
def test_what_is_no_mark_is_refused_with_a_sentence(server, body):
    answer = ask(server, "/1/save", "POST", body)
    assert answer.status in (400, 410)
    assert json.loads(answer.read())["said"]


def test_more_than_a_browser_sends_is_refused_before_it_is_read(server):
    answer = ask(server, "/1/save", "POST", None, **{"Content-Length": "5000000000"})
    assert answer.status == 413


def test_what_does_not_say_how_long_it_is_is_refused_before_it_is_read(server):
    answer = ask(server, "/1/save", "POST", None, **{"Transfer-Encoding": "chunked"})
    assert answer.status == 411


def test_a_share_above_all_is_no_mark(server):
    shown = ask(server, "/2/", seat=1).read().decode()
    row = shown.partition('data-row="')[2].partition('"')[0]
    item = shown.partition('id="item-1-1" name="')[2].partition('"')[0]
    sent = {"row": row, "shares": {item: 2}, "request": "r"}
    answer = ask(server, "/2/save", "POST", json.dumps(sent), seat=1)
    assert (answer.status, json.loads(answer.read())["said"]) == (400, "What was sent is not a mark.")


def test_the_page_is_served_on_this_machine_alone(server):
    port = urlsplit(server.addresses[0]).port
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(5)
            assert probe.connect_ex((str(address), port)) != 0


def test_the_tokens_are_for_nobody_else_to_read_and_an_open_page_goes_on_after_any_end(tmp_path):
    out = make_class(tmp_path / "out", 1)
    with serving(out) as server:
        assert (out / "marking.json").stat().st_mode & 0o077 == 0
        before = server.addresses
        server.interrupt()
        server.start()
        assert server.addresses == before
        assert ask(server, "/1/").status == 200


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_an_answer_of_any_text_becomes_harmless_html(text):
    html = str(formatted(text))
    html.encode()
    assert len(html) < 20 * LONGEST_SHOWN
    for word in ("<script", "<img", "<style", "<a ", "href=", 'onerror="', "\x1b", "\x07", "\u202e"):
        assert word not in html


def test_nothing_that_a_student_wrote_runs_or_hangs_in_the_browser(tmp_path, browser):
    out = tmp_path / "out"
    with open_gradebook(out) as gradebook:
        for number, text in enumerate(NASTY.values()):
            answer = QuestionResult(QUESTION.id, QUESTION.points, None, answer=text)
            name = f"<b>{number}</b>"
            gradebook.save(Result(name, Status.NEEDS_MARKING, "0" * 64, ASSIGNMENT.possible, (answer,)))
    reached: list[str] = []
    with serving(out, "--named") as server:
        page = new_page(browser)
        page.on("request", lambda request: reached.append(urlsplit(request.url).netloc))
        page.goto(server.addresses[0])
        seen = 0
        while row(page):
            page.mouse.move(200, 300)
            assert page.title().startswith("Mark:")
            assert page.locator(".answer script, .answer img, .answer a, .answer style").count() == 0
            marked(page, "1")
            seen += 1
        server.interrupt()
    assert seen == len(NASTY)
    assert set(reached) == {urlsplit(server.addresses[0]).netloc}
    assert "needs marking" not in (Path(out) / "grades.csv").read_text("utf-8-sig")


def test_the_signs_of_a_list_are_shown_as_they_were_typed():
    html = formatted("+ cheap\n+ simple\n\n- fixed\n\n* neither")
    assert html.count('<ul class="plus">') == html.count('<ul class="minus">') == html.count("<ul>") == 1
