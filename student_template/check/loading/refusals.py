"""What grading refuses a student's file: other files, processes, sockets, timers. Says so in words.

When it is graded, the wall refuses. At the desk there is none: `Desk` makes the same calls fail with the
same errors there, so that who relies on a file or a process sees it before the work is handed in. It is no
protection: it stands in the student's own process.
"""

from __future__ import annotations

import errno
import os
import re
import signal
import site
import socket
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .libraries import hide_the_others, is_lacking, lacks

PLACE = 'see "Where your code runs" in conventions.md'
WRITES = f"No file can be written when your code is graded: {PLACE}"
READS = f"Only files of Python and the libraries can be read when your code is graded: {PLACE}"
STARTS = f"No other process can be started when your code is graded: {PLACE}"
CONNECTS = f"There is no network when your code is graded: {PLACE}"
TIMES = f"No timer can be set when your code is graded: {PLACE}"

_REFUSED = {errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOENT, errno.ENOSYS}
_BY_MODULE = (
    (("subprocess.py", "multiprocessing", "concurrent/futures/process.py", "popen_fork.py"), STARTS),
    (("socket.py", "asyncio", "urllib/request.py", "http/client.py", "ssl.py"), CONNECTS),
    (("tempfile.py",), WRITES),
)
"""By the files that an error passed through, what was tried: the first that fits."""

_RANDOM_NAME = re.compile(r"\btmp[a-z0-9_]{8}\b")

