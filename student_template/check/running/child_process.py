"""The process that imports torch, loads the student's file and runs the cases, for `processes`.

It reads requests, lines of JSON, from its input, and writes one line of JSON per event to what was its
output. Whatever the student's code prints goes elsewhere. Its parent stops it when a case takes too long.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_MESSAGE = 4000
LONGEST_PRINT = 2000
"""Characters that are passed on of one message, and of what one case prints."""

LATER = ("gensim.models", "sympy", "torch._dynamo")
"""What some cases make torch or the student's file import: seconds that can pass while nobody waits. In
small pieces, since whoever comes meanwhile waits for one."""

NO_REQUESTS = 77
"""Exit status of a process that was forked for a request that never came."""

Send = Callable[..., None]

_read_ahead: dict[Path, tuple[bytes, Any]] = {}  # test files, as bytes and as cases


def main(mode: str, tests: Path) -> None:
    """Answer one request, or with the mode "fork" any number, each in a process of its own.

    Args:
        tests: the folder of test files, which may be read ahead.
    """
    requests = _take_over_input()
    send = _take_over_output()
    try:
        import torch
    except BaseException as error:  # a broken installation raises many things
        send("broken", what="torch", error=f"{type(error).__name__}: {error}")
        return
    torch.set_num_threads(1)  # as when it is graded
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    import check  # type: ignore[import-not-found]  # noqa: F401

    del sys.path[0]  # nobody can import what lies beside the student's file: it is not handed in
    from check.loading import source  # type: ignore[import-not-found]  # noqa: F401

    if mode == "fork":
        _fork_for_each(requests, send, tests)
        return
    request = _getting_ready(requests, tests) if mode == "ahead" else requests.readline()
    if request:
        _answer(json.loads(request), requests, send)


def _getting_ready(requests: BinaryIO, tests: Path) -> bytes:
    """Prepare what there is time for until the request comes."""
    lines: list[bytes] = []
    reader = threading.Thread(target=lambda: lines.append(requests.readline()), daemon=True)
    reader.start()
    for prepare in [*_preparations(tests), _warm_up]:
        if not reader.is_alive():
            break
        prepare()
    reader.join()
    return lines[0]


def _fork_for_each(requests: BinaryIO, send: Send, tests: Path) -> None:
    """Answer each request in a copy of this process, which itself never runs a student's code.

    The copy is there before the request, so that nobody waits for it.
    """
    later = _preparations(tests)
    while True:
        while later and not select.select([requests], [], [], 0)[0]:
            later.pop(0)()
        gc.freeze()  # else its marks would make every page a copy
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the threads that Python warns of sleep in numpy and torch
            process = os.fork()
        if process == 0:
            if not select.select([requests], [], [], 0)[0]:
                _warm_up()
            request = requests.readline()
            if not request:
                os._exit(NO_REQUESTS)
            os.setsid()
            _answer(json.loads(request), requests, send)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if os.waitstatus_to_exitcode(status) == NO_REQUESTS:
            return
        with suppress(OSError):
            os.killpg(process, signal.SIGKILL)  # what it left behind
        send("ended", **{"status": os.waitstatus_to_exitcode(status), "for good": False})


def _answer(request: dict[str, Any], requests: BinaryIO, send: Send) -> None:
    """Load the student's file and run the cases that are asked for."""
    from check.data import look_in  # type: ignore[import-not-found]
    from check.hints import diagnosis  # type: ignore[import-not-found]
    from check.loading import defaults, printed, refusals, source
    from check.testing import call_recorder, call_text, cases  # type: ignore[import-not-found]

    home = Path(request["tests"]).parent
    look_in(home / "data")
    send("started", process=os.getpid())
    _end_with_the_parent(requests)
    prints = _Prints(send)
    sys.stdout = sys.stderr = printed.Printed(prints.take)
    sys.meta_path.insert(0, _Imports(send))
    path = Path(request["file"])
    content = request["source"].encode("latin-1")
    if b"matplotlib" in content:
        _ready_for_pictures()
    desk = refusals.Desk(str(path), lambda line, text: send("noticed", line=line, text=text))
    desk.put_up()
    start = defaults.Defaults()
    start.start_case()
    with desk.refusing():
        loaded = source.load(
            content,
            str(path),
            asked=request["functions"],
            before=lambda line: send("at", line=line),
            skip=frozenset(request["skip_lines"]),
            defaults=start,
        )
    problems = [(problem.line, _about_neighbours(problem.text, path)) for problem in loaded.problems]
    send("loaded", problems=problems)

    @contextmanager
    def as_graded() -> Iterator[None]:
        with start.in_force(), desk.refusing():
            yield

    note = call_recorder.CallRecorder(
        lambda name: send("call", name=name, shown=call_text.last_call()), request["blocked"], as_graded
    )
    own = loaded.module.__dict__
    noted = {name: note.wrap(name, own[name]) for name in request["functions"] if name in own}
    own.update((name, noted[name]) for name in request["blocked"] if name in noted)
    environment = {**own, **noted}
    for question in request["questions"]:
        try:
            read = _cases(Path(request["tests"]) / f"{question}.py")
        except BaseException as error:
            send("broken", what=f"tests/{question}.py", error=f"{type(error).__name__}: {error}")
            return
        known = [(case.title, case.share, case.needs) for case in read]
        send("cases", question=question, cases=known)
        adviser = diagnosis.Adviser(read, environment, home / "check" / diagnosis.FILE)
        for index, case in enumerate(read):
            if [question, index] in request["done"]:
                continue
            blocked = next((name for name in case.needs if name in request["blocked"]), None)
            if blocked:
                send("end", question=question, index=index, outcome="blocked", name=blocked, message="")
                continue
            prints.start()
            send("begin", question=question, index=index)
            start.start_case()
            outcome = _run(cases, call_recorder, case, environment, loaded.unreadable, call_text)
            prints.stop()
            hint = adviser.beside(case) if outcome["outcome"] == "failed" else ""
            send("end", question=question, index=index, hint=hint, **outcome)
    send("done")


