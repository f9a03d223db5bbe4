"""Calls functions of one student's file across the wall, and starts their process anew when it dies."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import takewhile
from typing import Any

import torch
from torch import nn

from ..check.testing.operation_counts import Operations
from ..result import Outcome
from ..sandbox.mirror import Mirror, ModuleState
from ..sandbox.wire import Blob, TooLarge, WireError, frame
from . import proxies
from .connection import Connection, InternalError, Stopped
from .error_carried_forward import NONE, Substitutes
from .replay.recording import Recording, Replay, ReplayMismatch, Request

MAX_SKIPPED = 3
"""Top-level statements that may hang or crash before the rest of the file is given up."""

MAX_PROBLEMS = 50
MAX_SAID = 10_000
"""Characters kept of each text that the student's process sends: it cuts them itself, if it is honest."""


Defined = frozenset[tuple[str, str]]
"""The names that tests find in a student's file, each with its kind."""

MAX_AHEAD = 32 * 2**20
"""Bytes of a case's answers that are kept until it asks for them; with more, it asks for itself."""


@dataclass(frozen=True)
class StudentFile:
    """What loading the file found.

    Attributes:
        kinds: for every name asked for and found "class", "function" or the name of another type.
        problems: (line, sentence) pairs, for the student.
        unreadable: the names asked for that stand in lines that are no Python.
    """

    kinds: dict[str, str]
    problems: tuple[tuple[int, str], ...]
    unreadable: tuple[str, ...]


