"""What one side has to tell the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..wire import Blob


@dataclass
class Message:
    """JSON sections and the raw bytes they refer to by their index."""

    sections: dict[str, Any] = field(default_factory=dict)
    blobs: list[Blob] = field(default_factory=list)

    def add(self, section: str, entries: list) -> None:
        if entries:
            self.sections[section] = entries

    def attach(self, data: Blob) -> int:
        self.blobs.append(data)
        return len(self.blobs) - 1
