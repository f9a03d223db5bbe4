"""What the cases ask of the reference, kept from one start of the grader to the next.

To run the reference on every case takes longer than to grade a submission, and gives the same as long as nothing
has changed that a result depends on: so it is done once for each version of all that. A recording that is stale
all the same costs time and no more, since every request is compared with it (`Replay`).
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Sequence
from hashlib import blake2b

import torch

from ...assignment import Assignment
from ...errors import GraderError
from ...sandbox.wire import WireError, frame, unframe
from ..cache_keys import cache_keys
from ..root_filesystem import NAME, own_folder
from .recording import Recording, Request

FOLDER = f"{NAME}-recordings"
MOST_KEPT = 20
"""Files, the newest of which stay."""


class Kept:
    """Recordings of one version.

    Args:
        wall: behind which they are made.
    """

    def __init__(self, assignment: Assignment, wall: str) -> None:
        depends_on = [cache_keys(assignment), wall, torch.backends.cpu.get_cpu_capability()]
        whole = blake2b(json.dumps(depends_on).encode(), digest_size=16)
        self._name = whole.hexdigest()

    def read(self, count: int) -> list[Recording] | None:
        """So many recordings; None if they are not kept, or cannot be read."""
        try:
            header, blobs = unframe((own_folder(FOLDER) / self._name).read_bytes())
            requests = iter(blobs)
            found = [tuple(Request(name, bytes(next(requests))) for name in names) for names in header["names"]]
        except (OSError, GraderError, WireError, LookupError, TypeError, RuntimeError):
            return None
        return found if len(found) == count else None

    def write(self, recordings: Sequence[Recording]) -> None:
        """Keep them, if there is room."""
        names = [[request.name for request in recording] for recording in recordings]
        with contextlib.suppress(OSError, GraderError, WireError):
            content = frame({"names": names}, [request.frame for recording in recordings for request in recording])
            folder = own_folder(FOLDER)
            draft, path = tempfile.mkstemp(dir=folder)
            with open(draft, "wb") as file:
                file.write(content)
            os.replace(path, folder / self._name)
            newest_first = sorted(folder.iterdir(), key=lambda file: -file.stat().st_mtime)
            for old in newest_first[MOST_KEPT:]:
                old.unlink(missing_ok=True)
