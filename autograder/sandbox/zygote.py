"""The process that has torch loaded and forks one child for each student's file.

It holds no secret and runs no student code itself. It is started as a program or, where one submission is
graded and memory is short, forked from the grader's process before that has read anything (`fork`). The grader
sends it datagrams over one socket: a `Setting` first, then `{"spawn": key, "seconds": n}` with two descriptors,
the child's connection and a socket on which first the child writes that it has begun, so that the kernel tells
the grader which process it is, and then the zygote how it ended (exit status and processor seconds, in JSON);
and `{"kill": key}`. When the control socket closes, everything is killed.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import math
import os
import random
import selectors
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch

from . import namespaces
from .confinement import Wall, WallError, WallPlan
from .environment import ENVIRONMENT
from .huge_pages import collapse
from .limits import WorkerLimits, address_space, cut_loose
from .preload import Keeper, loaded
from .worker import RARE, import_common, preload, serve

MAX_DATAGRAM = 2**18
_IN_NAMESPACES = b"namespaces"


@dataclass(frozen=True)
class Setting:
    """What the grader tells the zygote first.

    Attributes:
        home: an empty folder, which is called HOME and holds what is temporary.
        rare: which rare modules students' files may need.
        alone: whether one submission only runs here, and nothing need make forks cheap.
    """

    limits: WorkerLimits
    plan: WallPlan
    home: str
    rare: tuple[str, ...] = tuple(RARE)
    alone: bool = False

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Setting:
        told = json.loads(text)
        limits, plan = WorkerLimits(**told.pop("limits")), WallPlan(**told.pop("plan"))
        return cls(limits, plan, **told)


@dataclass(frozen=True)
class Forked:
    """A zygote that waits for its setting.

    Attributes:
        process: its number, to be waited for.
        control: the grader's end of its socket.
        has_namespaces: whether it is in namespaces of its own.
    """

    process: int
    control: socket.socket
    has_namespaces: bool

    def kill(self) -> None:
        os.kill(self.process, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> None:
        """Wait for its end, as `Popen.wait` does."""
        until = time.monotonic() + (timeout or math.inf)
        while os.waitpid(self.process, os.WNOHANG) == (0, 0):
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("zygote", timeout or 0)
            time.sleep(0.01)


@dataclass(frozen=True)
class Child:
    """A running student process: the grader's name for it, where to report its end, its slot."""

    key: str
    status: int
    slot: int


class Zygote:
    """Forks, reaps and kills.

    Attributes:
        loaded: the address space that every child inherits, in bytes.
        children: the running children by process id.
    """

    def __init__(self, control: socket.socket, limits: WorkerLimits, wall: Wall) -> None:
        self.control = control
        self.limits = limits
        self.loaded = address_space()
        self.wall = wall
        self.children: dict[int, Child] = {}

    def run(self) -> None:
        """Serve until the grader closes its end."""
        wake, wake_write = os.pipe2(os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            try:
                while True:
                    ready = {key.fd for key, _ in selector.select()}
                    if wake in ready:
                        os.read(wake, 4096)
                        self.reap()
                    if self.control.fileno() in ready and not self.obey():
                        break
            finally:
                for process in self.children:
                    os.kill(process, signal.SIGKILL)

    def obey(self) -> bool:
        """Carry out one request; False when there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self.control, 4096, 2)
        if not data:
            return False
        request = json.loads(data)
        if "quit" in request:
            return False
        if "spawn" in request:
            self.spawn(request["spawn"], request["seconds"], *descriptors)
        else:
            self.kill(request["kill"])
        return True

    def spawn(self, key: str, seconds: int | None, connection: int, status: int) -> None:
        limits = replace(self.limits, seconds_per_submission=seconds) if seconds else self.limits
        taken = {child.slot for child in self.children.values()}
        slot = next(number for number in itertools.count() if number not in taken)
        process = os.fork()
        if process == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.write(status, b"begun")
                serve(socket.socket(fileno=connection), limits, self.loaded, self.wall, slot)
            finally:
                os._exit(0)
        os.close(connection)
        self.children[process] = Child(key, status, slot)

    def kill(self, key: str) -> None:
        for process, child in self.children.items():
            if child.key == key:
                os.kill(process, signal.SIGKILL)

    def reap(self) -> None:
        """Report every child that has ended."""
        while self.children:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            child = self.children.pop(process, None)
            if child is None:  # not a student's: the keeper of what they may read
                continue
            end = [os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]
            with contextlib.suppress(OSError):  # the grader may not want to know any more
                os.write(child.status, json.dumps(end).encode())
            os.close(child.status)


def fork() -> Forked:
    """Fork a zygote from this process, which has loaded torch and no more than a student's process may hold.

    Memory may still hold the environment and arguments of this process: there must be nothing of worth in them.
    """
    import_common()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    gc.collect()
    gc.freeze()  # what both share is looked at, and so copied, by neither
    process = os.fork()
    if process:
        theirs.close()
        return Forked(process, ours, ours.recv(MAX_DATAGRAM) == _IN_NAMESPACES)
    try:
        cut_loose(keep={theirs.fileno()})
        sys.argv[:] = [""]
        for name in os.environ.keys() - ENVIRONMENT.keys():
            del os.environ[name]
        theirs.send(_IN_NAMESPACES if namespaces.enter() else b"{}")
        _serve(theirs)
    except Exception as error:  # nobody reads what it would print
        theirs.send(json.dumps({"refused": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(0)


def _serve(control: socket.socket) -> None:
    """Take the setting, get everything ready that students' processes share, and fork them."""
    told = control.recv(MAX_DATAGRAM)
    if not told:  # the grader has gone, or does without
        return
    setting = Setting.from_json(told)
    os.environ.update(HOME=setting.home, TMPDIR=setting.home)
    os.chdir(setting.home)
    wall = Wall(setting.plan)
    try:
        wall.prepare()
    except (WallError, OSError) as error:
        control.send(json.dumps({"refused": str(error)}).encode())
        return
    keeper = Keeper(wall.readable) if wall.plan.confined and wall.plan.resident else None
    preload(setting.rare)
    if keeper and not keeper.keep(loaded()):
        control.send(json.dumps({"refused": "what students' code may read could not be read whole"}).encode())
        return
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)
    gc.disable()
    gc.collect()
    if not setting.alone:
        collapse()
    gc.freeze()
    control.send(b"{}")  # ready
    Zygote(control, setting.limits, wall).run()


if __name__ == "__main__":  # `python -m autograder.sandbox.zygote FD`
    _serve(socket.socket(fileno=int(sys.argv[1])))
