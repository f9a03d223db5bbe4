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

import ctypes
import math
import operator
import struct
from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from graphlib import TopologicalSorter
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
DTYPE_NAMES = {dtype: name for name, dtype in DTYPES.items()}
MAX_RANK = 16
MAX_OBJECTS = 20_000
MAX_DEPTH = 40
MAX_TEXT = 100_000
MAX_MEMORY = 512 * 2**20
"""Bytes of all storages together, and of one tensor if it were written out without strides."""

MAX_ITEMS = 4_000_000
"""Items of a value when it is written out: a list that holds one list twice, which does, ... has billions."""

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
    """A tensor's memory. It is read and written by its address: a NumPy view would freeze its size."""

    owner: torch.UntypedStorage
    address: int
    size: int
    synced: bytes | None = None  # what the other side has

    @staticmethod
    def of(owner: torch.UntypedStorage) -> _Storage:
        return _Storage(owner, owner.data_ptr(), owner.nbytes())

    @property
    def resized(self) -> bool:
        """Whether its memory has moved, so that `address` leads nowhere."""
        return self.owner.nbytes() != self.size or self.owner.data_ptr() != self.address

    def read(self) -> bytes:
        return ctypes.string_at(self.address, self.size) if self.size else b""

    def write(self, data: bytes) -> None:
        if not self.resized:
            ctypes.memmove(self.address, data, self.size)
        self.synced = data


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
        self._random_state: bytes | None = None  # the global one that the other side has
        self._undo: dict[tuple[str, int], Callable[[], Any]] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything but the global random state: a new case begins.

        What the student's side has changed of the grader's becomes again what it was: a test may
        have handed over what later cases, and other students' submissions, go on with.
        """
        while self._undo:
            self._undo.popitem()[1]()
        self._count = 0
        self._memory = 0  # bytes of all storages
        self.storages: dict[int, _Storage] = {}
        self._storage_at: dict[int, int] = {}  # address -> the storage's number
        self._addresses: list[int] = []  # the same addresses, sorted
        self.tensors: dict[int, torch.Tensor] = {}
        self.modules: dict[int, nn.Module] = {}
        self.generators: dict[int, torch.Generator] = {}
        self.containers: dict[int, Any] = {}
        self.vectors: dict[int, KeyedVectors] = {}
        self._ids: dict[int, int] = {}  # id() of an object in one of the tables -> its number
        self._sizes: dict[int, int] = {}  # id() of a container -> its items when written out
        self._sent: dict[tuple[str, int], Any] = {}  # what the other side was last told of it

    # ------------------------------------------------------------------ telling the other side

    def encode(self, value: Any, depth: int = 0) -> Any:
        """Write a value as JSON, numbering whatever has an identity.

        Raises:
            WireError: on the grader's side, for a value that cannot cross: the test is at fault.
                What a student's code returns always crosses, if need be as an `Opaque`.
        """
        if isinstance(value, np.generic):
            value = value.item()
        if value is None or isinstance(value, bool):
            return value
        if depth > MAX_DEPTH:
            return ["opaque", "deeply nested"]
        if isinstance(value, int):
            return int(value) if abs(int(value)) < 2**63 else self._opaque("int beyond 64 bits")
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else ["float", repr(float(value))]
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, torch.Tensor):
            return self._encode_tensor(value)
        if isinstance(value, np.ndarray):
            return self._encode_array(value)
        if isinstance(value, nn.Module):
            return ["module", self._module_number(value)]
        if isinstance(value, torch.Generator):
            return ["generator", self._number(self.generators, value)]
        if isinstance(value, KeyedVectors):
            return ["vectors", self._number(self.vectors, value)]
        if isinstance(value, torch.dtype) and value in DTYPE_NAMES:
            return ["dtype", DTYPE_NAMES[value]]
        if isinstance(value, tuple):
            return ["tuple", [self.encode(item, depth + 1) for item in value]]
        if isinstance(value, list | dict):
            return ["container", self._number(self.containers, value)]
        if isinstance(value, set | frozenset):
            items = sorted(value, key=repr)
            return ["set", [self._encode_key(item) for item in items]]
        if isinstance(value, Opaque):
            return ["opaque", self._text(value.kind)[:200]]
        return self._opaque(type(value).__qualname__)

    def _opaque(self, kind: str) -> Any:
        if self.sign > 0:
            raise WireError(f"a value of type {kind} cannot cross")
        return ["opaque", self._text(kind)[:200]]

    def outgoing(self) -> Message:
        """Everything that is new or has changed since the last message, either way."""
        message = Message()
        # In this order, since describing one thing numbers others of the kinds that follow.
        told = {
            "containers": self._changed(self.containers, self._container_news),
            "vectors": self._changed(self.vectors, self._vectors_news),
            "modules": self._changed(self.modules, self._module_news),
            "gradients": self._changed(self.tensors, self._gradient_news),
            "tensors": self._changed(self.tensors, self._tensor_news),
            "storages": self._changed_storages(message),
            "generators": self._changed_generators(message),
        }
        message.sections = {name: entries for name, entries in told.items() if entries}
        self._tell_random_state(message)
        return message

    def _changed(self, table: dict[int, Any], news: Callable[[int, Any], Any]) -> list:
        """Entries [number, news] for whatever `news` does not give None for, as nothing changed.

        Describing one object may number others, of the same table too: go on until none is left.
        """
        told, done = [], set()
        while todo := [number for number in table if number not in done]:
            for number in todo:
                done.add(number)
                now = news(number, table[number])
                if now is not None:
                    told.append([number, now])
        return told

    def _unless_told(self, kind: str, number: int, now: Any) -> Any:
        """`now`, or None if that is what the other side was last told."""
        if self._sent.get((kind, number)) == now:
            return None
        self._sent[kind, number] = now
        return now

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

    def _module_number(self, module: nn.Module) -> int:
        if self.sign > 0 and id(module) not in self._ids and type(module) not in PLAIN_MODULES.values():
            raise WireError(f"a module of type {type(module).__name__} cannot cross")
        return self._number(self.modules, module)

    def _encode_tensor(self, tensor: torch.Tensor) -> Any:
        if tensor.layout is not torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
            return self._opaque(f"{tensor.layout} tensor on {tensor.device}")
        if tensor.dtype not in DTYPE_NAMES:
            return self._opaque(f"tensor of {tensor.dtype}")
        if tensor.is_conj() or tensor.is_neg():
            tensor = tensor.resolve_conj().resolve_neg()
        return ["tensor", self._number(self.tensors, tensor)]

    def _encode_array(self, array: np.ndarray) -> Any:
        base = array
        while isinstance(base.base, np.ndarray):
            base = base.base
        try:
            self._storage_number(torch.from_numpy(base))  # first, so that all its views lie within it
            tensor = torch.from_numpy(array)
        except (TypeError, ValueError):  # no such dtype, or negative strides
            return self._opaque(f"numpy.ndarray of {array.dtype}")
        return ["array", self._describe_tensor(tensor)]

    def _container_news(self, number: int, value: list | dict) -> Any:
        """A list is compared by the identity of what it holds: 1, 1.0 and True are equal."""
        if len(value) > MAX_ITEMS:
            raise WireError("this is too large to be handed over")
        flat = [*value.keys(), *value.values()] if isinstance(value, dict) else list(value)
        before = self._sent.get(("held", number))
        if before is not None and len(before) == len(flat) and all(map(operator.is_, before, flat)):
            return None
        self._sent["held", number] = flat
        if isinstance(value, dict):
            keys = [self._encode_key(key) for key in value]
            return ["dict", keys + [self.encode(item, 1) for item in value.values()]]
        return ["list", [self.encode(item, 1) for item in flat]]

    def _encode_key(self, key: Any) -> Any:
        return self._opaque(type(key).__name__) if isinstance(key, tuple | frozenset) else self.encode(key, 1)

    def _vectors_news(self, number: int, vectors: KeyedVectors) -> Any:
        words, rows = list(vectors.index_to_key), self._encode_array(vectors.vectors)
        if self._unless_told("vectors", number, [words, rows]) is None:
            return None
        return [[self._text(word) for word in words], rows]

    def _module_news(self, number: int, module: nn.Module) -> Any:
        return self._unless_told("module", number, self._module_state(module))

    def _module_state(self, module: nn.Module) -> Any:
        state = self.describe(module)
        return [
            state.kind,
            state.exported,
            state.training,
            {name: self.encode(value) for name, value in state.config.items()},
            {name: self.encode(tensor) for name, tensor in state.parameters.items()},
            {name: self.encode(tensor) for name, tensor in state.buffers.items()},
            {name: self._module_number(child) for name, child in state.children.items()},
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

    def _gradient_news(self, number: int, tensor: torch.Tensor) -> Any:
        if not (tensor.is_leaf and tensor.requires_grad):
            return None
        gradient = tensor.grad
        if gradient is None:  # worth telling only where the other side has one
            return (
                self._unless_told("gradient", number, "none") if ("gradient", number) in self._sent else None
            )
        now = self.encode(gradient.to_dense() if gradient.is_sparse else gradient)
        return self._unless_told("gradient", number, now)

    def _tensor_news(self, number: int, tensor: torch.Tensor) -> Any:
        """A look at a tensor costs a tenth of its whole description."""
        changed = self._unless_told("look", number, _look(tensor))
        return None if changed is None else self._describe_tensor(tensor)

    def _describe_tensor(self, tensor: torch.Tensor) -> list:
        storage = self._storage_number(tensor)
        flags = PARAMETER * isinstance(tensor, nn.Parameter)
        if tensor.requires_grad:
            flags |= LEAF if tensor.is_leaf else COMPUTED
        start = tensor.data_ptr() - self.storages[storage].address if tensor.numel() else 0
        shape, stride = list(tensor.shape), list(tensor.stride())
        return [storage, DTYPE_NAMES[tensor.dtype], shape, stride, start, flags]

    def _storage_number(self, tensor: torch.Tensor) -> int:
        """The storage a tensor views; memory inside one already known counts as that one."""
        owner = tensor.untyped_storage()
        address, size = owner.data_ptr(), owner.nbytes()
        before = bisect_right(self._addresses, address) - 1
        if before >= 0:  # mostly it starts where a known one does; a NumPy view starts within its base
            number = self._storage_at[self._addresses[before]]
            known = self.storages[number]
            if address + size <= known.address + known.size and not known.resized:
                return number
        number = self._new_number()
        self._add_storage(number, _Storage.of(owner))
        return number

    def _add_storage(self, number: int, storage: _Storage) -> None:
        self._memory += storage.size
        if self._memory > MAX_MEMORY:
            raise WireError("these tensors are too large to be handed over")
        self.storages[number] = storage
        if storage.address not in self._storage_at:
            insort(self._addresses, storage.address)
        self._storage_at[storage.address] = number

    def _changed_storages(self, message: Message) -> list:
        told = []
        for number, storage in self.storages.items():
            if storage.resized:  # its tensors have just been given another one
                continue
            now = storage.read()
            if storage.synced != now:
                storage.synced = now
                told.append([number, storage.size, message.attach(now)])
        return told

    def _changed_generators(self, message: Message) -> list:
        told = []
        for number, generator in self.generators.items():
            state = generator.get_state().numpy().tobytes()
            if self._sent.get(("generator", number)) != state:
                self._sent["generator", number] = state
                told.append([number, message.attach(state)])
        return told

    def _tell_random_state(self, message: Message) -> None:
        state = torch.get_rng_state().numpy().tobytes()
        if self._random_state != state:
            self._random_state = state
            message.sections["random"] = message.attach(state)

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
        computed = {
            number: None for number, state in sections.get("tensors", []) if self._hear_tensor(number, state)
        }
        for number, gradient in sections.get("gradients", []):
            tensor = self.tensors[number]
            self._keep("gradient", number, partial(setattr, tensor, "grad", tensor.grad))
            tensor.grad = None if gradient == "none" else self.decode(gradient)
            self._sent["gradient", number] = gradient
        for number, blob in sections.get("generators", []):
            self._hear_generator(number, blobs[blob])
        if "random" in sections:
            state = _random_state(blobs[sections["random"]])
            torch.set_rng_state(state)
            self._random_state = state.numpy().tobytes()
        self._hear_modules(sections.get("modules", []))
        for number, (words, rows) in sections.get("vectors", []):
            self._hear_vectors(number, words, rows)
        self._hear_containers(sections.get("containers", []))
        return list(computed)

    def decode(self, data: Any) -> Any:
        """Read a value that `encode` wrote on the other side.

        Raises:
            WireError: for anything else.
        """
        with _refusing_nonsense():
            value = self._decode(data, 0)
            self._written_out(value)
            return value

    def _decode(self, data: Any, depth: int) -> Any:
        if data is None or isinstance(data, bool | float):
            return data
        if isinstance(data, int):
            if abs(data) >= 2**63:
                raise WireError("an int is too large")
            return data
        if isinstance(data, str):
            return _checked_text(data)
        if depth > MAX_DEPTH + 1 or not isinstance(data, list) or len(data) != 2:
            raise WireError("a value is not in the protocol's form")
        tag, content = data
        if tag in ("tuple", "set"):
            if not isinstance(content, list):
                raise WireError("a tuple is none")
            items = [self._decode(item, depth + 1) for item in content]
            return tuple(items) if tag == "tuple" else {_key(item) for item in items}
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

    def _keep(self, kind: str, number: int, put_back: Callable[[], Any]) -> None:
        """How to undo a change that is about to be made, if it is the grader's own that changes."""
        if number > 0 and self.sign > 0:
            self._undo.setdefault((kind, number), put_back)

    def _hear_storage(self, number: int, size: int, data: memoryview) -> None:
        if type(size) is not int or data.nbytes != size:
            raise WireError("a storage has not the size announced")
        if self._is_new(self.storages, number):
            self._add_storage(number, _Storage.of(torch.UntypedStorage(size)))
        storage = self.storages[number]
        if storage.size != size or storage.resized:
            raise WireError("a storage changed its size")
        self._keep("storage", number, partial(storage.write, storage.read()))
        storage.write(bytes(data))

    def _view(self, state: Any) -> torch.Tensor:
        """A tensor on a known storage, after checking that it lies within it."""
        number, dtype_name, shape, stride, start, _ = state
        dtype, storage = DTYPES[dtype_name], self.storages[number]
        if not len(shape) == len(stride) <= MAX_RANK:
            raise WireError("a tensor's shape and stride do not fit")
        if any(type(n) is not int or not 0 <= n < 2**40 for n in [*shape, *stride, start]):
            raise WireError("a tensor's shape is out of bounds")
        if math.prod(n for n in shape if n) * dtype.itemsize > MAX_MEMORY:
            raise WireError("a tensor is too large")  # strides of 0 make huge ones of a few bytes
        last = sum((n - 1) * step for n, step in zip(shape, stride, strict=True)) if 0 not in shape else -1
        if start % dtype.itemsize or start + (last + 1) * dtype.itemsize > storage.size:
            raise WireError("a tensor reaches beyond its storage")
        if storage.resized:
            raise WireError("a storage changed its size")
        view: torch.Tensor = torch.empty(0, dtype=dtype)
        return view.set_(storage.owner, start // dtype.itemsize, shape, stride)

    def _hear_tensor(self, number: int, state: Any) -> bool:
        """Build or change a tensor; say whether it was computed from what needs gradients."""
        flags = state[5]
        if type(flags) is not int:
            raise WireError("a tensor's flags are none")
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
            self._keep("tensor", number, partial(_put_back, tensor, tensor.data, tensor.requires_grad))
            tensor.data = view
            if tensor.is_leaf and bool(flags & LEAF) != tensor.requires_grad:
                tensor.requires_grad_(bool(flags & LEAF))
        self._sent["look", number] = _look(tensor)
        return bool(flags & COMPUTED)

    def _hear_generator(self, number: int, data: memoryview) -> None:
        state = _random_state(data)
        if self._is_new(self.generators, number):
            self._enter(self.generators, number, torch.Generator())
        generator = self.generators[number]
        self._keep("generator", number, partial(generator.set_state, generator.get_state()))
        generator.set_state(state)
        self._sent["generator", number] = bytes(data)

    def _hear_modules(self, entries: list) -> None:
        if not entries:
            return
        for number, state in entries:  # first all of them, since they hold one another
            if self._is_new(self.modules, number):
                kind, exported, training, config, *_ = state
                plain = {name: self.decode(value) for name, value in config.items()}
                shell = ModuleState(_checked_text(kind), _checked_text(exported), training, plain, {}, {}, {})
                self._enter(self.modules, number, self.make_module(shell, number))
        for number, (_, _, training, _, parameters, buffers, children) in entries:
            module = self.modules[number]
            for table in (module._parameters, module._buffers, module._modules):
                self._keep(f"table {id(table)}", number, partial(_refill, table, dict(table)))
            self._keep("training", number, partial(setattr, module, "training", module.training))
            module.training = bool(training)
            _fill(module._parameters, nn.Parameter, {key: self.decode(v) for key, v in parameters.items()})
            _fill(module._buffers, torch.Tensor, {key: self.decode(v) for key, v in buffers.items()})
            _fill(module._modules, nn.Module, {key: self.modules[child] for key, child in children.items()})
            self._sent["module", number] = self._module_state(module)
        held = {id(module): map(id, module._modules.values()) for module in self.modules.values()}
        TopologicalSorter(held).prepare()  # a CycleError where torch's own walks would never end

    def _hear_vectors(self, number: int, words: Any, rows: Any) -> None:
        array = self.decode(rows)
        if not isinstance(words, list) or not isinstance(array, np.ndarray):
            raise WireError("word vectors are none")
        if array.ndim != 2 or len(words) != len(array):
            raise WireError("words and vectors do not fit")
        if self._is_new(self.vectors, number):
            self._enter(self.vectors, number, KeyedVectors(array.shape[1]))
        vectors = self.vectors[number]
        self._keep("vectors", number, partial(vars(vectors).update, dict(vars(vectors))))
        words = [_checked_text(word) for word in words]
        vectors.index_to_key = list(words)
        vectors.key_to_index = {word: row for row, word in enumerate(vectors.index_to_key)}
        vectors.vectors = array
        vectors.norms = None
        self._sent["vectors", number] = [words, rows]

    def _hear_containers(self, entries: list) -> None:
        for number, (kind, _) in entries:  # first all of them, since they may hold one another
            if self._is_new(self.containers, number):
                self._enter(self.containers, number, {} if kind == "dict" else [])
        for number, (kind, encoded) in entries:
            container = self.containers[number]
            if isinstance(container, dict) != (kind == "dict"):
                raise WireError("a list turned into a dict")
            items = [self._decode(item, 0) for item in encoded]
            self._keep("container", number, partial(_refill, container, container.copy()))
            if isinstance(container, dict):
                half = len(items) // 2
                _refill(container, dict(zip(map(_key, items[:half]), items[half:], strict=True)))
            else:
                _refill(container, items)
            flat = [*container.keys(), *container.values()] if kind == "dict" else list(container)
            self._sent["held", number] = flat
        if entries:
            self._measure()

    def _measure(self) -> None:
        """Measure all containers; none may hold itself."""
        containers = {id(container): container for container in self.containers.values()}
        holds = {key: containers.keys() & map(id, _leaves(held)) for key, held in containers.items()}
        self._sizes = {}
        for key in TopologicalSorter(holds).static_order():
            self._sizes[key] = self._written_out(containers[key])

    def _written_out(self, value: Any) -> int:
        """How many items a value has when it is written out.

        Raises:
            WireError: if they are too many for a test to look at or to show.
        """
        leaves = _leaves(value) if id(value) not in self._sizes else [value]
        size = 1 + sum(self._sizes.get(id(leaf), 1) for leaf in leaves)
        if size > MAX_ITEMS:
            raise WireError("a value is too large when written out")
        return size


def _leaves(value: Any) -> Iterator[Any]:
    """What a value holds, tuples and sets within it opened."""
    if isinstance(value, dict):
        yield from value.keys()
    items = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple | set) else ()
    )
    for item in items:
        if isinstance(item, tuple | set):
            yield from _leaves(item)
        else:
            yield item


