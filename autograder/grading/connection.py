"""One student's process at a time, what goes to and fro, and why it ended when it does."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..assignment import Limits
from ..errors import GraderError
from ..result import Outcome
from ..sandbox.wire import MAX_STATEMENTS, Blob, Channel, Closed, Content, TooLarge, TooLate, WireError
from .budget import LEAST, Budget
from .launcher import Launcher, Process
from .replay.recording import Request

END_SECONDS = 600
"""How long the zygote may take to tell how a process ended: milliseconds, unless the machine is stuck."""

HANG_UP_SECONDS = 1
"""How long a process may go on that has hung up: Python's own end takes less."""

GRACE_SECONDS = 2
"""What a call may compute beyond its time: before that the kernel ends it, unless it has seen to that."""

MANY = 40
"""Replies that are let come together: to wait for those of one case would take longer than to compute them."""

SPENT = "your code, and what it took to read its answers, used up the submission's time"


class Stopped(BaseException):
    """A call ended the student's process, or would have to run in one that a call ended before.

    No `Exception`, since it stops a case from outside: no test may catch it.

    Attributes:
        outcome: how the case ends.
        reason: the grader's own words, safe to show.
        detail: may hold the student's words, for instructors.
        ended_process: whether the process is gone by it.
    """

    def __init__(self, outcome: Outcome, reason: str, detail: str = "", *, ended_process: bool = False) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.detail = detail
        self.ended_process = ended_process


class _StillRunning(BaseException):
    """A call has computed for longer than it may, and nothing has ended it."""


class InternalError(BaseException):
    """The grader itself failed in the midst of a case: never counted against the student."""


