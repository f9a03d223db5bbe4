"""The student's process: loads their file and serves calls of its functions.

It returns values, never verdicts. Student code shares this process and can change anything in it;
the grader relies on nothing here but on what its own parser accepts.
"""

from __future__ import annotations

import builtins
import copy
import gc
import importlib
import logging
import socket
import sys
import traceback
import types
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from itertools import count
from typing import Any

import torch
from torch import nn

from ..check.loading.defaults import Defaults
from ..check.loading.libraries import hide_the_others
from ..check.loading.printed import Printed
from ..check.loading.refusals import with_reason
from ..check.loading.source import load, place
from ..check.testing.operation_counts import counted
from .confinement import Wall, WallError
from .limits import WorkerLimits, allow_seconds, cut_loose, set_limits
from .mirror import PLAIN_MODULES, Message, Mirror, ModuleState
from .mirror.checks import valid_text
from .self_test import probe
from .substitutes import put_in
from .wire import MAX_STATEMENTS, Blob, Channel, Closed, WireError, unframe

MAX_MESSAGE = 2_000
MAX_TRACE = 6_000
COMMON = (
    "collections", "dataclasses", "functools", "itertools", "math", "re", "string", "typing",
    "gensim.models", "torch.fx.experimental.symbolic_shapes", "torch.optim",
    "torch.utils.data", "torch.nn.utils.rnn", "multiprocessing.synchronize",
)  # fmt: skip
"""What most students' files make Python import."""

RARE = {
    "torch._dynamo": (b"compile", b"dynamo", b"optim", b"checkpoint", b"functorch", b"vmap", b"_dispatch", b"export"),
    "matplotlib.pyplot": (b"matplotlib", b"pylab"),
}
"""What few do, 55 MB and more than a second, with words of which one stands in any file that needs it."""

METHODS = frozenset({"to", "double", "float", "half", "bfloat16", "train", "eval", "state_dict", "load_state_dict"})


