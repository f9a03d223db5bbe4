"""What an upload holds, before anything of it is read: names, and how to read each."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import PurePath

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")
"""Of the archives that are opened."""

RELEVANT_SUFFIXES = (".py", ".md", ".txt", ".markdown", ".ipynb", *ARCHIVE_SUFFIXES)
"""What a student's work can be in; only of such files do we say that they were not read."""

MAX_JUNK = 20
"""Files and folders left out that are remembered."""

LONGEST_NAME = 80
"""Characters of a path that a sentence shows."""

OLDER_STATES = frozenset({".ipynb_checkpoints", ".history"})
"""Folders in which editors keep older states of the work."""

_OF_TOOLS = OLDER_STATES | {".venv", ".env", "__macosx"}
"""Folders that tools make: no student's, but within a student's they may hold work."""

_JUNK = {"__pycache__", "site-packages", "node_modules", "conda-meta"}
_MAY_BE_WORK = re.compile(r"\.[^._~#].*\.(?:icloud|py|ipynb|md|sw[op])", re.IGNORECASE | re.DOTALL)
"""Of hidden files: what iCloud and editors left behind, and what may be work."""

_ENVIRONMENT_PARTS = {"bin", "include", "lib", "lib64", "scripts", "share", "etc"}


class UnreadableError(Exception):
    """A file of an upload cannot be read; the text is a sentence that says why."""


@dataclass(frozen=True)
class Entry:
    """One file of an upload.

    Attributes:
        parts: its path inside the upload, such as ("hw", "embeddings.py"), as `one_spelling` has it.
        read: called with a number of bytes, gives the content, or raises `UnreadableError` if it
            is longer or damaged.
        uploaded: what the platform called it, if it renamed it.
        label: what it is shown as; its path, if empty.
    """

    parts: tuple[str, ...]
    read: Callable[[int], bytes]
    uploaded: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(map(one_spelling, self.parts)))

    @property
    def name(self) -> str:
        return self.parts[-1]

    @property
    def shown(self) -> str:
        return printable(self.label or "/".join(self.parts))


@dataclass(frozen=True)
class Listing:
    """The files of an upload, junk left out, sorted.

    Attributes:
        problems: what could not be looked at.
        junk: the files and folders that were left out.
    """

    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    junk: tuple[str, ...] = ()

    def within(self, folder: str) -> Listing:
        """The same files, as they are named from outside `folder`."""
        moved = tuple(replace(entry, parts=(folder, *entry.parts)) for entry in self.entries)
        return Listing(moved, self.problems, tuple(f"{folder}/{name}" for name in self.junk))


def disambiguate(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The same files; those of one path are shown as the platform called them, or else numbered."""
    entries = tuple(entries)
    times = Counter(entry.parts for entry in entries)
    names = [(times[entry.parts] > 1 and entry.uploaded) or "/".join(entry.parts) for entry in entries]
    counts = Counter(names)
    seen: Counter[str] = Counter()
    labelled = []
    for entry, name in zip(entries, names, strict=True):
        seen[name] += 1
        number = f"({seen[name]} of {counts[name]}) " if counts[name] > 1 else ""
        labelled.append(replace(entry, label=number + name))
    return tuple(labelled)


def in_order(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Entries as a listing has them: those nearest to the top first."""
    return tuple(sorted(entries, key=lambda entry: (len(entry.parts), entry.parts)))


def one_spelling(name: str) -> str:
    """A file's name with each accent written one way: macOS parts it from its letter where it unpacks."""
    return unicodedata.normalize("NFC", name)


def is_junk(parts: tuple[str, ...]) -> bool:
    """Whether systems and tools left this file or folder there, rather than the student."""
    return any(
        part.lower() in _JUNK
        or (part.startswith(".") and part.lower() not in _OF_TOOLS and not _MAY_BE_WORK.fullmatch(part))
        for part in parts
    )


def junk_of(parts: tuple[str, ...]) -> str:
    """The path of the outermost file or folder for which a file is junk."""
    depth = next((depth for depth in range(1, len(parts)) if is_junk(parts[:depth])), len(parts))
    return "/".join(parts[:depth])


def is_nobodys(name: str) -> bool:
    """Whether a file or folder that lies beside students' work is not a student's."""
    return is_junk((name,)) or name.lower() in _OF_TOOLS


def environments(files: Iterable[tuple[str, ...]]) -> frozenset[tuple[str, ...]]:
    """The folders that are virtual environments, among files given by their parts."""
    return frozenset(parts[:-1] for parts in files if parts[-1:] == ("pyvenv.cfg",))


def in_environment(parts: tuple[str, ...], found: frozenset[tuple[str, ...]]) -> bool:
    """Whether this file or folder belongs to a virtual environment.

    Some make the environment in the homework folder itself: only its own subfolders are left out.
    """
    return bool(found) and any(
        parts[:depth] in found and parts[depth].lower() in _ENVIRONMENT_PARTS for depth in range(len(parts))
    )


def is_relevant(name: str) -> bool:
    """Whether a student's work can be in a file of this name."""
    return name.lower().endswith(RELEVANT_SUFFIXES)


def effective_suffix(name: str) -> str:
    """A file's suffix in small letters; that of embeddings.py.txt, as Windows makes it, is .py."""
    suffixes = PurePath(name.lower()).suffixes
    if suffixes[-2:] == [".tar", ".gz"]:
        return ".tar.gz"
    return suffixes[-2] if suffixes[-2:] in ([".py", ".txt"], [".md", ".txt"]) else "".join(suffixes[-1:])


def is_archive(name: str) -> bool:
    """Whether a file of this name is opened."""
    return effective_suffix(name) in ARCHIVE_SUFFIXES


def meant_stem(name: str) -> str:
    """A file's name without the suffix that `effective_suffix` gives and what follows it."""
    return name[: name.lower().rindex(effective_suffix(name))] if effective_suffix(name) else name


def printable(text: str) -> str:
    """A name as a sentence can show it: control and undecodable characters replaced, cut if long."""
    clean = "".join("�" if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") else c for c in text)
    return clean if len(clean) <= LONGEST_NAME else "…" + clean[-LONGEST_NAME + 1 :]
