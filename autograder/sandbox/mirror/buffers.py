"""The bytes that tensors and arrays view."""

from __future__ import annotations

import ctypes
from bisect import bisect_right, insort
from functools import partial

import torch

from ..wire import TooLarge, WireError
from . import checks
from .message import Message
from .registry import VALUE, Registry

_libc = ctypes.PyDLL(None)  # keeps the lock: to give it away costs more than most comparisons


class Storage:
    """A tensor's memory. It is read and written by its address: a NumPy view would freeze its size.

    Attributes:
        synced: the bytes that the other side has.
    """

    def __init__(self, owner: torch.UntypedStorage) -> None:
        self.owner = owner
        self.address = owner.data_ptr()
        self.size = owner.nbytes()
        self.synced: bytes | None = None
        self._place = ctypes.c_void_p(self.address), ctypes.c_size_t(self.size)

    @property
    def resized(self) -> bool:
        """Whether its memory has moved, so that `address` leads nowhere."""
        return self.owner.nbytes() != self.size or self.owner.data_ptr() != self.address

    def changed_bytes(self) -> bytes | None:
        """Its bytes, or None if the other side has these very ones; compared without a copy.

        There is none of resized memory, either: its tensors have just been given another storage.
        """
        if self.resized:
            return None
        start, size = self._place
        if self.synced is not None and not _libc.memcmp(start, self.synced, size):
            return None
        self.synced = self.read()
        return self.synced

    def read(self) -> bytes:
        return ctypes.string_at(self.address, self.size) if self.size else b""

    def write(self, data: bytes) -> None:
        """Change it, to what the other side has."""
        start, size = self._place
        _libc.memmove(start, data, size)
        self.synced = data

    def put_back(self, data: bytes) -> None:
        if not self.resized:
            self.write(data)


class Memory:
    """All storages of one side by number; memory inside one already known counts as that one."""

    def __init__(self, registry: Registry) -> None:
        self.storages: dict[int, Storage] = {}
        self._registry = registry
        self._total = 0  # bytes
        self._at: dict[int, int] = {}  # address -> the storage's number
        self._addresses: list[int] = []  # the same addresses, sorted

    def number_of(self, owner: torch.UntypedStorage, role: int = VALUE) -> int:
        """The number of the storage that holds this memory; a new one, if none does."""
        address = owner.data_ptr()
        number = self._at.get(address)
        if number is None and (before := bisect_right(self._addresses, address)):
            number = self._at[self._addresses[before - 1]]  # a NumPy view starts within its base
        if number is not None:
            known = self.storages[number]
            if address + owner.nbytes() <= known.address + known.size and not known.resized:
                return number
        number = self._registry.new_number("storage", role)
        self._add(number, Storage(owner))
        return number

    def collect(self, message: Message) -> None:
        told = []
        for number, storage in self.storages.items():
            news = storage.changed_bytes()
            if news is not None:
                told.append([number, storage.size, message.attach(news)])
        message.add("storages", told)

    def apply(self, number: int, size: int, data: memoryview) -> None:
        if type(size) is not int or data.nbytes != size:
            raise WireError("a storage has not the size announced")
        if self._registry.is_new(self.storages, number):
            storage = Storage(torch.UntypedStorage(size))
            self._add(number, storage)
        else:
            storage = self.storages[number]
            if storage.size != size or storage.resized:
                raise WireError("a storage changed its size")
            if self._registry.keeps("storage", number):
                self._registry.keep("storage", number, partial(storage.put_back, storage.read()))
        storage.write(bytes(data))

    def _add(self, number: int, storage: Storage) -> None:
        self._total += storage.size
        if self._total > checks.MAX_MEMORY:
            raise TooLarge("this is too large to be handed over")
        self.storages[number] = storage
        if storage.address not in self._at:
            insort(self._addresses, storage.address)
        self._at[storage.address] = number
