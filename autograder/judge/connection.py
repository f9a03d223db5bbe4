"""One student's process at a time, what goes to and fro, and why it ended when it does."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from typing import Any

from ..assignment import Limits
from ..errors import GraderError
from ..result import Outcome
from ..sandbox.wire import Blob, Channel, Closed, Content, TooLate, WireError
from .launcher import Launcher, Process
from .script import Request

END_SECONDS = 600
"""How long the zygote may take to tell how a process ended: milliseconds, unless the machine is stuck."""

HANG_UP_SECONDS = 1
"""How long a process may go on that has hung up: Python's own end takes less."""

GRADER_SECONDS = 20
"""Processor seconds of the grader's own for one submission: fifty times what an honest one takes."""

MAX_STATEMENTS = 20_000


class Stopped(BaseException):
    """A call ended the student's process, or would have to run in one that a call ended before.

    No `Exception`, since it stops a case from outside: no test may catch it.

    Attributes:
        outcome: how the case ends.
        reason: the grader's own words, safe to show.
        detail: may hold the student's words, for instructors.
        ended_process: whether the process is gone by it.
    """

    def __init__(
        self, outcome: Outcome, reason: str, detail: str = "", *, ended_process: bool = False
    ) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.detail = detail
        self.ended_process = ended_process


class OurFault(BaseException):
    """The grader itself failed in the midst of a case: never counted against the student."""


