"""What tests hold in their hands instead of the student's functions, classes and modules."""

from __future__ import annotations

from typing import Any, Protocol

from torch import nn

from ..check.testing.call_text import note_call, note_result
from ..check.testing.operation_counts import Operations
from ..sandbox.mirror import ModuleState


class Caller(Protocol):
    """What proxies ask of the session that they stand in."""

    def call(self, name: str, target: dict[str, Any], args: tuple, kwargs: dict[str, Any]) -> Any: ...

    def count(self, name: str, target: dict[str, Any], args: tuple, kwargs: dict[str, Any]) -> Operations: ...


class StudentFunction:
    """Calls a function of the student's file, across the wall."""

    def __init__(self, session: Caller, name: str) -> None:
        self.__name__ = name
        self._session = session

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        call = note_call(self.__name__, args, kwargs)
        result = self._session.call(self.__name__, {"function": self.__name__}, args, kwargs)
        note_result(result, call)
        return result

    def count_operations(self, *args: Any, **kwargs: Any) -> Operations:
        note_call(self.__name__, args, kwargs)
        return self._session.count(self.__name__, {"function": self.__name__}, args, kwargs)

    def __repr__(self) -> str:
        return f"<your {self.__name__}>"


class StudentModule(nn.Module):
    """Stands in for a module that lives in the student's process.

    Its parameters, buffers and children are mirrored, so that it can be inspected, trained and
    put into other modules like any other; every call runs there.
    """

    _session: Caller
    _number: int  # in both sides' mirrors
    _called: str  # what messages call it

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        call = note_call(vars(self).get("_built") or self._called, args, kwargs)
        result = self._ask("__call__", args, kwargs)
        note_result(result, call)
        return result

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self(*args, **kwargs)

    def count_operations(self, *args: Any, **kwargs: Any) -> Operations:
        note_call(self._called, args, kwargs)
        target = {"module": self._number, "method": "__call__"}
        return self._session.count(self._called, target, args, kwargs)

    def _ask(self, method: str, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        target = {"module": self._number, "method": method}
        return self._session.call(self._called, target, args, kwargs or {})

    def to(self, *args: Any, **kwargs: Any) -> StudentModule:
        self._ask("to", args, kwargs)
        return self

    def double(self) -> StudentModule:
        self._ask("double")
        return self

    def float(self) -> StudentModule:
        self._ask("float")
        return self

    def half(self) -> StudentModule:
        self._ask("half")
        return self

    def bfloat16(self) -> StudentModule:
        self._ask("bfloat16")
        return self

    def train(self, mode: bool = True) -> StudentModule:
        self._ask("train", (mode,))
        return self

    def eval(self) -> StudentModule:
        return self.train(False)

    def state_dict(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask("state_dict", args, kwargs)

    def load_state_dict(self, state_dict: Any, strict: bool = True, assign: bool = False) -> Any:
        return self._ask("load_state_dict", (dict(state_dict),), {"strict": strict, "assign": assign})

    def __deepcopy__(self, memo: dict) -> Any:
        copied = self._ask("__deepcopy__")
        memo[id(self)] = copied
        return copied


class _StudentClass(type):
    """Makes calling the class construct the student's own module."""

    _session: Caller

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        call = note_call(cls.__name__, args, kwargs)
        result = cls._session.call(cls.__name__, {"function": cls.__name__}, args, kwargs)
        if isinstance(result, StudentModule):
            vars(result)["_built"] = call  # so that its own calls can be quoted whole
        note_result(result, call)
        return result


def student_class(session: Caller, name: str) -> type:
    """A class that stands in for one of the student's file; its instances are `StudentModule`s."""
    return _StudentClass(name, (StudentModule,), {"_session": session})


def student_module(session: Caller, number: int, state: ModuleState, cls: type | None) -> nn.Module:
    """A proxy for one module; also an instance of the nearest class of torch.nn in its ancestry.

    Args:
        cls: the class of the student's file that it is an instance of, if tests know one.
    """
    kind = getattr(nn, state.kind, nn.Module)
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)):
        kind = nn.Module
    stand_in_class = _class_of(cls or StudentModule, kind)
    module: Any = stand_in_class.__new__(stand_in_class)
    nn.Module.__init__(module)
    constants = getattr(kind, "__constants__", [])
    vars(module).update({key: value for key, value in state.config.items() if key in constants})
    vars(module).update(
        _session=session,
        _number=number,
        _called=(cls or kind).__name__,  # not the name that the other side gave: that is its word
    )
    return module


def _class_of(base: Any, kind: type) -> Any:
    """A class that is both; made once for each kind and kept with `base`, since making one is slow."""
    if issubclass(base, kind):
        return base
    made = vars(base).get("_made") or {}
    if kind not in made:
        make_class: Any = type(base)
        made[kind] = make_class(base.__name__, (base, kind), {})
        base._made = made
    return made[kind]
