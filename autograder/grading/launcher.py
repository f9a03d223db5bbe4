"""Starts the zygote and, through it, one process for each student's file."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import Limits
from ..errors import GraderError
from ..sandbox.confinement import WallPlan
from ..sandbox.environment import ENVIRONMENT, program_of_this_package
from ..sandbox.limits import WorkerLimits, machine_memory
from ..sandbox.wire import Channel, Closed, TooLate, WireError
from ..sandbox.worker import RARE, rare_imports
from ..sandbox.zygote import Forked, Setting
from .isolation import SECRET, IsolationLevel, LaunchOption, around, violations, ways

START_SECONDS = 600
OWN_MB, OWN_MB_EACH, LEAST_MB = 550, 150, 200
"""Megabytes that the grader and the zygote take, what each submission at a time takes beside, and what a student's
process gets however small the machine is."""

OWN_MB_FORKED, LEAST_MB_FORKED = 600, 100
"""The same where one submission is graded by a fork of the grader. Otter's process is among it, 440 in all, and so is
what a student's process may have of its own accord beyond its memory."""

_CREDENTIALS = struct.Struct("3i")
"""What the kernel says of who sent a message: the process's number, as it is called here, user and group."""

_CPUCLOCK_SCHED = 2
"""With a process's number, the clock of its processor time."""


@dataclass(frozen=True)
class End:
    """How a student's process ended.

    Attributes:
        status: its exit status; minus the signal's number where a signal ended it.
        cpu_seconds: the processor time it had used, that of its threads included.
    """

    status: int
    cpu_seconds: float


class Launcher:
    """The grader's end of the zygote's control socket.

    Datagrams are whole or not at all, so several grading processes share one launcher.

    Attributes:
        refusals: why no stronger tier could be built, a line each.
    """

    def __init__(self, control: socket.socket, tier: IsolationLevel) -> None:
        self._control = control
        self.tier = tier
        self.refusals: tuple[str, ...] = ()
        self._count = 0

    def spawn(self, seconds: int | None = None) -> Process:
        """Fork a fresh student process.

        Args:
            seconds: of processor time that it may use; those of a whole submission where it is left out.
        """
        self._count += 1
        key = f"{os.getpid()}-{self._count}"
        ours, theirs = socket.socketpair()
        status, status_write = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        status.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            request = json.dumps({"spawn": key, "seconds": seconds}).encode()
            socket.send_fds(self._control, [request], [theirs.fileno(), status_write.fileno()])
        except OSError as error:
            raise GraderError(f"the process that starts students' code is gone: {error}") from None
        finally:
            theirs.close()
            status_write.close()
        return Process(key, Channel(ours), status, self)

    def quit(self) -> None:
        """Let the zygote kill every student process and end."""
        with contextlib.suppress(OSError):
            self._control.send(b'{"quit": true}')

    def kill(self, key: str) -> None:
        with contextlib.suppress(OSError):  # a zygote that is gone has taken its children along
            self._control.send(json.dumps({"kill": key}).encode())


class Process:
    """One student's process, seen from outside."""

    def __init__(self, key: str, channel: Channel, status: socket.socket, launcher: Launcher) -> None:
        self.key = key
        self.channel = channel
        self._status = status
        self._number: int | None = None
        self._used = 0.0
        self._end: End | None = None
        self._launcher = launcher

    def ended(self, wait: float) -> End | None:
        """How it ended, or None when it has not after `wait` seconds."""
        while self._end is None and select.select([self._status], [], [], wait)[0]:
            text, told, _, _ = self._status.recvmsg(64, socket.CMSG_SPACE(_CREDENTIALS.size))
            if not text:  # the zygote itself is gone
                break
            if self._number is None:  # the first message comes from the process itself
                self._number = _CREDENTIALS.unpack(told[0][2])[0]
                with contextlib.suppress(OSError):  # where memory gives out, this process goes and not the grader
                    Path(f"/proc/{self._number}/oom_score_adj").write_text("1000")
            else:
                self._end = End(*json.loads(text))
        return self._end

    def used(self) -> float:
        """Processor seconds of it and its threads, so far or, if it has ended, in all."""
        if end := self.ended(0):
            return end.cpu_seconds
        with contextlib.suppress(OSError):  # it has ended, and nobody has told yet
            if self._number is not None:
                self._used = time.clock_gettime(~self._number << 3 | _CPUCLOCK_SCHED)
        return self._used

    def waited(self) -> float | None:
        """Seconds that a thread of it could have run and had no processor: the most; None if unknown."""
        if self.ended(0) or self._number is None:
            return None
        waits = []
        with contextlib.suppress(OSError):  # it has ended, and nobody has told yet
            for thread in Path(f"/proc/{self._number}/task").iterdir():
                with contextlib.suppress(OSError, ValueError, IndexError):  # a thread that is gone, a silent kernel
                    waits.append(int((thread / "schedstat").read_text().split()[1]))
        return max(waits) / 1e9 if waits else None

    def kill(self, wait: float) -> End | None:
        """Kill it, unless it has ended by itself just now, and say how it ended as `ended` does."""
        self._launcher.kill(self.key)
        return self.ended(wait)

    def close(self) -> None:
        """Hang up and forget it; the zygote reaps it in its own time."""
        self.channel.close()
        self._status.close()
        self._launcher.kill(self.key)


