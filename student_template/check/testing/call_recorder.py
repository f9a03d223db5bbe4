"""Wraps a student's functions and classes so that a failing case can quote the call that it made."""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any

from . import call_text

try:  # what is noted must not be counted among the operations of the call
    from torch.utils._python_dispatch import _disable_current_modes as uncounted
except ImportError:
    uncounted = nullcontext  # type: ignore[assignment]


class NotTriedAgain(BaseException):
    """Raised in place of a function that hung or crashed; no `except Exception` swallows it."""


class CallRecorder:
    """Notes the outermost calls of a student's functions and classes.

    Args:
        told: called with a function's name after its call was noted.
        blocked: functions that are not tried again, with what they did.
        around: what the call itself runs in.
    """

    def __init__(
        self,
        told: Callable[[str], None],
        blocked: Mapping[str, str],
        around: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self.told = told
        self.blocked = blocked
        self.around = around
        self.depth = 0
        self.built: weakref.WeakKeyDictionary[Any, str] = weakref.WeakKeyDictionary()

    def wrap(self, name: str, value: Any) -> Any:
        """A function that notes its calls, or the class itself with its calls noted."""
        if inspect.isclass(value):
            self._watch_class(name, value)
            return value
        return self._function(name, value) if callable(value) else value

    def _function(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def noted(*args: Any, **kwargs: Any) -> Any:
            return self._call(name, name, function, args, kwargs)

        return noted

    def _watch_class(self, name: str, cls: type) -> None:
        """Note how instances are built and called; `isinstance` and the class's name stay as they are."""
        build = cls.__init__  # type: ignore[misc]

        @functools.wraps(build)
        def noted_init(instance: Any, *args: Any, **kwargs: Any) -> None:
            outermost = self.depth == 0
            self._call(name, name, functools.partial(build, instance), args, kwargs)
            if outermost:
                self._remember(instance, call_text.last_call())

        cls.__init__ = noted_init  # type: ignore[misc]
        call = next((base.__dict__["__call__"] for base in cls.__mro__ if "__call__" in base.__dict__), None)
        if call is None:
            return

        @functools.wraps(call)
        def noted_call(instance: Any, *args: Any, **kwargs: Any) -> Any:
            shown = self._recall(instance) or f"{name}(...)"
            return self._call(name, shown, functools.partial(call, instance), args, kwargs)

        cls.__call__ = noted_call  # type: ignore[method-assign]

    def _call(self, name: str, shown: str, function: Callable[..., Any], args: tuple, kwargs: dict) -> Any:
        if name in self.blocked:
            raise NotTriedAgain(name)
        noted: call_text.Call | None = None
        if self.depth == 0:
            with uncounted():
                noted = call_text.note_call(shown, args, kwargs)
            self.told(name)
        self.depth += 1
        try:
            with self.around() if self.depth == 1 else nullcontext():
                result = function(*args, **kwargs)
        finally:
            self.depth -= 1
        if self.depth == 0:
            call_text.note_result(result, noted)
        return result

    def _remember(self, instance: Any, call: str) -> None:
        with suppress(TypeError):  # the class cannot be hashed or referenced weakly
            self.built[instance] = call

    def _recall(self, instance: Any) -> str:
        try:
            return self.built.get(instance, "")
        except TypeError:
            return ""