class Connection:
    """The line to a student's process, within what one submission may cost.

    Args:
        launcher: starts the processes.
        limits: how long calls may take.
        budget: what the submission may cost; what `limits` say, from now on, where it is left out.

    Attributes:
        limits: the same.
        sequence: the number of the last request; its reply must bear it.
        starved: whether any stop so far may be the machine's doing.
        is_spent: whether the submission was found to have used up what it may.
    """

    def __init__(self, launcher: Launcher, limits: Limits, budget: Budget | None = None) -> None:
        self._launcher = launcher
        self.limits = limits
        self._budget = budget or Budget(limits.seconds_per_submission)
        self._process: Process | None = None
        self._given = 0  # processor seconds that the process may use
        self._used_before = 0.0  # by the process, before the call that is waited for
        self.sequence = 0
        self.starved = False
        self.is_spent = False

    @property
    def is_open(self) -> bool:
        return self._process is not None

    def open(self) -> None:
        """Start a fresh process, which may use what the submission has left.

        Raises:
            Stopped: if the submission has used up its time.
        """
        self.check_costs()
        try:
            self._given = max(1, math.ceil(self._budget.left()))
            self._process = self._launcher.spawn(self._given)
        except GraderError as error:
            raise InternalError(str(error)) from None
        self._process.channel.watch = self._watch

    def close(self) -> None:
        """Let the process go, and charge what it used."""
        if self._process is not None:
            self._budget.charge(self._process.used(), self._process.channel.received)
            self._process.close()
            self._process = None

    def check_costs(self) -> None:
        """Look at what the submission has cost so far, on its side and on ours.

        Raises:
            Stopped: if that is all that it may; the process is gone then.
        """
        running, received = 0.0, 0
        if self._process is not None:
            running, received = self._process.used(), self._process.channel.received
        if self._budget.is_spent(running, received):
            self.is_spent = True
            if self._budget.left(running) >= LEAST:
                self._note_waiting(self._budget.seconds)
            if self._process is not None:
                self._end()
            raise Stopped(Outcome.BLOCKED, f"not run: {SPENT}.")

    def ask(
        self, header: dict[str, Any], blobs: Sequence[Blob], name: str, reached: list[int] | None = None
    ) -> Content:
        """Send one request and wait for its reply.

        Args:
            name: what messages call it.
            reached: where to note the lines that a reply in several frames tells of first.

        Raises:
            Stopped: if the process dies, is too slow or breaks the protocol, or if the submission has
                used up what it may; the process is gone then.
            TooLarge: if no frame can hold the request; the process has heard nothing of it.
        """
        with self._stopping(name):
            deadline = self._deadline()
            self._send(header, blobs, name, deadline)
            while True:
                reply, pieces = self._receive(deadline)
                if reached is None or type(reply.get("at")) is not int:
                    return reply, pieces
                if len(reached) == MAX_STATEMENTS:
                    raise WireError("more statements than a file has")
                reached.append(reply["at"])

    def send_ahead(self, requests: Sequence[Request]) -> None:
        """Send requests in one message, for `answers`; nothing if there are none.

        Raises:
            Stopped: as `ask` does.
        """
        self.check_costs()
        if not requests:
            return
        with self._stopping("your code"):
            frames = [request.frame for request in requests]
            try:
                self._send({"op": "ahead"}, frames, "your code", self._deadline())
            except TooLarge as error:
                raise InternalError(f"the cases ask too much at once: {error}") from None

    def answers(self, requests: Sequence[Request], *, soon: bool = False) -> Iterator[bytes]:
        """The reply to each of the requests that were sent ahead, as it comes: a whole frame, unread.

        Args:
            soon: whether none is let wait for others to come with it, as where few are asked.

        Raises:
            Stopped: as `ask` does, at the request that is to blame. Those after it were not carried out.
        """
        soon = soon or len(requests) < MANY
        for number, request in enumerate(requests):
            with self._stopping(request.name):
                self.check_costs()
                deadline = self._deadline()
                reply = self._channel.receive_numbered(number, deadline, soon=soon)
                if number == len(requests) - 1:
                    self._receive(deadline)  # there were as many replies as requests
            yield reply

    def distrust(self, why: str) -> Stopped:
        """Give up a process that does not keep to the protocol."""
        return self._stop(Outcome.CRASHED, "the answer of your code could not be read.", why)

    def _watch(self) -> None:
        """Look once a second, while it is waited for, at what the call and the submission cost."""
        self.check_costs()
        most = self.limits.seconds_per_call + GRACE_SECONDS
        if self._process and self._process.used() - self._used_before > most:
            raise _StillRunning

    def _deadline(self) -> float:
        """The time by the clock until which a call may take, from now on."""
        self._used_before = self._process.used() if self._process else 0.0
        return min(time.monotonic() + self.limits.wall_seconds_per_call, self._budget.until)

    @property
    def _channel(self) -> Channel:
        assert self._process is not None
        return self._process.channel

    def _send(self, header: dict[str, Any], blobs: Sequence[Blob], name: str, deadline: float) -> None:
        self.sequence += 1
        try:
            self._channel.send({**header, "seq": self.sequence}, blobs, deadline)
        except TooLarge:
            raise
        except WireError as error:
            raise InternalError(f"what {name} should be told cannot cross: {error}") from None

    def _receive(self, deadline: float) -> Content:
        reply, pieces = self._channel.receive(deadline)
        if type(reply.get("seq")) is not int or reply.pop("seq") != self.sequence:
            raise WireError("a reply to no question")
        return reply, pieces

    @contextmanager
    def _stopping(self, name: str) -> Iterator[None]:
        """Say why the process is no longer to be asked, where it is not; it is gone afterwards."""
        try:
            yield
        except TooLarge:
            raise
        except WireError as error:
            raise self.distrust(str(error)) from None
        except Closed:
            raise self._hung_up(name) from None
        except TooLate:
            raise self._too_late(name) from None
        except _StillRunning:
            raise self._still_running(name) from None
        except Stopped:  # while it was waited for
            raise Stopped(Outcome.TIMED_OUT, f"{name}: {SPENT}.", ended_process=True) from None

    def _too_late(self, name: str) -> Stopped:
        """Why nothing came in time.

        The processor's limit is the kernel's to keep: what reached this one slept, waited for a busy
        machine, or raised its own limit and burned all that time.
        """
        most = self.limits.wall_seconds_per_call
        is_spent = time.monotonic() >= self._budget.until  # by sleeping a little in each of many calls
        self._note_waiting(self._budget.seconds if is_spent else most)
        reason = f"{name}: {SPENT}." if is_spent else f"{name} had not answered after {most:g} s."
        return self._stop(Outcome.TIMED_OUT, reason)

    def _note_waiting(self, seconds: float) -> None:
        """Before it is ended: whether it had to wait for a processor. Who slept is not tried again."""
        if self._process is None:
            return
        waited = self._process.waited()
        if waited is None:
            self.starved |= self._process.used() < seconds
        else:
            self.starved |= waited > seconds / 2

    def _hung_up(self, name: str) -> Stopped:
        """Why the process is gone, by its exit status; it need not be, just because it hung up."""
        assert self._process is not None
        end = self._process.ended(HANG_UP_SECONDS)
        if end is None:
            return self._stop(Outcome.CRASHED, f"{name} hung up on the grader and went on.")
        status = end.status
        if status == -signal.SIGXCPU:
            return self._still_running(name)
        if status == -signal.SIGKILL:
            if end.cpu_seconds > 0.7 * self._given:  # its limit: the kernel counts ticks, too many on a busy machine
                self._budget.charge(self._given, 0)
            return self._stop(Outcome.CRASHED, f"{name} used up the submission's time, or the machine's memory.")
        if status < 0:
            return self._stop(Outcome.CRASHED, f"{name} crashed Python.", f"by signal {-status}")
        return self._stop(Outcome.CRASHED, f"{name} ended the program.", f"with exit status {status}")

    def _still_running(self, name: str) -> Stopped:
        seconds = f"{self.limits.seconds_per_call:g}"
        return self._stop(Outcome.TIMED_OUT, f"{name} was still running after {seconds} s.")

    def _stop(self, outcome: Outcome, reason: str, detail: str = "") -> Stopped:
        """Let the process go, and say that it is gone."""
        self._end()
        return Stopped(outcome, reason, detail, ended_process=True)

    def _end(self) -> None:
        """End the process, so that what it used is known, and let it go."""
        assert self._process is not None
        self._process.kill(END_SECONDS)
        self.close()