@contextmanager
def open_launcher(
    limits: Limits,
    at_once: int = 1,
    *,
    secret: Path = SECRET,
    unconfined: bool = False,
    only: IsolationLevel | None = None,
    alone: bytes | None = None,
    forked: Forked | None = None,
) -> Iterator[Launcher]:
    """Start a zygote behind the strongest wall that this machine can build, for the length of the block.

    Args:
        at_once: submissions that are graded at the same time and share the memory.
        alone: the code of the only submission that will ever run behind this wall. Then there is nobody to pass
            a note to by what the kernel keeps of files, and none of them are held in memory.
        forked: a zygote of this process that waits; none is started where its wall stands.
        secret: a file of the assignment that student code must not be able to read, wherever it lies.
        unconfined: run student code without any wall; an instructor's explicit choice.
        only: take this tier or none, for tests.

    Raises:
        GraderError: if no wall can be built, saying why.
    """
    if not secret.is_file():
        raise GraderError(f"{secret} is missing: without it, the wall around student code cannot be tried.")
    memory_mb = min(limits.memory_mb, _memory_for_each(at_once, is_forked=forked is not None))
    refusals = []
    with contextlib.ExitStack() as stack:
        for way in _options(unconfined, only, forked):
            try:
                launcher = stack.enter_context(_zygote(replace(limits, memory_mb=memory_mb), way, secret, alone))
                break
            except GraderError as error:
                refusals.append(f"{way.tier.value}: {error}")
        else:
            raise GraderError(
                "No wall can be built around student code on this machine, so nothing was graded.\n"
                + "\n".join(f"  {refusal}" for refusal in refusals)
                + "\nInstall bubblewrap (apt-get install bubblewrap) or grade on Linux 5.13 or newer."
            )
        launcher.refusals = tuple(refusals)
        yield launcher


def _memory_for_each(at_once: int, *, is_forked: bool = False) -> int:
    """Megabytes that each student's process may take of what the machine, or this container, has."""
    own, least = (OWN_MB_FORKED, LEAST_MB_FORKED) if is_forked else (OWN_MB + at_once * OWN_MB_EACH, LEAST_MB)
    return max((machine_memory() // 2**20 - own) // at_once, least)


def _options(unconfined: bool, only: IsolationLevel | None, forked: Forked | None) -> Iterator[LaunchOption]:
    """The zygote that waits, if there is one; after it those that would have to be started."""
    if forked:
        yield around(forked)
    yield from ways(unconfined, only)


@contextmanager
def _zygote(limits: Limits, way: LaunchOption, secret: Path, alone: bytes | None) -> Iterator[Launcher]:
    worker_limits = WorkerLimits(
        seconds_per_call=limits.seconds_per_call,
        seconds_per_submission=limits.seconds_per_submission,
        memory_bytes=limits.memory_mb * 2**20,
        output_chars=limits.output_kb * 2**10,
    )
    plan = replace(way.plan, resident=alone is None)
    rare = tuple(RARE) if alone is None else rare_imports(alone)
    with tempfile.TemporaryDirectory(prefix="autograder-") as empty:
        home = "/tmp" if way.command and way.tier is IsolationLevel.NAMESPACES else empty
        control, zygote = (way.forked.control, way.forked) if way.forked else _start(way.command, home, empty)
        launcher = Launcher(control, way.tier)
        try:
            with contextlib.suppress(BrokenPipeError):  # it has ended; what it said of that is still there
                control.send(Setting(worker_limits, plan, home, rare, alone is not None).to_json())
            _await_ready(control, zygote)
            if way.tier.confined:
                _try_wall(launcher, way.plan, secret)
            yield launcher
        finally:
            launcher.quit()  # forked grading processes may hold the socket, too
            control.close()
            _end(zygote)


def _start(command: Sequence[str], home: str, folder: str) -> tuple[socket.socket, subprocess.Popen]:
    """Start a zygote as a program of its own."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        zygote = subprocess.Popen(
            [*command, *program_of_this_package("sandbox.zygote", str(theirs.fileno()))],
            cwd=folder,
            env={**ENVIRONMENT, "HOME": home, "TMPDIR": home},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
    return ours, zygote


def _try_wall(launcher: Launcher, plan: WallPlan, secret: Path) -> None:
    """Let a process try, from inside, what student code must not be able to do."""
    process = launcher.spawn()
    try:
        deadline = time.monotonic() + START_SECONDS
        process.channel.send({"op": "probe", "seq": 0, "secret": str(secret)}, deadline=deadline)
        reply, _ = process.channel.receive(deadline)
    except (Closed, TooLate, WireError):
        raise GraderError("a confined process did not answer") from None
    finally:
        process.close()
    if "refused" in reply:
        raise GraderError(f"a process could not be confined: {reply['refused']}")
    if not isinstance(tried := reply.get("value"), dict):
        raise GraderError(f"a confined process could not try the wall: {reply.get('error')}")
    if found := violations(tried, plan):
        raise GraderError("the wall has holes: " + "; ".join(found))


def _await_ready(control: socket.socket, zygote: subprocess.Popen | Forked) -> None:
    ready, _, _ = select.select([control], [], [], START_SECONDS)
    answer = b""
    with contextlib.suppress(ConnectionResetError):  # it has ended and left its setting unread
        answer = control.recv(4096) if ready else b""
    if not answer:
        zygote.kill()
        errors = zygote.communicate()[1] if isinstance(zygote, subprocess.Popen) else b""
        raise GraderError(f"the process that loads torch did not start:\n{errors.decode(errors='replace')}")
    if "refused" in (told := json.loads(answer)):
        raise GraderError(told["refused"])


def _end(zygote: subprocess.Popen | Forked) -> None:
    try:
        zygote.wait(timeout=10)
    except subprocess.TimeoutExpired:
        zygote.kill()
        zygote.wait()
    if isinstance(zygote, subprocess.Popen) and zygote.stderr:
        zygote.stderr.close()
