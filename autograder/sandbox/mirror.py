"""Keeps two processes' tensors, modules and lists in step, so that a call looks local.

The grader and a student's process each hold one `Mirror`. A value that crosses for the first time
gets a number: positive when the grader's side met it first, negative when the student's did. With
every message each side sends what is new or has changed since the last one: bytes of storages, the
shape and stride of the tensors that view them, parameters of modules, contents of lists and dicts,
gradients and the state of generators. Two tensors that share memory on one side therefore share it
on the other, and a change in place is seen by both.

Everything that comes in is checked before it is used: the other side may be hostile.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from gensim.models import KeyedVectors
from torch import nn

from .wire import Blob, WireError

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float32, torch.float64, torch.float16, torch.bfloat16,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8,
        torch.bool, torch.complex64, torch.complex128,
    )
}  # fmt: skip
MAX_RANK = 16
MAX_OBJECTS = 20_000
MAX_DEPTH = 40
MAX_TEXT = 100_000

PLAIN_MODULES: dict[str, type[nn.Module]] = {"Embedding": nn.Embedding, "Linear": nn.Linear}
"""The modules that tests may build themselves and hand to the student's code."""

LEAF, COMPUTED, PARAMETER = 1, 2, 4
"""A tensor's flags: it collects gradients, it was computed from what does, it is a Parameter."""