LONGEST = 200
"""Characters that are shown of an error."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


# In words ----------------------------------------------------------------------------------------


def explain(error: BaseException) -> str:
    """Why an error came, in a sentence without its full stop, if it is by what grading refuses; else ""."""
    if isinstance(error, ModuleNotFoundError):
        name = error.name
        return lacks(name) if type(name) is str and is_lacking(name) else ""
    if isinstance(error, signal.ItimerError):
        return TIMES
    if isinstance(error, socket.gaierror):
        return CONNECTS
    if isinstance(error, OSError):
        return _explain_system(error)
    name = type(error).__name__
    if name == "OperationalError" and "unable to open database file" in str(error):
        return WRITES
    if name == "RuntimeError" and "open file failed" in str(error):  # torch writes files by itself
        return WRITES
    if isinstance(error, LookupError | ValueError | TypeError):
        return ""  # these are what conventions.md asks for
    if name == "BrokenProcessPool":
        return STARTS
    behind = error.__cause__ or error.__context__  # a library's own words around the reason
    return explain(behind) if isinstance(behind, OSError | ModuleNotFoundError) else ""


def with_reason(text: str, error: BaseException) -> str:
    """A sentence on an error, and behind it the reason, where grading refuses what was tried."""
    why = explain(error)
    return f"{_without_folders(text).rstrip('.')}. {why}" if why else text


def _without_folders(text: str) -> str:
    """The text with paths as the student wrote them: where it runs differs from run to run."""
    for folder in (os.getcwd(), tempfile.tempdir):
        if isinstance(folder, str) and len(folder) > 1:
            text = text.replace(folder + os.sep, "")
    return _RANDOM_NAME.sub("tmp…", text)


def _explain_system(error: OSError) -> str:
    reason = getattr(error, "reason", None)  # urllib's own error is around the one that says it
    if isinstance(reason, OSError) and reason is not error:
        return explain(reason) or CONNECTS
    if error.errno not in _REFUSED:
        return ""
    passed = _files(error)
    for names, sentence in _BY_MODULE:
        if any(name in file for file in passed for name in names):
            return sentence
    if error.errno == errno.EROFS:
        return WRITES
    if isinstance(error.filename, str | bytes | int):
        return READS if error.errno in (errno.ENOENT, errno.EACCES) else WRITES
    return STARTS if error.errno == errno.EPERM else ""


def _files(error: BaseException) -> list[str]:
    """The files that an error passed through."""
    return [frame.f_code.co_filename.replace("\\", "/") for frame, _ in traceback.walk_tb(error.__traceback__)]


# At the desk -------------------------------------------------------------------------------------


class Desk:
    """Refuses at a student's desk what the wall refuses, while their code runs.

    Args:
        file: the student's file, as tracebacks call it.
        noticed: gets the line and a sentence when a line of that file tries something.
    """

    def __init__(self, file: str, noticed: Callable[[int, str], None]) -> None:
        self._file = file
        self._noticed = noticed
        self._folder = os.path.dirname(_plain(file))
        self._roots = _readable()
        self._is_on = False

    def put_up(self) -> None:
        """From now on, what runs in `refusing` is refused what grading refuses. Cannot be undone."""
        tempfile.gettempdir()  # else each attempt would try every place there is
        hide_the_others(lambda: self._is_on)
        with suppress(ImportError, AttributeError):
            self._replace_functions()
        sys.addaudithook(self._hook)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """The student's code runs in here."""
        was, self._is_on = self._is_on, True
        try:
            yield
        finally:
            self._is_on = was

    def _hook(self, event: str, args: tuple) -> None:
        """Called by Python before whatever could be of interest; raises where grading would."""
        if self._is_on and (refuse := _BY_EVENT.get(event)) is not None:
            refuse(self, *args)

    def _opens(self, path: Any, mode: Any = None, flags: Any = 0, *_: Any) -> None:
        if isinstance(path, int):
            return
        if flags & _WRITING:
            self._refuse(WRITES, OSError(errno.EROFS, os.strerror(errno.EROFS), path))
        if not self._can_read(path):
            self._refuse(READS, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path))

    def _lists(self, path: Any = None, *_: Any) -> None:
        path = "." if path is None else path
        if not isinstance(path, int) and not self._can_read(path):
            self._refuse(READS, PermissionError(errno.EACCES, os.strerror(errno.EACCES), path))

    def _changes(self, path: Any = None, *_: Any) -> None:
        self._refuse(WRITES, PermissionError(errno.EPERM, os.strerror(errno.EPERM), path))

    def _starts(self, *_: Any) -> None:
        self._refuse(STARTS, PermissionError(errno.EPERM, os.strerror(errno.EPERM)))

    def _connects(self, *_: Any) -> None:
        self._refuse(CONNECTS, PermissionError(errno.EPERM, os.strerror(errno.EPERM)))

    def _looks_up(self, *_: Any) -> None:
        self._refuse(CONNECTS, socket.gaierror(-3, "Temporary failure in name resolution"))

    def _opens_database(self, path: Any = "", *_: Any) -> None:
        import sqlite3

        if path not in (":memory:", b":memory:", ""):
            self._refuse(WRITES, sqlite3.OperationalError("unable to open database file"))

    def _refuse(self, why: str, error: Exception) -> None:
        """Raise the error, unless it is for a library that gets itself ready, which it did before grading."""
        was, self._is_on = self._is_on, False
        try:
            frame = sys._getframe(1)
            while frame is not None and frame.f_code.co_filename != self._file:
                if frame.f_code.co_filename.startswith("<frozen importlib"):
                    return
                frame = frame.f_back  # type: ignore[assignment]
            if frame is not None and why:
                shown = _without_folders(f"{type(error).__name__}: {error}")[:LONGEST]
                self._noticed(frame.f_lineno, f"this fails when graded ({shown}). {why}.")
        finally:
            self._is_on = was
        raise error

    def _can_read(self, path: Any) -> bool:
        """Whether a file is Python's or a library's."""
        try:
            wanted = _plain(path)
        except (TypeError, ValueError):
            return True  # whoever opens it says what is wrong
        least = len(self._folder) if _is_in(wanted, self._folder) else 0
        return any(len(root) > least and _is_in(wanted, root) for root in self._roots)

    def _replace_functions(self) -> None:
        """Refuse what Python does not announce to hooks."""
        import multiprocessing.synchronize

        import torch

        def replace(holder: Any, name: str, refuse: Callable[..., None]) -> None:
            original = getattr(holder, name, None)
            if original is None:  # another system has none
                return

            def replacement(*args: Any, **kwargs: Any) -> Any:
                if self._is_on:
                    refuse(*args)
                return original(*args, **kwargs)

            replacement.__name__ = name
            setattr(holder, name, replacement)

        def is_seen(path: Any = "", *_: Any) -> None:
            if not isinstance(path, int) and not self._can_read(path):
                self._refuse("", FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path))

        def writes(file: Any = "", *_: Any) -> None:
            if isinstance(file, str):
                text = f"open file failed with strerror: {os.strerror(errno.EROFS)}"
                self._refuse(WRITES, RuntimeError(text))

        def sets_timer(*_: Any) -> None:
            self._refuse(TIMES, signal.ItimerError(errno.EPERM, os.strerror(errno.EPERM)))

        def shares(*_: Any) -> None:
            self._refuse(STARTS, OSError(errno.EROFS, os.strerror(errno.EROFS)))

        replace(os, "stat", is_seen)
        replace(os, "lstat", is_seen)
        replace(os, "pipe", self._starts)
        replace(signal, "setitimer", sets_timer)
        replace(torch._C, "PyTorchFileWriter", writes)
        replace(multiprocessing.synchronize.SemLock, "__init__", shares)
        system = os.system

        def no_program(command: Any) -> int:
            """As behind the wall: the shell does not start, and nothing is raised."""
            if not self._is_on:
                return system(command)
            try:
                self._starts()
            except PermissionError:
                return 127 << 8
            return system(command)

        os.system = no_program