class Connection:
    """The line to a student's process, within the time that one submission may take.

    Args:
        launcher: starts the processes.
        limits: how long calls and the whole submission may take.

    Attributes:
        limits: the same.
        sequence: the number of the last request; its reply must bear it.
        starved: whether any stop so far may be the machine's doing.
    """

    def __init__(self, launcher: Launcher, limits: Limits) -> None:
        self._launcher = launcher
        self.limits = limits
        self._process: Process | None = None
        self._stops_left = max(1, int(limits.seconds_per_submission // limits.seconds_per_call))
        # It may compute as long as it may compute, and wait as long as one call may wait.
        self._wall_left: float = limits.seconds_per_submission + limits.wall_seconds_per_call
        self._began = time.process_time()
        self.sequence = 0
        self.starved = False

    @property
    def is_open(self) -> bool:
        return self._process is not None

    def open(self) -> None:
        """Start a fresh process.

        Raises:
            Stopped: if the submission has used up its time.
        """
        if self._stops_left <= 0 or self._wall_left <= 0:
            raise Stopped(Outcome.BLOCKED, "not run: your code has used up the submission's time.")
        try:
            self._process = self._launcher.spawn()
        except GraderError as problem:
            raise OurFault(str(problem)) from None

    def close(self) -> None:
        """Let the process go."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def check_costs(self) -> None:
        """Look at the time that reading, comparing and showing this submission's answers took so far.

        Raises:
            Stopped: if that is more than any honest answers take.
        """
        if time.process_time() - self._began > GRADER_SECONDS:
            raise Stopped(
                Outcome.BLOCKED,
                f"not run: what your code gave before took the grader more than {GRADER_SECONDS} s to read.",
            )

    def ask(
        self, header: dict[str, Any], blobs: Sequence[Blob], name: str, reached: list[int] | None = None
    ) -> Content:
        """Send one request and wait for its reply.

        Args:
            name: what messages call it.
            reached: where to note the lines that a reply in several frames tells of first.

        Raises:
            Stopped: if the process dies, is too slow or breaks the protocol; it is gone then.
        """
        try:
            with _Clock(self):
                deadline = self._deadline(self.limits.wall_seconds_per_call)
                self._send(header, blobs, name, deadline)
                while True:
                    reply, pieces = self._receive(deadline)
                    if reached is None or type(reply.get("at")) is not int:
                        return reply, pieces
                    if len(reached) == MAX_STATEMENTS:
                        raise WireError("more statements than a file has")
                    reached.append(reply["at"])
        except (TooLate, Closed, WireError) as problem:
            raise self._stopped(problem, name) from None

    def ask_ahead(self, requests: Sequence[Request]) -> Iterator[bytes]:
        """Send requests in one message, and give the reply to each as it comes: a whole frame, unread.

        Raises:
            Stopped: as `ask` does, at the request that is to blame. Those after it were not carried out.
        """
        name = "your code"
        try:
            with _Clock(self):
                deadline = self._deadline(self.limits.wall_seconds_per_call)
                self._send({"op": "ahead"}, [request.frame for request in requests], name, deadline)
            for number, request in enumerate(requests):
                name = request.name
                with _Clock(self):
                    deadline = self._deadline(self.limits.wall_seconds_per_call)
                    reply = self._channel.receive_numbered(number, deadline)
                    if number == len(requests) - 1:
                        self._receive(deadline)  # there were as many replies as requests
                yield reply
        except (TooLate, Closed, WireError) as problem:
            raise self._stopped(problem, name) from None

    def distrust(self, why: str) -> Stopped:
        """Give up a process that does not keep to the protocol."""
        return self._stop(Outcome.CRASHED, "the answer of your code could not be read.", why)

    def _deadline(self, seconds: float) -> float:
        return time.monotonic() + min(seconds, max(0, self._wall_left))

    @property
    def _channel(self) -> Channel:
        assert self._process is not None
        return self._process.channel

    def _send(self, header: dict[str, Any], blobs: Sequence[Blob], name: str, deadline: float) -> None:
        self.sequence += 1
        try:
            self._channel.send({**header, "seq": self.sequence}, blobs, deadline)
        except WireError as problem:
            raise OurFault(f"what {name} should be told cannot cross: {problem}") from None

    def _receive(self, deadline: float) -> Content:
        reply, pieces = self._channel.receive(deadline)
        if type(reply.get("seq")) is not int or reply.pop("seq") != self.sequence:
            raise WireError("a reply to no question")
        return reply, pieces

    def _stopped(self, problem: TooLate | Closed | WireError, name: str) -> Stopped:
        """Why the process is no longer to be asked; it is gone afterwards."""
        if isinstance(problem, WireError):
            return self.distrust(str(problem))
        if isinstance(problem, Closed):
            return self._ended(name)
        waited = self._process.waited() if self._process else None
        end = self._process.kill(END_SECONDS) if self._process else None
        # The processor's limit is the kernel's to keep: what reached this one slept, waited for a busy
        # machine, or raised its own limit and burned all that time. Who slept is not tried again.
        most = self.limits.wall_seconds_per_call
        unknown = waited is None and (end is None or end.cpu_seconds < most)
        self.starved |= unknown or (waited is not None and waited > most / 2)
        if self._wall_left < most:
            self._wall_left = 0  # sleeping a little in each of many calls is no way round, either
            return self._stop(Outcome.TIMED_OUT, f"{name} used up the submission's time.")
        return self._stop(Outcome.TIMED_OUT, f"{name} had not answered after {most:g} s.")

    def _ended(self, name: str) -> Stopped:
        """Why the process is gone, by its exit status; it need not be, just because it hung up."""
        with _Clock(self):
            end = self._process.ended(HANG_UP_SECONDS) if self._process else None
            if end is None and self._process:
                self._process.kill(END_SECONDS)
                return self._stop(Outcome.CRASHED, f"{name} hung up on the grader and went on.")
        status = end.status if end else None
        if status == -signal.SIGXCPU:
            seconds = f"{self.limits.seconds_per_call:g}"
            return self._stop(Outcome.TIMED_OUT, f"{name} was still running after {seconds} s.")
        if status == -signal.SIGKILL:
            return self._stop(Outcome.CRASHED, f"{name} used up the submission's time, or too much memory.")
        if status is not None and status < 0:
            return self._stop(Outcome.CRASHED, f"{name} crashed Python.", f"by signal {-status}")
        return self._stop(Outcome.CRASHED, f"{name} ended the program.", f"with exit status {status}")

    def _stop(self, outcome: Outcome, reason: str, detail: str = "") -> Stopped:
        """Let the process go, and say that it is gone."""
        self._stops_left -= 1
        self.close()
        return Stopped(outcome, reason, detail, ended_process=True)


class _Clock:
    """Takes the time that the block lasts from what the submission has left."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._connection._wall_left -= time.monotonic() - self._began
