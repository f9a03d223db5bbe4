"""The settings of Python, torch and NumPy that student code can change, and that every check starts from.

A new one is one more row of the table. Taken before a student's file is loaded, they are put back after
each of its statements and around each call, at the desk as when it is graded: what tests expect does
not depend on them.
"""

from __future__ import annotations

import _signal
import ast
import builtins
import decimal
import locale
import random
import signal
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

SEED = 20240229
"""Torch's global generator starts each case with it."""

UNSEEN = (RecursionError, MemoryError, ValueError)
"""What is nested too deeply to be looked at or written, and a number too long to be."""

_SIGNALS = ("SIGINT", "SIGTERM", "SIGALRM")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        read: its value now, which equals itself as long as nobody changes it.
        write: gives it a value that was read.
        setters: the functions by which students change it; none where it can change no result.
    """

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]
    setters: tuple[str, ...] = ()


class Defaults:
    """The settings as they are when this is made."""

    def __init__(self) -> None:
        self._settings = (*_of_python(), *_of_numpy(), *_of_torch())
        self._values = self._read()

    def put_back(self) -> list[Setting]:
        """Set all that differs; give what did."""
        return self._put(self._values)

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """What is in the block starts from the defaults; behind it everything is as it was before."""
        before = self._read()
        if before != self._values:
            self.put_back()
        try:
            yield
        finally:
            self._put(before)

    def start_case(self) -> None:
        """Put all back, and let random numbers be the same in every run."""
        import numpy
        import torch

        self.put_back()
        random.seed(0)
        numpy.random.seed(0)
        torch.default_generator.manual_seed(SEED)

    def _read(self) -> list[Any]:
        return [setting.read() for setting in self._settings]

    def _put(self, values: Sequence[Any]) -> list[Setting]:
        changed = []
        for setting, value in zip(self._settings, values, strict=True):
            try:
                is_same = setting.read() == value
            except Exception:  # what stands there now need not be comparable
                is_same = False
            if not is_same:
                setting.write(value)
                changed.append(setting)
        return changed


# In words ----------------------------------------------------------------------------------------

_IN_FUNCTIONS = {
    "set_default_dtype",
    "set_default_tensor_type",
    "set_default_device",
    "set_grad_enabled",
    "set_detect_anomaly",
    "setrecursionlimit",
    "seterr",
    "alarm",
    "setlocale",
}
"""Functions that are called once, and not a second time to put the setting back."""


def without_effect(statement: ast.stmt, changed: Sequence[Setting]) -> Iterator[tuple[int, str]]:
    """Line and sentence for each setting that a top-level statement changed, if it could change a result."""
    for setting in changed:
        if setting.setters:
            calls = _calls(statement, setting.setters)
            line = calls[0].lineno if calls else statement.lineno
            shown = _short(calls[0] if calls else statement)
            yield line, f"`{shown}` has no effect when graded: every check starts from the defaults."


def for_one_call_alone(statements: Sequence[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Line and sentence for each line in a function that changes a setting and does not change it back."""
    told = set()
    for function in (node for statement in statements for node in ast.walk(statement)):
        if not isinstance(function, ast.FunctionDef):
            continue
        calls = _calls(function, _IN_FUNCTIONS)
        times = Counter(map(_called, calls))
        alone = [node.value for node in ast.walk(function) if isinstance(node, ast.Expr)]
        for call in alone:
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if times[call.func.attr] == 1 and call.lineno not in told:
                told.add(call.lineno)
                shown = _short(call)
                yield (
                    call.lineno,
                    f"`{shown}` has no effect beyond `{function.name}` when graded: every call starts from "
                    "the defaults.",
                )


def _calls(statement: ast.stmt, setters: Collection[str]) -> list[ast.Call]:
    """The calls of these functions in a statement."""
    return [node for node in ast.walk(statement) if isinstance(node, ast.Call) and _called(node) in setters]


def _called(call: ast.Call) -> str:
    """The name of the function that is called, whatever it is found in."""
    return str(getattr(call.func, "attr", None) or getattr(call.func, "id", ""))


def _short(node: ast.AST) -> str:
    try:
        text = ast.unparse(node).partition("\n")[0]
    except UNSEEN:
        return "this"
    return text if len(text) <= 100 else text[:99] + "…"


# The table ---------------------------------------------------------------------------------------

_GUARDS: list[Any] = []
"""What holds inference mode off. A guard that is freed puts back the mode that was there before it."""