class Session:
    """One student's file, loaded behind the wall.

    Args:
        connection: leads to a process, as soon as there is one.
        source: the file's bytes.
        names: what the assignment asks the file to define.
        file: what the file is called.
        substitutes: right functions that take the place of some of the file's.
    """

    def __init__(
        self,
        connection: Connection,
        source: bytes,
        names: tuple[str, ...],
        substitutes: Substitutes = NONE,
        file: str = "embeddings.py",
    ) -> None:
        self._connection = connection
        self._mirror = Mirror(+1, self._stand_in)
        self._source = source
        self._names = names
        self._code_file = file
        self._substitutes = substitutes
        self._skipped: dict[int, str] = {}
        self._stopped: dict[str, Stopped] = {}
        self._classes: dict[str, type] = {}
        self._replay: Replay | None = None
        self._recorded: list[Request] | None = None  # what is asked while a script is written
        self._new_case = False
        self._most_printed = min(MAX_SAID, int(connection.limits.output_kb) * 2**10)
        self.printed = ""
        try:
            self.file = self._start()
        except BaseException:
            self.close()
            raise
        unreadable = ((name, "unreadable") for name in self.file.unreadable)
        self.defines: Defined = frozenset((*self.file.kinds.items(), *unreadable))
        self.environment = self._make_environment()

    @property
    def is_spent(self) -> bool:
        """Whether the submission was found to have used up what it may: then more decides than what it answered."""
        return self._connection.is_spent

    # -------------------------------------------------------------------------- the student's file

    def _start(self) -> StudentFile:
        """Load the file in a fresh process; a statement that hangs or crashes is left out next time."""
        self._replay = None
        while True:
            self._connection.open()
            self._mirror = Mirror(+1, self._stand_in)
            reached: list[int] = []  # first lines of the statements that were begun
            header = {
                "op": "load",
                "file": self._code_file,
                "names": list(self._names),
                "skip": list(self._skipped),
                "substitutes": list(self._substitutes.names),
            }
            try:
                sources: list[Blob] = [self._source, self._substitutes.source]
                reply = self._ask(header, sources, "the file's top-level code", reached)
                break
            except Stopped as stop:
                at = reached[-1] if reached else None
                if at is None or at in self._skipped or len(self._skipped) == MAX_SKIPPED:
                    raise
                self._skipped[at] = f"{stop.reason} It is left out."
        return self._checked_file(reply)

    def _checked_file(self, reply: dict[str, Any]) -> StudentFile:
        """What the student's process says of its file, read as sceptically as anything it says."""
        try:
            told_kinds, told_problems, told_unreadable = reply["value"]
            kinds = {name: str(told_kinds[name])[:100] for name in self._names if name in told_kinds}
            unreadable = tuple(name for name in self._names if name in told_unreadable)
            problems = sorted(self._skipped.items())
            for line, text in told_problems[:MAX_PROBLEMS]:
                if type(line) is int and isinstance(text, str):
                    problems.append((line, text[:MAX_SAID]))
        except (LookupError, TypeError, ValueError):
            self._connection.distrust("its account of the file is none")
            raise Stopped(Outcome.CRASHED, "the file could not be loaded.") from None
        return StudentFile(kinds, tuple(problems), unreadable)

    def _make_environment(self) -> dict[str, Any]:
        """Proxies by name, as a test takes them."""
        environment: dict[str, Any] = {}
        for name, kind in self.file.kinds.items():
            if kind == "class":
                environment[name] = self._classes[name] = proxies.student_class(self, name)
            elif kind == "function":
                environment[name] = proxies.StudentFunction(self, name)
        return environment

    def _stand_in(self, state: ModuleState, number: int) -> nn.Module:
        return proxies.student_module(self, number, state, self._classes.get(state.exported))

    # --------------------------------------------------------------------------------------- calls

    def begin_case(self, replay: Replay | None = None) -> None:
        """Forget what the case before handed over; start the process again if it is gone.

        Args:
            replay: answers that came already; the process is then not asked.
        """
        self._replay = replay
        self.printed = ""
        self._connection.check_costs()
        if replay is None and not self._connection.is_open:
            self._start()
        self._mirror.reset()
        self._new_case = True  # the other side hears of it with the next request

    def recorded(self, run: Callable[[], object]) -> Recording:
        """The script of the case that `run` runs, from `begin_case` on."""
        self._recorded = []
        try:
            run()
            return tuple(self._recorded)
        finally:
            self._recorded = None

    def prefetch(self, scripts: Sequence[Recording], *, one_by_one: bool = False) -> Iterator[Replay]:
        """Have several cases' scripts run ahead of the cases; give their answers, case by case.

        The last one that comes may be of a case that ended the process; the cases after it did not run.

        Args:
            one_by_one: whether the process sees what a case asks only when it has answered the case
                before; else it gets all of it in one go.
        """
        cut = [self._runnable(script) for script in scripts]
        try:
            if not self._connection.is_open:
                self._start()
            if one_by_one:
                yield from self._answers_one_by_one(scripts, cut)
                return
            whole = [request for script in cut for request in script]
            self._connection.send_ahead(whole)
        except Stopped:
            return
        answers = self._connection.answers(whole)
        for script, sent in zip(scripts, cut, strict=True):
            replay = _replay(script, sent, answers)
            yield replay
            if replay.stop:
                return

    def _answers_one_by_one(self, scripts: Sequence[Recording], cut: Sequence[Recording]) -> Iterator[Replay]:
        """Each case's answers, given on while the next case is already with the process."""
        before: Replay | None = None
        for script, sent in zip(scripts, cut, strict=True):
            try:
                self._connection.send_ahead(sent)
            except Stopped:
                break
            if before:
                yield before
            before = _replay(script, sent, self._connection.answers(sent, soon=True))
            if before.stop:
                break
        if before:
            yield before

    def _runnable(self, script: Recording) -> Recording:
        """The requests of a script before the first one that would not be sent."""
        return tuple(takewhile(lambda request: request.name not in self._stopped, script))

    def call(self, name: str, target: dict[str, Any], args: tuple, kwargs: dict[str, Any]) -> Any:
        """Call a function, construct or call a module there; `name` is what messages call it.

        Raises:
            Exception: the nearest built-in of what the student's code raised.
            Stopped: if the call ended the process.
        """
        with self._at_most_one_stop(name):
            reply, computed = self._request({"op": "call", **target}, args, kwargs, name)
            self._link(computed)
            return self._decode(reply)

    def count(self, name: str, target: dict[str, Any], args: tuple, kwargs: dict[str, Any]) -> Operations:
        """Let the other side count the operations of a call. The numbers are its word only."""
        with self._at_most_one_stop(name):
            reply, _ = self._request({"op": "count", **target}, args, kwargs, name)
            counts = self._decode(reply)
            wanted = {field.name for field in fields(Operations)}
            if not isinstance(counts, dict) or counts.keys() != wanted:
                raise self._distrust("its count of operations is none")
            if any(type(count) is not int for count in counts.values()):
                raise self._distrust("its count of operations is none")
            return Operations(**counts)

    @contextmanager
    def _at_most_one_stop(self, name: str) -> Iterator[None]:
        """Block a function once a call of it has ended the process: it would again, at full length."""
        if name in self._stopped:
            before = self._stopped[name].reason
            raise Stopped(Outcome.BLOCKED, f"not run again, because before, {before}")
        try:
            yield
        except Stopped as stop:
            if stop.ended_process:
                self._stopped[name] = stop
            raise

    def gradient(
        self, outputs: list[int], inputs: list[int], weights: list[torch.Tensor]
    ) -> tuple[torch.Tensor | None, ...]:
        """The vector-Jacobian product of what an earlier call computed."""
        with torch.no_grad():
            header = {"op": "gradient", "outputs": outputs, "inputs": inputs}
            with self._telling("the backward pass"):
                header["weights"] = [self._mirror.encode(weight) for weight in weights]
            reply, _ = self._send(header, "the backward pass")
            gradients = self._decode(reply)
        if not isinstance(gradients, tuple) or len(gradients) != len(inputs):
            raise self._distrust("its gradients do not fit")
        if not all(gradient is None or isinstance(gradient, torch.Tensor) for gradient in gradients):
            raise self._distrust("its gradients are none")
        return gradients

    def close(self) -> None:
        """Let the process go."""
        self._connection.close()
        self._mirror.reset()  # its tensors' histories lead back to this session: let go of all of it

    def _request(self, header: dict[str, Any], args: tuple, kwargs: dict[str, Any], name: str) -> Any:
        with self._telling(name):
            header["args"] = [self._mirror.encode(value) for value in args]
            header["kwargs"] = {key: self._mirror.encode(value) for key, value in kwargs.items()}
        return self._send(header, name)

    def _send(self, header: dict[str, Any], name: str) -> tuple[dict[str, Any], list[int]]:
        """Bring both sides in step around one request; give the reply and what needs gradients."""
        with self._telling(name):
            message = self._mirror.outgoing()
            if self._new_case:
                header = {**header, "new_case": True}
                self._new_case = False
            reply = self._ask({**header, **message.sections}, message.blobs, name)
        try:
            computed = self._mirror.incoming(reply, reply.pop("pieces"))
        except WireError as error:
            raise self._distrust(str(error)) from None
        self.printed += self._printed_in(reply)
        if "error" in reply:
            raise self._student_error(reply["error"], name)
        return reply, computed

    @contextmanager
    def _telling(self, name: str) -> Iterator[None]:
        """Say whose fault it is that something cannot be told.

        Tests hand the reference nothing that is too large (it is graded before anyone else is), so where a
        student's functions would get it, what they gave before is to blame.
        """
        try:
            yield
        except TooLarge:
            raise Stopped(
                Outcome.FAILED, f"{name} could not be called: what your code gave before is too large."
            ) from None
        except WireError as error:
            raise InternalError(f"a test hands {name} what cannot cross: {error}") from None

    def _printed_in(self, reply: dict[str, Any]) -> str:
        """What the student's code printed; the other side bounds it, but may be lying."""
        text: str = reply["printed"][: max(0, self._most_printed - len(self.printed))]
        return text

    def _decode(self, reply: dict[str, Any]) -> Any:
        try:
            return self._mirror.decode(reply["value"])
        except WireError as error:
            raise self._distrust(str(error)) from None

    def _ask(
        self, header: dict[str, Any], blobs: list[Blob], name: str, reached: list[int] | None = None
    ) -> dict[str, Any]:
        """The reply to a request, from the process or from what it answered already."""
        self._connection.check_costs()
        if self._recorded is not None:
            self._recorded.append(Request(name, frame(header, blobs)))
        if self._replay is not None:
            reply, pieces = self._replay.answer(header, blobs)
        else:
            reply, pieces = self._connection.ask(header, blobs, name, reached)
        if not isinstance(reply.get("printed"), str) or ("value" in reply) == ("error" in reply):
            raise self._distrust("a reply without a value")
        return {**reply, "pieces": pieces}

    def _distrust(self, why: str) -> BaseException:
        """What to raise for a reply that does not keep to the protocol."""
        return ReplayMismatch() if self._replay is not None else self._connection.distrust(why)

    # --------------------------------------------------------------------------- errors, gradients

    def _student_error(self, error: Any, name: str) -> BaseException:
        """The nearest built-in exception of what the student's code raised."""
        if not isinstance(error, dict) or any(not isinstance(error.get(key), str) for key in ("text", "line", "trace")):
            return self._distrust("an error without a text")
        said = {key: error[key][:MAX_SAID] for key in ("text", "line", "trace")}
        bases = error["bases"] if isinstance(error.get("bases"), list) else []
        if "Exception" not in bases:
            return Stopped(Outcome.CRASHED, f"{name} tried to end the program.", said["trace"])
        problem: Exception = RuntimeError(said["text"])
        for base in bases:
            cls = getattr(builtins, base, None) if isinstance(base, str) else None
            if isinstance(cls, type) and issubclass(cls, Exception):
                try:
                    problem = cls(said["text"])
                    break
                except TypeError:  # UnicodeDecodeError and its like need more than a text
                    continue
        problem.student_line = said["line"]  # type: ignore[attr-defined]
        problem.student_trace = said["trace"]  # type: ignore[attr-defined]
        return problem

    def _link(self, computed: list[int]) -> None:
        """Tie tensors that the student's code computed to those that need gradients.

        A view of the test's own that was computed into stays without a history: torch could not take it off again.
        """
        tensors = self._mirror.tensors
        fresh = [
            number
            for number in computed
            if not (tensors[number].requires_grad or (number > 0 and tensors[number]._is_view()))
        ]
        if not fresh:
            return
        known = set(fresh)
        inputs = [n for n, t in tensors.items() if t.requires_grad and n not in known and self._is_leaf(n)]
        if not inputs:
            return
        try:  # autograd gives these very tensors a history
            _Computed.apply(self, fresh, inputs, *(tensors[number] for number in inputs))
        except RuntimeError as error:
            raise self._distrust(f"its results cannot be differentiated: {error}") from None
        self._mirror.mark_synced(fresh)

    def _is_leaf(self, number: int) -> bool:
        """Whether the other side holds it as a leaf: it is ours, or a parameter of theirs."""
        return number > 0 or self._mirror.tensors[number].is_leaf


def _replay(script: Recording, sent: Recording, answers: Iterator[bytes]) -> Replay:
    """A case's answers, as far as they come and are not too large to be kept."""
    came: list[bytes] = []
    room = MAX_AHEAD
    try:
        for _ in sent:
            reply = next(answers)
            room -= len(reply)
            came.append(reply if room >= 0 else b"")
    except Stopped as stop:
        return Replay(script, came, stop)
    return Replay(script, came)


class _Computed(torch.autograd.Function):
    """Results of a call as functions of what needs gradients; the other side differentiates."""

    @staticmethod
    def forward(ctx: Any, session: Session, outputs: list[int], inputs: list[int], *tensors: Any) -> Any:
        ctx.session, ctx.outputs, ctx.inputs = session, outputs, inputs
        ctx.set_materialize_grads(False)
        return tuple(session._mirror.tensors[number] for number in outputs)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *weights: Any) -> Any:
        wanted = [(n, w) for n, w in zip(ctx.outputs, weights, strict=True) if w is not None]
        if not wanted:
            return (None, None, None, *(None for _ in ctx.inputs))
        outputs, given = [n for n, _ in wanted], [w for _, w in wanted]
        return (None, None, None, *ctx.session.gradient(outputs, ctx.inputs, given))