class Opaque:
    """A value of the student's that no test has use for, such as a generator or a lambda."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __repr__(self) -> str:
        return f"<a value of type {self.kind}>"


@dataclass
class ModuleState:
    """What is known of a module: enough to rebuild it or to stand in for it.

    Attributes:
        kind: the nearest class of torch.nn in its ancestry.
        exported: the nearest class in its ancestry that the student's file defines by a name the
            assignment asks for, or an empty string.
        config: its plain attributes, such as `num_embeddings`.
    """

    kind: str
    exported: str
    training: bool
    config: dict[str, Any]
    parameters: dict[str, torch.Tensor | None]
    buffers: dict[str, torch.Tensor | None]
    children: dict[str, nn.Module]


ModuleMaker = Callable[[ModuleState, int], nn.Module]


@dataclass
class _Storage:
    owner: torch.UntypedStorage
    address: int
    size: int
    synced: np.ndarray | None = None  # the bytes that the other side has

    def bytes(self) -> np.ndarray:
        """A view of the memory; the storage may have been resized, so it is asked for each time."""
        if self.owner.nbytes() != self.size:
            raise WireError("a tensor's memory was resized")
        view: np.ndarray = torch.empty(0, dtype=torch.uint8).set_(self.owner).numpy()
        return view


@dataclass
class Message:
    """What one side has to tell the other: JSON sections and the raw bytes they refer to."""

    sections: dict[str, Any] = field(default_factory=dict)
    blobs: list[Blob] = field(default_factory=list)

    def attach(self, data: Blob) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1


class Mirror:
    """One side's table of everything that has crossed.

    Args:
        sign: +1 on the grader's side, -1 on the student's: the sign of the numbers it gives.
        make_module: builds a module for a state that came in, or a stand-in for it.
        exported: the classes of the student's file by name, for `ModuleState.exported`.
    """

    def __init__(self, sign: int, make_module: ModuleMaker, exported: dict[str, type] | None = None) -> None:
        self.sign = sign
        self.make_module = make_module
        self.exported = exported or {}
        self._random_state: np.ndarray | None = None
        self.reset()

    def reset(self) -> None:
        """Forget everything but the global random state: a new case begins."""
        self._count = 0
        self.storages: dict[int, _Storage] = {}
        self.tensors: dict[int, torch.Tensor] = {}
        self.modules: dict[int, nn.Module] = {}
        self.generators: dict[int, torch.Generator] = {}
        self.containers: dict[int, Any] = {}
        self.vectors: dict[int, KeyedVectors] = {}
        self._ids: dict[int, int] = {}  # id() of an object in one of the tables -> its number
        self._sent: dict[tuple[str, int], Any] = {}  # what the other side was last told of it

    # ------------------------------------------------------------------ telling the other side

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Write a value as JSON, numbering whatever has an identity."""
        if value is None or isinstance(value, bool):
            return value
        if depth > MAX_DEPTH:
            return ["opaque", "deeply nested"]
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, int):
            return int(value) if abs(int(value)) < 2**63 else ["opaque", "int beyond 64 bits"]
        if isinstance(value, float):
            return float(value) if -np.inf < value < np.inf else ["float", repr(float(value))]
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, torch.Tensor):
            return self._encode_tensor(value)
        if isinstance(value, np.ndarray):
            return self._encode_array(value)
        if isinstance(value, nn.Module):
            return ["module", self._number(self.modules, value)]
        if isinstance(value, torch.Generator):
            return ["generator", self._number(self.generators, value)]
        if isinstance(value, KeyedVectors):
            return ["vectors", self._number(self.vectors, value)]
        if isinstance(value, torch.dtype):
            return ["dtype", str(value).removeprefix("torch.")]
        if isinstance(value, tuple):
            return ["tuple", [self.encode(item, depth + 1) for item in value]]
        if isinstance(value, list | dict):
            return self._encode_container(value, depth)
        if isinstance(value, set | frozenset):
            items = sorted(value, key=repr)
            return ["set", [self.encode(item, depth + 1) for item in items]]
        return ["opaque", self._text(type(value).__qualname__)[:200]]

    def outgoing(self) -> Message:
        """Everything that is new or has changed since the last message, either way."""
        message = Message()
        message.sections["containers"] = self._changed(self.containers, "container", self._container_state)
        message.sections["vectors"] = self._changed(self.vectors, "vectors", self._vectors_state)
        message.sections["modules"] = self._changed(self.modules, "module", self._module_state)
        message.sections["gradients"] = self._changed(self.tensors, "gradient", self._gradient_state)
        message.sections["tensors"] = self._changed(self.tensors, "tensor", self._tensor_state)
        message.sections["storages"] = self._changed_storages(message)
        message.sections["generators"] = self._changed_generators(message)
        self._tell_random_state(message)
        message.sections = {key: section for key, section in message.sections.items() if section != []}
        return message

    def _changed(self, table: dict[int, Any], kind: str, state: Callable[[int, Any], Any]) -> list:
        """Entries [number, state] for what the other side does not know yet.

        Describing one object may number others, of the same table too: go on until none is left.
        """
        told, done = [], set()
        while todo := [number for number in table if number not in done]:
            for number in todo:
                done.add(number)
                now = state(number, table[number])
                if now is not None and self._sent.get((kind, number)) != now:
                    self._sent[kind, number] = now
                    told.append([number, now])
        return told

    def _text(self, text: str) -> str:
        """Cut and made valid: a lone surrogate would break every reader after this one."""
        return str(text)[:MAX_TEXT].encode("utf-8", "backslashreplace").decode("utf-8")

    def _new_number(self) -> int:
        self._count += 1
        if self._count > MAX_OBJECTS:
            raise WireError("too many objects have crossed")
        return self.sign * self._count

    def _number(self, table: dict[int, Any], value: Any) -> int:
        known = self._ids.get(id(value))
        if known is None:
            known = self._new_number()
            self._enter(table, known, value)
        return known

    def _enter(self, table: dict[int, Any], number: int, value: Any) -> None:
        table[number] = value  # held, so that id() stays its own
        self._ids[id(value)] = number

    def _encode_tensor(self, tensor: torch.Tensor) -> Any:
        if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            return ["opaque", f"{tensor.layout} tensor on {tensor.device}"]
        if str(tensor.dtype).removeprefix("torch.") not in DTYPES:
            return ["opaque", f"tensor of {tensor.dtype}"]
        if tensor.is_conj() or tensor.is_neg():
            tensor = tensor.resolve_conj().resolve_neg()
        return ["tensor", self._number(self.tensors, tensor)]

    def _encode_array(self, array: np.ndarray) -> Any:
        try:
            tensor = torch.from_numpy(array)
        except (TypeError, ValueError):  # no such dtype, or negative strides
            return ["opaque", f"numpy.ndarray of {array.dtype}"]
        return ["array", self._tensor_state(0, tensor)]

    def _encode_container(self, value: list | dict, depth: int) -> Any:
        known = self._ids.get(id(value))
        if known is None or known not in self.containers:
            known = self._number(self.containers, value)
            for item in value.values() if isinstance(value, dict) else value:
                if isinstance(item, list | dict):
                    self.encode(item, depth + 1)
        return ["container", known]

    def _container_state(self, number: int, value: list | dict) -> Any:
        """None when nothing changed; a list is compared by the identity of what it holds."""
        is_dict = isinstance(value, dict)
        flat = [*value.keys(), *value.values()] if is_dict else list(value)
        before = self._sent.get(("held", number))
        if before is not None and len(before) == len(flat) and all(map(operator.is_, before, flat)):
            return None
        self._sent["held", number] = flat
        encoded = [self.encode(item, 1) for item in flat]
        return ["dict" if is_dict else "list", encoded]

    def _vectors_state(self, number: int, vectors: KeyedVectors) -> Any:
        words = list(vectors.index_to_key)
        before = self._sent.get(("words", number))
        array = self._encode_array(vectors.vectors)
        if before == words and self._sent.get(("rows", number)) == array:
            return None
        self._sent["words", number] = words
        self._sent["rows", number] = array
        return [[self._text(word) for word in words], array]

    def _module_state(self, number: int, module: nn.Module) -> Any:
        state = self.describe(module)
        return [
            state.kind,
            state.exported,
            state.training,
            {name: self.encode(value) for name, value in state.config.items()},
            {name: self.encode(tensor) for name, tensor in state.parameters.items()},
            {name: self.encode(tensor) for name, tensor in state.buffers.items()},
            {name: self._number(self.modules, child) for name, child in state.children.items()},
        ]

    def describe(self, module: nn.Module) -> ModuleState:
        """Read off a module what the other side must know of it."""
        ancestry = type(module).__mro__
        kind = next(cls for cls in ancestry if cls.__module__.split(".")[0] == "torch")
        named = {cls: name for name, cls in self.exported.items()}
        plain = vars(module)
        return ModuleState(
            kind=kind.__name__,
            exported=next((named[cls] for cls in ancestry if cls in named), ""),
            training=module.training,
            config={
                name: plain[name]
                for name in getattr(kind, "__constants__", [])
                if isinstance(plain.get(name, ...), int | float | bool | str | None)
            },
            parameters=dict(module._parameters),
            buffers=dict(module._buffers),
            children={name: child for name, child in module._modules.items() if child is not None},
        )

    def _gradient_state(self, number: int, tensor: torch.Tensor) -> Any:
        if not (tensor.is_leaf and tensor.requires_grad):
            return None
        if tensor.grad is None:
            return "none" if ("gradient", number) in self._sent else None
        gradient = tensor.grad
        return self.encode(gradient.to_dense() if gradient.is_sparse else gradient)

    def _tensor_state(self, number: int, tensor: torch.Tensor) -> Any:
        storage = self._storage_number(tensor)
        flags = PARAMETER * isinstance(tensor, nn.Parameter)
        if tensor.requires_grad:
            flags |= LEAF if tensor.is_leaf else COMPUTED
        start = tensor.data_ptr() - self.storages[storage].address if tensor.numel() else 0
        dtype = str(tensor.dtype).removeprefix("torch.")
        return [storage, dtype, list(tensor.shape), list(tensor.stride()), start, flags]

    def _storage_number(self, tensor: torch.Tensor) -> int:
        """The storage a tensor views; memory inside one already known counts as that one."""
        owner = tensor.untyped_storage()
        address, size = owner.data_ptr(), owner.nbytes()
        for number, known in self.storages.items():
            if size and known.address <= address and address + size <= known.address + known.size:
                return number
            if known.size == size == 0:  # empty memory has no address to tell it by
                return number
        number = self._new_number()
        self.storages[number] = _Storage(owner, address, size)
        return number

    def _changed_storages(self, message: Message) -> list:
        told = []
        for number, storage in self.storages.items():
            now = storage.bytes()
            if storage.synced is None or not np.array_equal(storage.synced, now):
                storage.synced = now.copy()
                told.append([number, storage.size, message.attach(memoryview(storage.synced).cast("B"))])
        return told

    def _changed_generators(self, message: Message) -> list:
        told = []
        for number, generator in self.generators.items():
            state = generator.get_state().numpy()
            before = self._sent.get(("generator", number))
            if before is None or not np.array_equal(before, state):
                self._sent["generator", number] = state
                told.append([number, message.attach(memoryview(state))])
        return told

    def _tell_random_state(self, message: Message) -> None:
        state = torch.get_rng_state().numpy()
        if self._random_state is None or not np.array_equal(self._random_state, state):
            self._random_state = state
            message.sections["random"] = message.attach(memoryview(state))

    # ---------------------------------------------------------------- hearing from the other side

    def incoming(self, sections: dict[str, Any], blobs: list[memoryview]) -> list[int]:
        """Take in what the other side tells.

        Returns:
            the numbers of tensors that the other side computed from ones that need gradients.

        Raises:
            WireError: for anything that no mirror would have sent.
        """
        with _refusing_nonsense():
            return self._incoming(sections, blobs)

    def _incoming(self, sections: dict[str, Any], blobs: list[memoryview]) -> list[int]:
        for number, size, blob in sections.get("storages", []):
            self._hear_storage(number, size, blobs[blob])
        tensors = sections.get("tensors", [])
        computed = [number for number, state in tensors if self._hear_tensor(number, state)]
        for number, gradient in sections.get("gradients", []):
            tensor = self.tensors[number]
            tensor.grad = None if gradient == "none" else self.decode(gradient)
            self._sent["gradient", number] = gradient
        for number, blob in sections.get("generators", []):
            self._hear_generator(number, blobs[blob])
        if "random" in sections:
            state = _bytes_tensor(blobs[sections["random"]])
            torch.set_rng_state(state)
            self._random_state = state.numpy()
        self._hear_modules(sections.get("modules", []))
        for number, (words, rows) in sections.get("vectors", []):
            self._hear_vectors(number, words, rows)
        self._hear_containers(sections.get("containers", []))
        return computed

    def decode(self, data: Any) -> Any:
        """Read a value that `encode` wrote on the other side.

        Raises:
            WireError: for anything else.
        """
        with _refusing_nonsense():
            return self._decode(data, 0)

    def _decode(self, data: Any, depth: int) -> Any:
        if data is None or isinstance(data, bool | int | float):
            return data
        if isinstance(data, str):
            return _checked_text(data)
        if depth > MAX_DEPTH or not isinstance(data, list) or len(data) != 2:
            raise WireError("a value is not in the protocol's form")
        tag, content = data
        if tag == "tuple":
            return tuple(self._decode(item, depth + 1) for item in content)
        if tag == "set":
            return {self._decode(item, depth + 1) for item in content}
        if tag == "float":
            if content not in ("nan", "inf", "-inf"):
                raise WireError("a float is none")
            return float(content)
        if tag == "dtype":
            return DTYPES[content]
        if tag == "array":
            return self._view(content).numpy()
        if tag == "opaque":
            return Opaque(_checked_text(content))
        tables: dict[str, dict[int, Any]] = {
            "tensor": self.tensors, "module": self.modules, "generator": self.generators,
            "vectors": self.vectors, "container": self.containers,
        }  # fmt: skip
        return tables[tag][content]

    def _is_new(self, table: dict[int, Any], number: Any) -> bool:
        """Whether a number is unknown so far; only the other side's numbers may be."""
        if type(number) is not int or number == 0:
            raise WireError("a number is none")
        if number in table:
            return False
        if number * self.sign > 0 or abs(number) > MAX_OBJECTS:
            raise WireError(f"{number} is not the other side's to give")
        return True

    def _hear_storage(self, number: int, size: int, data: memoryview) -> None:
        if data.nbytes != size:
            raise WireError("a storage has not the size announced")
        if self._is_new(self.storages, number):
            owner = torch.UntypedStorage(size)
            self.storages[number] = _Storage(owner, owner.data_ptr(), size)
        storage = self.storages[number]
        if storage.size != size:
            raise WireError("a storage changed its size")
        storage.bytes()[:] = np.frombuffer(data, dtype=np.uint8)
        storage.synced = storage.bytes().copy()

    def _view(self, state: Any) -> torch.Tensor:
        """A tensor on a known storage, after checking that it lies within it."""
        number, dtype_name, shape, stride, start, _ = state
        dtype, storage = DTYPES[dtype_name], self.storages[number]
        if not len(shape) == len(stride) <= MAX_RANK:
            raise WireError("a tensor's shape and stride do not fit")
        if any(type(n) is not int or not 0 <= n < 2**40 for n in [*shape, *stride, start]):
            raise WireError("a tensor's shape is out of bounds")
        if 0 not in shape:
            last = sum((n - 1) * step for n, step in zip(shape, stride, strict=True))
            if start % dtype.itemsize or start + (last + 1) * dtype.itemsize > storage.size:
                raise WireError("a tensor reaches beyond its storage")
        view: torch.Tensor = torch.empty(0, dtype=dtype)
        return view.set_(storage.owner, start // dtype.itemsize, shape, stride)

    def _hear_tensor(self, number: int, state: Any) -> bool:
        """Build or change a tensor; say whether it was computed from what needs gradients."""
        flags = state[5]
        view = self._view(state)
        if self._is_new(self.tensors, number):
            tensor = view
            if flags & PARAMETER:
                tensor = nn.Parameter(view, requires_grad=bool(flags & LEAF))
            elif flags & LEAF or (flags & COMPUTED and self.sign < 0):
                tensor.requires_grad_()
            self._enter(self.tensors, number, tensor)
        else:
            tensor = self.tensors[number]
            tensor.data = view
            if tensor.is_leaf and bool(flags & LEAF) != tensor.requires_grad:
                tensor.requires_grad_(bool(flags & LEAF))
        self._sent["tensor", number] = self._tensor_state(number, tensor)
        return bool(flags & COMPUTED)

    def replace_tensor(self, number: int, tensor: torch.Tensor) -> None:
        """Put another tensor with the same memory in a known one's place."""
        self._ids.pop(id(self.tensors[number]), None)
        self._enter(self.tensors, number, tensor)
        self._sent["tensor", number] = self._tensor_state(number, tensor)

    def _hear_generator(self, number: int, data: memoryview) -> None:
        if self._is_new(self.generators, number):
            self._enter(self.generators, number, torch.Generator())
        state = _bytes_tensor(data)
        self.generators[number].set_state(state)
        self._sent["generator", number] = state.numpy()

    def _hear_modules(self, entries: list) -> None:
        for number, state in reversed(entries):  # children are numbered after their parents
            kind, exported, training, config, parameters, buffers, children = state
            heard = ModuleState(
                kind=_checked_text(kind),
                exported=_checked_text(exported),
                training=bool(training),
                config={name: self.decode(value) for name, value in config.items()},
                parameters={name: self.decode(value) for name, value in parameters.items()},
                buffers={name: self.decode(value) for name, value in buffers.items()},
                children={name: self.modules[child] for name, child in children.items()},
            )
            if self._is_new(self.modules, number):
                self._enter(self.modules, number, self.make_module(heard, number))
            fill_module(self.modules[number], heard)
            self._sent["module", number] = state

    def _hear_vectors(self, number: int, words: list, rows: Any) -> None:
        array = self.decode(rows)
        if self._is_new(self.vectors, number):
            self._enter(self.vectors, number, KeyedVectors(array.shape[1]))
        vectors = self.vectors[number]
        vectors.index_to_key = [_checked_text(word) for word in words]
        vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
        vectors.vectors = array
        vectors.norms = None
        self._sent["words", number] = list(vectors.index_to_key)
        self._sent["rows", number] = rows

    def _hear_containers(self, entries: list) -> None:
        for number, (kind, _) in entries:  # first all of them, since they may hold one another
            if self._is_new(self.containers, number):
                self._enter(self.containers, number, {} if kind == "dict" else [])
        for number, (kind, encoded) in entries:
            container = self.containers[number]
            if isinstance(container, dict) != (kind == "dict"):
                raise WireError("a list turned into a dict")
            items = [self.decode(item) for item in encoded]
            container.clear()
            if isinstance(container, dict):
                half = len(items) // 2
                container.update(zip(items[:half], items[half:], strict=True))
            else:
                container.extend(items)
            flat = [*container.keys(), *container.values()] if kind == "dict" else list(container)
            self._sent["held", number] = flat
            self._sent["container", number] = [kind, encoded]


def fill_module(module: nn.Module, state: ModuleState) -> None:
    """Give a module the parameters, buffers and children of a state."""
    module.training = state.training
    for name, parameter in state.parameters.items():
        if parameter is not None and not isinstance(parameter, nn.Parameter):
            raise WireError(f"parameter {name} is none")
    for table, entries in (
        (module._parameters, state.parameters),
        (module._buffers, state.buffers),
        (module._modules, state.children),
    ):
        if any(not isinstance(name, str) or not name or "." in name for name in entries):
            raise WireError("a module's name is none")
        table.clear()
        table.update(entries)


@contextmanager
def _refusing_nonsense() -> Iterator[None]:
    """Turn whatever a malformed message makes Python or torch raise into the one error type."""
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError, RuntimeError, OverflowError) as problem:
        raise WireError(f"a message does not hold together: {problem}") from None


def _bytes_tensor(data: memoryview) -> torch.Tensor:
    return torch.frombuffer(bytearray(data), dtype=torch.uint8)


def _checked_text(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 10 * MAX_TEXT:
        raise WireError("a text is none")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError("a text holds a lone surrogate") from None
    return text