_FILES = """
    os.mkdir os.rmdir os.remove os.rename os.link os.symlink os.chmod os.chown os.truncate os.utime os.chdir
    os.chflags os.lockf os.setxattr os.removexattr os.add_dll_directory
""".split()  # noqa: SIM905
_PROCESSES = """
    subprocess.Popen os.fork os.forkpty os.posix_spawn os.exec os.spawn os.startfile os.startfile/2 os.kill
    os.killpg pty.spawn
""".split()  # noqa: SIM905
_SOCKETS = "socket.__new__ socket.connect socket.bind socket.sendto socket.sendmsg".split()  # noqa: SIM905
_NAMES = "socket.getaddrinfo socket.gethostbyname socket.gethostbyaddr socket.getnameinfo".split()  # noqa: SIM905
_BY_EVENT: dict[str, Callable[..., None]] = {
    "open": Desk._opens,
    "os.listdir": Desk._lists,
    "os.scandir": Desk._lists,
    "sqlite3.connect": Desk._opens_database,
    **dict.fromkeys(_FILES, Desk._changes),
    **dict.fromkeys(_PROCESSES, Desk._starts),
    **dict.fromkeys(_SOCKETS, Desk._connects),
    **dict.fromkeys(_NAMES, Desk._looks_up),
}
"""What is done on Python's audit events; the list of them is in Python's documentation."""


def _readable() -> tuple[str, ...]:
    """The folders of Python and the libraries, as the wall has them."""
    paths = [sys.prefix, sys.exec_prefix, sys.base_prefix, site.getusersitepackages()]
    paths = [path for path in paths if path not in ("/", "/usr", "/usr/local")]
    paths += [path for path in sysconfig.get_paths().values() if path.endswith(("packages", "python"))]
    paths += [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    paths += [path for path in sys.path if path]
    paths += ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache", "/proc/cpuinfo", "/dev/null"]
    both = {_plain(path) for path in paths} | {_plain(os.path.realpath(path)) for path in paths}
    return tuple(sorted(both))


def _plain(path: Any) -> str:
    return os.path.normcase(os.path.abspath(os.fsdecode(path)))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