def _key(value: Any) -> Any:
    """A dict's key or a set's item: no tuple, since thousands of those can share one hash."""
    if isinstance(value, tuple):
        raise WireError("a tuple is no key")
    return value


def _refill(container: Any, items: Any) -> None:
    """Put other items in a list or dict."""
    container.clear()
    (container.update if isinstance(container, dict) else container.extend)(items)


def _put_back(tensor: torch.Tensor, data: torch.Tensor, requires_grad: bool) -> None:
    """Give a tensor the memory that it had."""
    tensor.data = data
    if tensor.is_leaf:
        tensor.requires_grad_(requires_grad)


def _fill(table: dict[str, Any], kind: type, entries: dict[str, Any]) -> None:
    """Give a module's table of parameters, buffers or children the entries that were heard."""
    for name, value in entries.items():
        if not name or "." in name or not (value is None or isinstance(value, kind)):
            raise WireError(f"a module cannot hold {_checked_text(name)[:40]!r}")
    table.clear()
    table.update(entries)


_NONSENSE = (
    ArithmeticError, AttributeError, BufferError, LookupError,
    MemoryError, RuntimeError, TypeError, ValueError, struct.error,
)  # fmt: skip


@contextmanager
def _refusing_nonsense() -> Iterator[None]:
    """Turn whatever a malformed message makes Python or torch raise into the one error type."""
    try:
        yield
    except _NONSENSE as problem:
        raise WireError(f"a message does not hold together: {problem}") from None


def _look(tensor: torch.Tensor) -> tuple:
    shape, stride = tensor.shape, tensor.stride()
    return tensor.data_ptr(), tensor.dtype, shape, stride, tensor.requires_grad, tensor.is_leaf


def _random_state(data: memoryview) -> torch.Tensor:
    """The state of a generator, after checking what torch itself does not.

    With `left` numbers to go and `next` the index of the next one in a table of 624, a state in
    which the two do not agree would make torch read beyond the table.
    """
    state = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    _, left, _, following = struct.unpack_from("<QiiQ", data)
    if (left, following) != (1, 0) and left + following != 625:
        raise WireError("the state of a generator does not hold together")
    return state


def _checked_text(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 10 * MAX_TEXT:
        raise WireError("a text is none")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError("a text holds a lone surrogate") from None
    return text