def _of_python() -> Iterator[Setting]:
    asked = [0]  # behind the wall, no alarm ever rings: neither does one at the desk

    def alarm(seconds: int) -> int:
        before, asked[0] = asked[0], int(seconds)
        return before

    if hasattr(signal, "alarm"):
        signal.alarm = alarm
        yield Setting("alarm", lambda: asked[0], lambda value: asked.__setitem__(0, value), ("alarm",))
    yield Setting("recursion limit", sys.getrecursionlimit, sys.setrecursionlimit, ("setrecursionlimit",))
    signals = [int(getattr(signal, name)) for name in _SIGNALS if hasattr(signal, name)]

    def set_handlers(handlers: list[Any]) -> None:
        for number, handler in zip(signals, handlers, strict=True):
            if handler is not None and signal.getsignal(number) is not handler:
                with suppress(OSError, ValueError):
                    signal.signal(number, handler)

    handler_of = _signal.getsignal  # what `signal.getsignal` makes of it takes longer than all else that is read
    yield Setting("signals", lambda: [handler_of(number) for number in signals], set_handlers)
    yield Setting(
        "locale",
        lambda: locale.setlocale(locale.LC_ALL),
        lambda value: locale.setlocale(locale.LC_ALL, value),
        ("setlocale",),
    )
    yield Setting("decimal", lambda: repr(decimal.getcontext()), _decimal_setter(), ("setcontext", "getcontext"))
    yield Setting("sys.stdout", lambda: _Same(sys.stdout), lambda same: setattr(sys, "stdout", same.it))
    yield Setting("sys.stderr", lambda: _Same(sys.stderr), lambda same: setattr(sys, "stderr", same.it))
    yield Setting("sys.path", lambda: list(sys.path), lambda value: sys.path.__setitem__(slice(None), value))
    yield Setting("warnings", lambda: list(warnings.filters), _set_filters)
    known = dict(vars(builtins))

    def replaced() -> list[str]:
        own = vars(builtins)
        return [name for name, value in known.items() if name != "_" and own.get(name) is not value]

    def restore(_: Any) -> None:
        for name in replaced():
            setattr(builtins, name, known[name])

    yield Setting("builtins", lambda: () if vars(builtins) == known else tuple(replaced()), restore)


@dataclass(frozen=True, eq=False)
class _Same:
    """Equal to nothing but what holds the very same object."""

    it: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it


def _decimal_setter() -> Callable[[Any], None]:
    default = decimal.getcontext().copy()
    return lambda _: decimal.setcontext(default.copy())


def _set_filters(filters: list[Any]) -> None:
    warnings.filters[:] = filters  # type: ignore[index]
    if hasattr(warnings, "_filters_mutated"):
        warnings._filters_mutated()


def _of_numpy() -> Iterator[Setting]:
    import numpy

    yield Setting("np.seterr", numpy.geterr, lambda value: numpy.seterr(**value), ("seterr",))
    yield Setting("np.seterrcall", numpy.geterrcall, numpy.seterrcall)
    yield Setting(
        "np.set_printoptions",
        numpy.get_printoptions,
        lambda value: numpy.set_printoptions(**value),
    )


def _of_torch() -> Iterator[Setting]:
    import torch
    from torch import _C, _tensor_str
    from torch.utils import _device

    yield Setting(
        "default dtype",
        torch.get_default_dtype,
        torch.set_default_dtype,
        ("set_default_dtype", "set_default_tensor_type"),
    )
    yield Setting("default device", lambda: _device.CURRENT_DEVICE, torch.set_default_device, ("set_default_device",))

    def modes() -> list[_Same]:
        return [_Same(_C._get_function_stack_at(place)) for place in range(_C._len_torch_function_stack())]

    def use_modes(wanted: list[_Same]) -> None:
        while _C._len_torch_function_stack():
            _C._pop_torch_function_stack()
        for mode in wanted:
            _C._push_on_torch_function_stack(mode.it)

    if hasattr(_C, "_get_function_stack_at"):
        yield Setting("modes of functions", modes, use_modes, ("__enter__",))  # behind the device, which is one
    yield Setting(
        "grad mode",
        torch.is_grad_enabled,
        torch.set_grad_enabled,
        ("set_grad_enabled", "no_grad", "enable_grad"),
    )

    def infer(value: bool) -> None:
        guard = torch.inference_mode(value)
        guard.__enter__()
        _GUARDS.append(guard)

    yield Setting("inference mode", torch.is_inference_mode_enabled, infer, ("inference_mode",))
    yield Setting(
        "anomaly detection",
        lambda: (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()),
        lambda value: torch.autograd.set_detect_anomaly(*value),
        ("set_detect_anomaly", "detect_anomaly"),
    )
    yield Setting(
        "deterministic algorithms",
        lambda: (
            torch.are_deterministic_algorithms_enabled(),
            torch.is_deterministic_algorithms_warn_only_enabled(),
        ),
        lambda value: torch.use_deterministic_algorithms(value[0], warn_only=value[1]),
    )

    def cast(value: tuple[bool, torch.dtype, bool]) -> None:
        is_on, dtype, is_cached = value
        torch.set_autocast_enabled("cpu", is_on)
        torch.set_autocast_dtype("cpu", dtype)
        torch.set_autocast_cache_enabled(is_cached)

    if hasattr(torch, "set_autocast_dtype"):  # torch 2.4 and newer
        yield Setting(
            "autocast",
            lambda: (
                torch.is_autocast_enabled("cpu"),
                torch.get_autocast_dtype("cpu"),
                torch.is_autocast_cache_enabled(),
            ),
            cast,
            ("autocast", "set_autocast_enabled", "set_autocast_cpu_enabled", "set_autocast_dtype"),
        )
    yield Setting("threads", torch.get_num_threads, torch.set_num_threads)
    yield Setting(
        "precision of products",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
        ("set_float32_matmul_precision",),
    )
    options = _tensor_str.PRINT_OPTS
    yield Setting("torch.set_printoptions", lambda: dict(vars(options)), lambda value: vars(options).update(value))