class BoundedOutput:
    """Keeps the first characters of what is printed."""

    def __init__(self, most: int) -> None:
        self.left = most
        self.pieces: list[str] = []

    def add(self, text: str) -> None:
        if self.left > 0:
            self.pieces.append(text[: self.left])
            self.left -= len(self.pieces[-1])

    def take(self) -> str:
        """What was printed since the last time."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return valid_text(text, len(text))


def serve(connection: socket.socket, limits: WorkerLimits, loaded: int, wall: Wall, slot: int) -> None:
    """Confine this process, then answer requests until the grader hangs up; `loaded` is for `set_limits`.

    If a layer of the wall fails, it says so and serves nothing.
    """
    channel = Channel(connection)
    cut_loose(keep={connection.fileno(), *wall.descriptors()})
    torch.set_num_threads(1)
    try:
        set_limits(limits, loaded)
        wall.shut(slot)
    except Exception as error:
        said = str(error) if isinstance(error, WallError) else f"{type(error).__name__}: {error}"
        channel.send({"refused": said})
        return
    gc.enable()
    worker = Worker(channel, limits)
    try:
        while True:
            worker.answer()
    except (Closed, WireError):
        return


class Worker:
    """Answers one request after the other, on one student's module."""

    def __init__(self, channel: Channel, limits: WorkerLimits) -> None:
        self.channel = channel
        self.limits = limits
        self.output = BoundedOutput(limits.output_chars)
        self.mirror = Mirror(-1, build_plain_module)
        self.namespace: dict[str, Any] = {}
        self.file = ""
        sys.stdout = sys.stderr = Printed(self.output.add)
        self.defaults = Defaults()
        hide_the_others()

    def answer(self) -> None:
        """Read one request, carry it out and send what came of it."""
        header, blobs = self.channel.receive()
        seq = {"seq": header["seq"]}
        if header["op"] == "ahead":
            for number, request in enumerate(blobs):
                self.carry_out(*unframe(request), {}, number)
            self.channel.send(seq)
        else:
            self.carry_out(header, blobs, seq)

    def carry_out(
        self,
        header: dict[str, Any],
        blobs: list[memoryview],
        seq: dict[str, int],
        number: int | None = None,
    ) -> None:
        """Do what one request asks for and send the reply."""
        allow_seconds(self.limits.seconds_per_call)
        reply, pieces = self.reply_to(header, blobs)
        try:
            self.channel.send({**reply, **seq}, pieces, number=number)
        except WireError as error:
            said = {"error": describe_error(error, ""), "printed": reply["printed"]}
            self.channel.send({**said, **seq}, number=number)

    def reply_to(self, header: dict[str, Any], blobs: list[memoryview]) -> tuple[dict[str, Any], list[Blob]]:
        """Carry out one request; give header and blobs of the reply."""
        operation = {
            "load": self.load,
            "call": self.call,
            "count": self.count,
            "gradient": self.gradient,
            "probe": self.probe,
        }[header["op"]]
        if "new_case" in header:
            self.begin_case()
        reply: dict[str, Any]
        try:
            reply = {"value": operation(header, blobs)}
            message = self.mirror.outgoing()
        except BaseException as error:
            self.defaults.put_back()
            reply = {"error": describe_error(error, self.file)}
            message = self.changes_in_spite_of_an_error()
        return {**reply, **message.sections, "printed": self.output.take()}, message.blobs

    def changes_in_spite_of_an_error(self) -> Message:
        """What the call changed before it failed; nothing if just that cannot be told."""
        try:
            return self.mirror.outgoing()
        except Exception:
            return Message()

    def load(self, header: dict[str, Any], blobs: list[memoryview]) -> Any:
        """Run the student's file and say which of the names asked for it defines, as what."""
        self.defaults.start_case()
        self.file = header["file"]
        begun = count()

        def announce(line: int) -> None:
            if next(begun) < MAX_STATEMENTS:
                self.channel.send({"seq": header["seq"], "at": line})

        loaded = load(
            bytes(blobs[0]),
            self.file,
            asked=header["names"],
            before=announce,
            skip=frozenset(header["skip"]),
            defaults=self.defaults,
        )
        self.namespace = vars(loaded.module)
        if header["substitutes"]:
            put_in(self.namespace, header["substitutes"], blobs[1])
        found = {name: self.namespace[name] for name in header["names"] if name in self.namespace}
        self.mirror.exported = {name: value for name, value in found.items() if is_module_class(value)}
        kinds = {name: kind_of(value) for name, value in found.items()}
        problems = [[problem.line, valid_text(problem.text, MAX_MESSAGE)] for problem in loaded.problems]
        return [kinds, problems, loaded.unreadable]

    def probe(self, header: dict[str, Any], blobs: list[memoryview]) -> Any:
        """Try the wall from inside, and say what came of each attempt; asked before any student code runs."""
        return probe(header["secret"])

    def begin_case(self) -> None:
        """Forget what crossed, undo what the case before may have switched."""
        self.defaults.start_case()
        self.mirror.reset()

    def call(self, header: dict[str, Any], blobs: list[memoryview]) -> Any:
        function, args, kwargs = self.prepare(header, blobs)
        result = function(*args, **kwargs)
        self.defaults.put_back()  # before anything else reads them, and for the next call
        return self.mirror.encode(result)

    def count(self, header: dict[str, Any], blobs: list[memoryview]) -> Any:
        function, args, kwargs = self.prepare(header, blobs)
        operations = counted(function, *args, **kwargs)[1].to_dict()
        self.defaults.put_back()
        return self.mirror.encode(operations)

    def prepare(
        self, header: dict[str, Any], blobs: list[memoryview]
    ) -> tuple[Callable[..., Any], list[Any], dict[str, Any]]:
        """What is to be called, and with what."""
        self.mirror.incoming(header, blobs)
        args = [self.mirror.decode(value) for value in header["args"]]
        kwargs = {name: self.mirror.decode(value) for name, value in header["kwargs"].items()}
        if "function" in header:
            return self.namespace[header["function"]], args, kwargs
        module = self.mirror.modules[header["module"]]
        if header["method"] == "__call__":
            return module, args, kwargs
        if header["method"] == "__deepcopy__":
            return lambda: copy.deepcopy(module), args, kwargs
        if header["method"] not in METHODS:
            raise WireError(f"{header['method']} is not to be called from outside")
        return getattr(module, header["method"]), args, kwargs

    def gradient(self, header: dict[str, Any], blobs: list[memoryview]) -> Any:
        """The vector-Jacobian product of tensors that an earlier call computed."""
        self.mirror.incoming(header, blobs)
        outputs = [self.mirror.tensors[number] for number in header["outputs"]]
        inputs = [self.mirror.tensors[number] for number in header["inputs"]]
        weights = [self.mirror.decode(value) for value in header["weights"]]
        gradients = torch.autograd.grad(outputs, inputs, weights, retain_graph=True, allow_unused=True)
        dense = [g.to_dense() if g is not None and g.is_sparse else g for g in gradients]
        return self.mirror.encode(tuple(dense))