def _run(
    cases: Any, call_recorder: Any, case: Any, environment: dict[str, Any], unreadable: list[str], call_text: Any
) -> dict[str, str]:
    """Run one case; what gets past `run_case` ends the case alone, too."""
    try:
        attempt = cases.run_case(case, environment, unreadable)
    except call_recorder.NotTriedAgain as stopped:
        return {"outcome": "blocked", "name": str(stopped), "message": ""}
    except BaseException as error:
        what = "ended the program (SystemExit)" if isinstance(error, SystemExit) else type(error).__name__
        raised = what if isinstance(error, SystemExit) else f"raised {what}"
        return {"outcome": "failed", "message": f"{call_text.last_call()}\nyour code {raised}".strip()}
    message = attempt.message or (f"{attempt.unseen}." if attempt.unseen else "")
    return {"outcome": attempt.outcome, "message": message[:LONGEST_MESSAGE]}


def _end_with_the_parent(requests: BinaryIO) -> None:
    """End when the parent does, even inside an endless loop."""

    def watch() -> None:
        os.read(requests.fileno(), 1)  # gives nothing until the other end is closed
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _take_over_input() -> BinaryIO:
    """Keep the requests' way; nobody is there to answer a student's `input()`."""
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests


def _take_over_output() -> Send:
    """Keep the way to the parent for events; let everything printed go to the error output."""
    sys.stdout.flush()
    events = os.fdopen(os.dup(1), "w", encoding="ascii", newline="\n")
    os.dup2(2, 1)

    def send(event: str, **values: Any) -> None:
        # The line break before it ends what a stopped process left half written.
        events.write("\n" + json.dumps({"event": event, **values}) + "\n")
        events.flush()

    return send


class _Prints:
    """Passes on the start of what a case prints, and drops the rest."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.left = LONGEST_PRINT

    def start(self) -> None:
        self.left = LONGEST_PRINT

    def stop(self) -> None:
        self.left = 0

    def take(self, text: str) -> None:
        if self.left > 0:
            self.send("printed", text=text[: self.left])
            self.left -= len(text)


class _Imports:
    """Tells of every module that is imported, since the clock of a case must not count that.

    Torch imports large parts of itself when they are needed first: seconds, on a slow disk many.
    """

    def __init__(self, send: Send) -> None:
        self.send = send
        self.names: set[str] = set()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """Find nothing, so that Python asks the next finder; a loop that imports is told of once."""
        if name not in self.names:
            self.names.add(name)
            self.send("importing")


def _preparations(tests: Path) -> list[Callable[[], None]]:
    """What can be done ahead of a request, in steps; what goes wrong shows where it is used."""

    def import_ahead(module: str) -> None:
        with suppress(BaseException):
            importlib.import_module(module)

    def read_ahead(path: Path) -> None:
        from check.testing import cases

        with suppress(BaseException):
            _read_ahead[path] = (path.read_bytes(), cases.read_cases(path))

    imports = [partial(import_ahead, module) for module in LATER]
    return [*imports, *(partial(read_ahead, path) for path in sorted(tests.glob("*.py")))]


def _cases(path: Path) -> Any:
    """The cases of a test file, read ahead if it is still the same."""
    from check.testing import cases

    content, read = _read_ahead.get(path, (b"", ()))
    return read if content and content == path.read_bytes() else cases.read_cases(path)


def _ready_for_pictures() -> None:
    """Import matplotlib ahead of a file that does: it writes down which fonts there are."""
    with suppress(BaseException):
        importlib.import_module("matplotlib.pyplot")


def _warm_up() -> None:
    """Let torch do once what it is slow to do first."""
    import torch

    table = torch.ones(3, 2, requires_grad=True)
    rows = torch.cat([table[torch.tensor([0, 1])], torch.stack([table.sin(), table.cos()])[0]])
    (rows @ rows.T).sum().backward()
    torch.equal(rows.isfinite(), rows.abs() <= 1)
    torch.nn.Embedding(2, 2)(torch.tensor([[1]]))
    rows.detach().clone().double().tolist()


def _about_neighbours(text: str, path: Path) -> str:
    """Say why a module that lies beside the file cannot be imported."""
    from check.loading.libraries import lacks  # type: ignore[import-not-found]

    for neighbour in path.parent.glob("*.py"):
        if f"No module named '{neighbour.stem}'" in text:
            only = f"Only {path.name} is handed in: move what you need from {neighbour.name} into it."
            return f"{text.replace(f'. {lacks(neighbour.stem)}', '')}. {only}"
    return text


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
    os._exit(0)  # closing torch down takes longer than checking
