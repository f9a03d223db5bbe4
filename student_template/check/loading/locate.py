"""Finds what a student works in, `embeddings.py` or the notebook, by reading both; nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .definitions import bound_names, stubs
from .notebook import LARGEST, SUFFIX, UnreadableNotebook, is_notebook, looks_like_notebook, read_code
from .reading import parse
from .settings import Settings

FOLDER = "notebooks"
"""Where the handed-out notebooks lie."""

LARGEST_CODE = 1_000_000
"""Bytes of a code file that is not a notebook."""


@dataclass(frozen=True)
class Work:
    """The file that counts.

    Attributes:
        file: its path below the folder.
        also: another file that holds work, and does not count.
        is_blank: whether it is still as it was handed out.
    """

    file: str
    also: str = ""
    is_blank: bool = False


def find_work(settings: Settings, folder: Path, *, prefer_notebook: bool = False) -> Work:
    """The code file counts as soon as anything is written in it; until then the notebook, if anything is
    written there."""
    stem = settings.code.rpartition(".")[0]
    names = (f"{stem}{SUFFIX}", f"{FOLDER}/{stem}{SUFFIX}")
    there = [name for name in (settings.code, *names) if (folder / name).is_file()]
    written = [name for name in there if _is_written(settings, folder / name)]
    wanted = written or there or [settings.code]
    if prefer_notebook:
        wanted = sorted(wanted, key=lambda name: not is_notebook(name))
        if not is_notebook(wanted[0]):
            wanted = [name for name in there if is_notebook(name)][:1] or wanted
    also = next((name for name in written if name != wanted[0]), "")
    return Work(wanted[0], also, is_blank=wanted[0] in there and wanted[0] not in written)


def _is_written(settings: Settings, file: Path) -> bool:
    """Whether anything stands in a file beyond what was handed out."""
    try:
        content = read_code(file.name, file.read_bytes()).source
    except (OSError, UnreadableNotebook):
        return True  # whoever looks at it says what is wrong
    return is_written(settings, content)


def is_written(settings: Settings, content: bytes) -> bool:
    """Whether a program defines any of the functions asked for, or tries to."""
    statements, problems = parse(content, settings.code)
    names = {name for statement in statements for name in bound_names(statement)}
    asked = set(settings.functions)
    return bool((names & asked) - stubs(statements) or (problems and asked - names))


def too_large(name: str, content: bytes) -> Iterator[str]:
    """A sentence if a code file is larger than what can be graded."""
    is_one = is_notebook(name) or looks_like_notebook(content)
    most = LARGEST if is_one else LARGEST_CODE
    if len(content) > most:
        yield (
            f"{name} has {len(content):,} bytes, more than the {most:,} that can be graded. "
            + ("Clear its outputs and save it again." if is_one else "Take data out of it.")
        )
