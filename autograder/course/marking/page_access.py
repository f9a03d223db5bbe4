"""Who may talk to the page: whoever opened an address that the program printed, from that page alone."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from ...errors import GraderError

LARGEST_REQUEST = 1_000_000
"""Bytes that a browser may send."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
SESSION = "marking.json"
"""Keeps port and tokens, so that a page that is open goes on when the program is started again."""

TOKEN = "token"


@dataclass(frozen=True)
class Seat:
    """Where one marker sits: the path and the secret of their page."""

    marker: str
    path: str
    token: str


@dataclass(frozen=True)
class Session:
    """Where the page is served, and to whom."""

    port: int
    seats: tuple[Seat, ...]

    @property
    def origins(self) -> tuple[str, ...]:
        return tuple(f"http://{host}:{self.port}" for host in ("127.0.0.1", "localhost"))

    def cookie(self, seat: Seat) -> str:
        """Browsers tell cookies apart by host and path, not by port: two gradebooks may be open at once."""
        return f"marking-{self.port}{seat.path.replace('/', '-')}"

    def address(self, seat: Seat) -> str:
        return f"{self.origins[0]}{seat.path}/?{TOKEN}={seat.token}"


@contextmanager
def open_session(out: Path, markers: Sequence[str], port: int) -> Iterator[tuple[Session, socket.socket]]:
    """A session, and the socket that listens for it from now on.

    Where the program ran before for these markers, it is that one if its port is free.

    Args:
        port: 0 for a free one.

    Raises:
        GraderError: if the port is taken.
    """
    last_port, left = _left(out)
    tokens = {marker: left.get(marker) or secrets.token_urlsafe(24) for marker in markers}
    with _listening(port, last_port) as listener:
        port = int(listener.getsockname()[1])
        path = out / SESSION
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
            json.dump({"port": port, "tokens": tokens}, file)  # nobody else may read the tokens
        seats = tuple(Seat(name, f"/{at}", tokens[name]) for at, name in enumerate(markers, 1))
        yield Session(port, seats), listener


def refused(request: Request, session: Session, seat: Seat | None) -> Response | None:
    """What to answer where a request is not one of the page's; None where it is."""
    if f"http://{request.headers.get('host', '')}" not in session.origins:
        return PlainTextResponse("This address is not served here.", 421)
    if seat is None:
        return PlainTextResponse(_CLOSED, 403)
    token = request.query_params.get(TOKEN)
    if request.method == "GET" and token is not None and _equal(token, seat.token):
        response = RedirectResponse(f"{seat.path}/", 303)
        response.set_cookie(session.cookie(seat), seat.token, path=f"{seat.path}/", httponly=True, samesite="strict")
        return response
    if not _equal(_cookie(request, session.cookie(seat)), seat.token):
        return PlainTextResponse(_CLOSED, 403)
    if request.method != "GET" and request.headers.get("origin") not in session.origins:
        return PlainTextResponse("Only the page itself may send this.", 403)
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return PlainTextResponse("Only the page itself may ask for this.", 403)
    if "transfer-encoding" in request.headers or not request.headers.get("content-length", "0").isdecimal():
        return PlainTextResponse("Content-Length is missing.", 411)
    if int(request.headers.get("content-length", "0")) > LARGEST_REQUEST:
        return PlainTextResponse("This is too large.", 413)
    return None


_CLOSED = "Open the whole address that `autograder mark` printed when it was last started."


def _equal(one: str, two: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "replace"), two.encode())


def _cookie(request: Request, name: str) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _left(out: Path) -> tuple[int, dict[str, str]]:
    """The port and the tokens of the last time; none where they are not to be read."""
    try:
        data = json.loads((out / SESSION).read_text("utf-8"))
        tokens = {name: token for name, token in data["tokens"].items() if re.fullmatch(r"[\w-]{32}", token)}
        return int(data["port"]), tokens
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0, {}


def _listening(port: int, last_port: int) -> socket.socket:
    """A socket that listens on the port that was asked for, else on the last one if it is free, else on any."""
    for wanted in (port,) if port else (last_port, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", wanted))
            listener.listen(128)
        except OSError:
            listener.close()
            continue
        return listener
    raise GraderError(f"Port {port} cannot be used. Choose another one with --port, or leave it out.")