def is_module_class(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, nn.Module)


def kind_of(value: Any) -> str:
    if is_module_class(value):
        return "class"
    return "function" if callable(value) else type(value).__name__[:100]


def build_plain_module(state: ModuleState, number: int) -> nn.Module:
    """A real nn.Embedding or nn.Linear for one that a test built; its tensors are filled in later.

    Raises:
        WireError: for any other kind.
    """
    if state.kind not in PLAIN_MODULES:
        raise WireError(f"no {state.kind} can be handed over")
    module = PLAIN_MODULES[state.kind].__new__(PLAIN_MODULES[state.kind])
    nn.Module.__init__(module)
    vars(module).update(state.config)
    return module


def describe_error(error: BaseException, file: str) -> dict[str, Any]:
    """Say what was raised, in plain data; the text may be anything the student's code made up."""
    try:
        argument = error.args[0] if len(error.args) == 1 else None
        text = with_reason(argument if isinstance(argument, str) else str(error), error)
        walk = list(traceback.walk_tb(error.__traceback__))
        own = [index for index, (frame, _) in enumerate(walk) if frame.f_code.co_filename == file]
        frames = traceback.StackSummary.extract(iter(walk[own[0] :] if own else ()))
        last = frames[own[-1] - own[0]] if own else None
        line = f"{place(file, last.lineno or 0)}: {last.line}" if last else ""
        trace = "".join(frames.format()) + f"{type(error).__name__}: {text}"
    except BaseException:
        text, line, trace = "(its message could not be read)", "", ""
    return {
        "bases": [cls.__name__ for cls in type(error).__mro__ if vars(builtins).get(cls.__name__) is cls],
        "text": valid_text(text, MAX_MESSAGE),
        "line": valid_text(line, MAX_MESSAGE),
        "trace": valid_text(trace, MAX_TRACE),
    }


def rare_imports(code: bytes) -> tuple[str, ...]:
    """Those of `RARE` that a student's file may need."""
    return tuple(module for module, words in RARE.items() if any(word in code for word in words))


def import_common() -> None:
    """Import what nearly all need."""
    for name in COMMON:
        if find_spec(name.partition(".")[0]):  # gensim cannot be had everywhere
            importlib.import_module(name)


def preload(rare: Iterable[str]) -> None:
    """Import what student code is likely to, and what torch imports lazily: none of it again per student.

    Matplotlib writes down which fonts there are when it is imported: a student's process could not.

    Args:
        rare: which of `RARE`.
    """
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # what it says of folders is nobody's fault
    import_common()
    for name in rare:
        importlib.import_module(name)
    torch.backends.cpu.get_cpu_capability()  # reads /proc/cpuinfo, once
    if matplotlib := sys.modules.get("matplotlib"):
        fonts = matplotlib.font_manager.fontManager
        own = matplotlib.get_data_path()
        fonts.ttflist[:] = [font for font in fonts.ttflist if font.fname.startswith(own)]  # others are shut out
    # Not ours, which no student should see, but an empty one: pdb and doctest import it.
    sys.modules["__main__"] = types.ModuleType("__main__")
