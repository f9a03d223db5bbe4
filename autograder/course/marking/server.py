"""Serves the page on which short answers are marked, on this machine alone, until Ctrl-C.

Everything runs in one thread, one request after the other: each takes a few milliseconds, and the gradebook
has one writer.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...errors import GraderError
from ...feedback.templating import render, script
from ...io.text import format_points, pluralize, single_line
from ..gradebook.records import Rating, RatingKind
from .answer_view import excerpt, show
from .desk import Desk, Gone, Outdated, Sent
from .disagreements import settle_list, settle_view
from .groups import Group
from .marker_aids import SecondLook
from .marking_order import Waiting
from .page_access import HEADERS, Seat, Session, refused

TEMPLATES = Path(__file__).parent / "templates"
MOST_FOUND = 50
LONGEST_COMMENT = 5_000
"""Characters."""

LONGEST_SECONDS = 1_800.0


class Page:
    """The handlers of one program's page."""

    def __init__(self, desk: Desk, session: Session) -> None:
        self.desk = desk
        self.session = session
        self.look = SecondLook(desk.assignment)
        self._script = script(TEMPLATES / "marking.js")

    def app(self) -> Starlette:
        """The application; every request is checked before anything is looked at."""
        routes = [
            self._route("/", self.page),
            self._route("/answer/{row}", self.page),
            self._route("/progress", self.progress),
            self._route("/settle", self.settle_page),
            self._route("/settle/{row}", self.settle_page),
            self._route("/search", self.search),
            self._route("/alive", self.alive),
            *(self._route(f"/{name}", call, "POST") for name, call in self._actions().items()),
        ]
        return Starlette(routes=[*routes, Route("/{rest:path}", self._checked(self._nothing))])

    def _actions(self) -> dict[str, Handler]:
        names = ("save", "skip", "undo", "flag", "unflag", "settle")
        return {name: self._action(getattr(self, name)) for name in names}

    def _route(self, path: str, handler: Handler, method: str = "GET") -> Route:
        return Route("/{seat:int}" + path, self._checked(handler), methods=[method])

    def _checked(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            seats = {seat.path: seat for seat in self.session.seats}
            seat = seats.get(f"/{request.path_params.get('seat')}")
            response = refused(request, self.session, seat)
            if response is None:
                assert seat is not None
                try:
                    self.desk.refresh()
                    response = handler(seat, request, await request.body())
                except Gone:
                    response = _problem(
                        "No one gives this answer any more: it has changed or its writer has left.", 410
                    )
                except GraderError as error:
                    response = _problem(str(error), 500)
            response.headers.update(HEADERS | {"Content-Security-Policy": self._policy()})
            return response

        return answer

    def _policy(self) -> str:
        return (
            f"default-src 'none'; script-src 'sha256-{self._script.digest}'; style-src 'unsafe-inline'; img-src data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    # Pages -----------------------------------------------------------------------------------------------

    def page(self, seat: Seat, request: Request, _: bytes) -> Response:
        row = request.path_params.get("row")
        found = self.desk.group(row) if row else self.desk.next(seat.marker)
        return self._whole(seat, self._panel(seat, found), "mark")

    def progress(self, seat: Seat, _: Request, __: bytes) -> Response:
        rows = {group.key: row for row, group in self.desk.groups.items()}
        found = [row for flag in self.desk.ledger.flagged() if (row := rows.get((flag.question, flag.answer)))]
        flagged = [(self.desk.group(row), self.desk.ledger.flag(self.desk.group(row).key)) for row in found]
        panel = self._render("progress.html", seat, questions=self.desk.progress(), rows=rows, flagged=flagged)
        return self._whole(seat, panel, "progress")

    def settle_page(self, seat: Seat, request: Request, _: bytes) -> Response:
        return self._whole(seat, self._settle(seat, request.path_params.get("row")), "settle")

    def search(self, seat: Seat, request: Request, _: bytes) -> Response:
        words = request.query_params.get("q", "").casefold().split()
        found = [
            group
            for group in self.desk.groups.values()
            if words and all(word in self._sought(seat, group) for word in words)
        ]
        shown = [
            (group, excerpt(group.answer, words), self.desk.is_marked(group), self._own_points(seat, group))
            for group in found[:MOST_FOUND]
        ]
        text = self._render("found.html", seat, found=shown, left=max(0, len(found) - MOST_FOUND), asked=words)
        return JSONResponse({"html": text, "count": len(found)})

    def _own_points(self, seat: Seat, group: Group) -> float | None:
        """What this marker gave the answer: what others gave is not meant to be seen."""
        own = self.desk.ledger.ratings(group.key).get(seat.marker)
        return own.points if own else None

    def _sought(self, seat: Seat, group: Group) -> str:
        names = " ".join(group.students) if self.desk.named else ""
        own = self.desk.ledger.ratings(group.key).get(seat.marker)
        return f"{group.row} {group.answer} {names} {own.comment if own else ''}".casefold()

    def alive(self, seat: Seat, request: Request, _: bytes) -> Response:
        """Says that the program is there, and what has happened to the answer that is shown."""
        row, seen = request.query_params.get("row", ""), request.query_params.get("seen", "0")
        group = self.desk.groups.get(row)
        changed = "" if group or not row else "gone"
        if group:
            self.desk.hold(group, seat.marker)
            own = self.desk.ledger.ratings(group.key).get(seat.marker)
            if own and seen.isdecimal() and own.id > int(seen):
                changed = "marked"
        has_nothing = bool(request.query_params.get("waiting"))
        waits = has_nothing and not isinstance(self.desk.next(seat.marker), Group)
        return JSONResponse({"changed": changed, "waits": waits, "settle": self._to_settle(seat)})

    def _nothing(self, _: Seat, __: Request, ___: bytes) -> Response:
        return PlainTextResponse("There is nothing here.", 404)

    # What markers do -------------------------------------------------------------------------------------

    def save(self, seat: Seat, data: dict[str, Any]) -> Response:
        sent = _sent(data)
        rating = self.desk.save(seat.marker, sent)
        said = f"Saved: {format_points(rating.points)} points for the answer before." if rating else "Saved before."
        return self._next(seat, said)

    def skip(self, seat: Seat, data: dict[str, Any]) -> Response:
        row = _text(data, "row")
        self.desk.skip(seat.marker, row)
        found = self.desk.next(seat.marker)
        if isinstance(found, Group) and found.row == row:
            return JSONResponse({"said": "This is the only answer that is left for you to mark."})
        return self._shown(seat, found, "Skipped: the answer comes back after all others.")

    def undo(self, seat: Seat, data: dict[str, Any]) -> Response:
        undone = self.desk.undo(seat.marker, _text(data, "request", 100))
        if undone is None:
            return _problem("There is nothing to undo.", 409)
        if undone.kind is RatingKind.SETTLED:
            return JSONResponse({"said": "Undone.", "go": f"{seat.path}/settle"})
        group = next((g for g in self.desk.groups.values() if g.key == (undone.question, undone.answer)), None)
        if group is None:
            return self._next(seat, "Undone: no one gives that answer any more.")
        self.desk.hold(group, seat.marker)
        said = (
            f"Undone: your mark of {format_points(undone.points)} points is taken back, and its items are set again. "
        )
        said += "An earlier mark counts again." if self.desk.is_marked(group) else "The answer is not marked now."
        return self._shown(seat, group, said, start=undone)

    def flag(self, seat: Seat, data: dict[str, Any]) -> Response:
        self.desk.flag(seat.marker, _text(data, "row"), _text(data, "note"), _text(data, "request", 100))
        return self._next(seat, "Flagged for a colleague.")

    def unflag(self, seat: Seat, data: dict[str, Any]) -> Response:
        self.desk.unflag(seat.marker, _text(data, "row"), _text(data, "request", 100))
        return self._shown(seat, self.desk.group(_text(data, "row")), "The flag is removed.")

    def settle(self, seat: Seat, data: dict[str, Any]) -> Response:
        rating = self.desk.save(seat.marker, _sent(data), RatingKind.SETTLED)
        said = f"Settled: {format_points(rating.points)} points." if rating else "Settled before."
        return JSONResponse({"panel": self._settle(seat, None), "said": said, "settle": self._to_settle(seat)})

    def _action(self, call: Callable[[Seat, dict[str, Any]], Response]) -> Handler:
        def handle(seat: Seat, _: Request, body: bytes) -> Response:
            try:
                data = json.loads(body)
                return call(seat, data if isinstance(data, dict) else {})
            except Outdated as error:
                return self._outdated(seat, error.by)
            except (ValueError, TypeError, KeyError, RecursionError):
                return _problem("What was sent is not a mark.", 400)

        return handle

    def _outdated(self, seat: Seat, by: Rating) -> Response:
        who = "You have" if by.marker == seat.marker else f"{single_line(by.marker)} has"
        said = (
            f"{who} marked this answer meanwhile: {format_points(by.points)} points, which stand. "
            "Yours is not saved. Press Enter again to save it anyway, or N for the next answer."
        )
        return JSONResponse({"said": said, "seen": by.id}, 409)

    # What is sent back -----------------------------------------------------------------------------------

    def _next(self, seat: Seat, said: str) -> Response:
        return self._shown(seat, self.desk.next(seat.marker), said)

    def _shown(self, seat: Seat, found: Group | Waiting | None, said: str, start: Rating | None = None) -> Response:
        return JSONResponse({"panel": self._panel(seat, found, start), "said": said, "settle": self._to_settle(seat)})

    def _panel(self, seat: Seat, found: Group | Waiting | None, start: Rating | None = None) -> str:
        if not isinstance(found, Group):
            answers = {group.key: self.desk.is_marked(group) for group in self.desk.groups.values()}
            return self._render("done.html", seat, waiting=found, left=sum(not marked for marked in answers.values()))
        shown = show(self.desk, self.look, found, seat.marker, start=start)
        same = [group for group in self.desk.groups.values() if group.question == found.question]
        done = sum(seat.marker in self.desk.ledger.ratings(group.key) or self.desk.is_marked(group) for group in same)
        return self._render("desk.html", seat, shown=shown, done=done, count=len(same), named=self.desk.named)

    def _settle(self, seat: Seat, row: str | None) -> str:
        listed = settle_list(self.desk, seat.marker)
        wanted = [group for group in listed if row in (None, group.row)] or listed
        view = settle_view(self.desk, self.look, wanted[0], seat.marker) if wanted else None
        return self._render("settle.html", seat, listed=listed, view=view)

    def _to_settle(self, seat: Seat) -> int:
        return len(settle_list(self.desk, seat.marker))

    def _whole(self, seat: Seat, panel: str, here: str) -> Response:
        values = {"title": self.desk.assignment.title, "script": self._script, "panel": panel, "here": here}
        return HTMLResponse(self._render("page.html", seat, settle=self._to_settle(seat), **values))

    def _render(self, template: str, seat: Seat, **values: Any) -> str:
        return render(TEMPLATES / template, base=seat.path, marker=seat.marker, **values)


Handler = Callable[[Seat, Request, bytes], Response]


def invitation(desk: Desk, session: Session) -> Iterator[str]:
    """What the terminal says while the page is served."""
    marked = sum(desk.is_marked(group) for group in desk.groups.values())
    for one in desk.progress():
        if one.outdated:
            count = pluralize(len(one.outdated), "mark")
            yield f"The rubric of {one.question.id} has changed since {count}: Progress lists them, and they stand."
    yield f"{pluralize(len(desk.groups), 'different answer')}, {marked:,} of them marked. Open in your browser:"
    for seat in session.seats:
        yield f"  {session.address(seat)}" + (f"  ({seat.marker})" if len(session.seats) > 1 else "")
    yield "Every mark is saved at once. Ctrl-C ends this and writes grades.csv, the report and the students' pages."


def serve(page: Page, listener: socket.socket) -> None:
    """Serve until Ctrl-C, which ends in a KeyboardInterrupt."""
    config = uvicorn.Config(
        page.app(),
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _problem(said: str, status: int) -> Response:
    return JSONResponse({"said": said}, status)


def _sent(data: dict[str, Any]) -> Sent:
    """What the browser sent, each part of the kind and size that it must have."""
    seconds = data.get("seconds")
    return Sent(
        row=_text(data, "row"),
        shares={str(item): float(share) for item, share in dict(data["shares"]).items()},
        replies=tuple(map(str, data.get("replies") or ())),
        comment=_text(data, "comment"),
        seconds=min(float(seconds), LONGEST_SECONDS) if seconds is not None else None,
        seen=int(data.get("seen") or 0),
        request=_text(data, "request", 100),
    )


def _text(data: dict[str, Any], key: str, most: int = LONGEST_COMMENT) -> str:
    value = data.get(key, "")
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(key)
    return value
