"""A download as it lies on the disk: the names at its top, and how to list what each holds.

A folder and a zip look the same from here, so that a platform's layout is described once.
"""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import GraderError
from ...upload.archive import DOWNLOAD, MAX_NESTED_BYTES, list_archive
from ...upload.folder import file_reader, list_folder
from ...upload.listing import Entry, Listing, UnreadableError, is_nobodys, meant_stem, one_spelling, printable


@dataclass(frozen=True)
class Item:
    """A file or folder at the top of a download.

    Attributes:
        name: as `one_spelling` has it.
        listing: what it holds; a file holds itself.
        path: where it lies on the disk; None inside a zip.
    """

    name: str
    is_folder: bool
    listing: Callable[[], Listing]
    path: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_spelling(self.name))


@dataclass(frozen=True)
class Download:
    """The top of a download, junk left out, sorted by name.

    Attributes:
        name: of the folder, or of the zip without its suffix.
        enter: gives one of its folders as if that were the download.
        stems: what the files that students write are called, without endings.
        problems: what could not be looked at.
    """

    name: str
    items: tuple[Item, ...]
    enter: Callable[[str], Download]
    stems: tuple[str, ...]
    problems: tuple[str, ...] = ()

    @property
    def folders(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.is_folder)

    def read(self, name: str, limit: int) -> bytes | None:
        """The content of the file `name` at the top; None if there is none.

        Raises:
            UnreadableError: if it is longer than `limit` bytes or damaged.
        """
        for item in self.items:
            if item.name == name and not item.is_folder:
                for entry in item.listing().entries:
                    return entry.read(limit)
        return None


@contextmanager
def open_download(path: Path, stems: tuple[str, ...]) -> Iterator[Download]:
    """Open a folder or a zip; what it lists can be read as long as it is open.

    Raises:
        GraderError: if it cannot be opened at all.
    """
    try:
        if path.is_dir():
            yield of_folder(path, stems)
            return
        with path.open("rb") as stream:
            listing = list_archive(stream, path.name, DOWNLOAD)
            yield _of_entries(meant_stem(path.name), listing, stems)
    except OSError as error:
        raise GraderError(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def open_inside(item: Item, stems: tuple[str, ...]) -> Iterator[Download]:
    """Open a zip that lies at the top of a download as if it were the download.

    Raises:
        GraderError, UnreadableError: if it cannot be opened at all, is a link, or is too long.
    """
    if item.path and not item.path.is_symlink():
        with open_download(item.path, stems) as download:
            yield download
        return
    for entry in item.listing().entries:
        stream = io.BytesIO(entry.read(MAX_NESTED_BYTES))
        yield _of_entries(meant_stem(item.name), list_archive(stream, item.name, DOWNLOAD), stems)
        return
    raise UnreadableError(f"{printable(item.name)} cannot be opened.")


def of_folder(folder: Path, stems: tuple[str, ...]) -> Download:
    found = sorted(os.scandir(folder), key=lambda item: item.name)
    items = tuple(on_disk(Path(item.path)) for item in found if not is_nobodys(item.name))
    paths = {item.name: item.path or folder for item in items}
    return Download(folder.name, items, lambda name: of_folder(paths[name], stems), stems)


def on_disk(path: Path) -> Item:
    def listing() -> Listing:
        if path.is_symlink():
            return Listing(problems=(f"{printable(path.name)} is a link, and links are not followed.",))
        if path.is_dir():
            return list_folder(path)
        if not path.is_file():
            return Listing(problems=(f"{printable(path.name)} is not a regular file.",))
        return Listing((Entry((path.name,), file_reader(path)),))

    return Item(path.name, path.is_dir(), listing, path)


def _of_entries(name: str, listing: Listing, stems: tuple[str, ...]) -> Download:
    by_top: dict[str, list[Entry]] = defaultdict(list)
    for entry in listing.entries:
        by_top[entry.parts[0]].append(entry)
    items = tuple(_in_zip(top, entries) for top, entries in sorted(by_top.items()) if not is_nobodys(top))
    by_name = {item.name: item for item in items}
    return Download(name, items, lambda top: _of_entries(top, by_name[top].listing(), stems), stems, listing.problems)


def _in_zip(top: str, entries: list[Entry]) -> Item:
    below = tuple(replace(entry, parts=entry.parts[1:]) for entry in entries if len(entry.parts) > 1)
    is_folder = bool(below)
    return Item(top, is_folder, lambda: Listing(below if is_folder else tuple(entries)))
