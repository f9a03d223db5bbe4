"""What is said of every platform, and what is common to their downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ...io.text import first_few, pluralize
from ...submission import Member
from ...upload.listing import Entry, Listing, UnreadableError, printable
from ..grades import Grade
from ..students.directory import Person
from .download import Download, Item
from .export_plan import ExportFiles, ExportOptions

TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Upload:
    """One handing-in, of a student or of a group.

    Attributes:
        student: the key; uploads of one key are attempts, or else somebody has to say which counts.
        name: what the platform called it.
        listing: the files, named as the student named them.
        submitted: when, in ISO 8601; where uploads of one key all have it, they are attempts.
        attempt: its number, where the platform counts attempts instead.
        namesake: a name that students of other keys have, too, where nothing tells whether they are one.
        earlier: attempts that the platform names but does not hand over.
        path: of the folder or file on the disk that is all of the upload, if there is one.
    """

    student: str
    name: str
    listing: Callable[[], Listing]
    members: tuple[Member, ...] = ()
    late: bool = False
    submitted: str = ""
    attempt: int = 0
    namesake: str = ""
    earlier: tuple[str, ...] = ()
    path: Path | None = None


@dataclass(frozen=True)
class Sorted:
    """A download sorted into uploads.

    Attributes:
        problems: sentences on what is not as expected.
        left: what is not part of any upload.
    """

    uploads: tuple[Upload, ...]
    problems: tuple[str, ...] = ()
    left: tuple[Item, ...] = ()


def nothing(download: Download) -> Sorted:
    """What a platform finds that gives no download."""
    return Sorted((), left=download.items)


@dataclass(frozen=True)
class Platform:
    """All that is known of one: how its download is read, how its own file is filled.

    Attributes:
        name: as `--layout` and `--to` take it.
        label: what people call its download.
        pattern: what the names in it look like, for messages.
        claims: how many items at the top of a download are named so.
        sort: sorts a download into uploads; `nothing` where it gives no download.
        fill: what goes into its own file; None where grades are not handed back to it.
        lateness: how late each student was, in seconds, as its own file says; None for "late" alone.
        tells_lateness: whether it marks what is late, so that what it does not mark was handed in on time.
        ids_are_local: whether its ids mean nothing elsewhere; those of the university's may stand in
            another platform's file.
    """

    name: str
    label: str = ""
    pattern: str = ""
    claims: Callable[[Download], int] = lambda download: 0
    sort: Callable[[Download], Sorted] = nothing
    fill: Callable[[Sequence[Grade], ExportOptions], ExportFiles] | None = None
    lateness: Callable[[Sequence[Grade], ExportOptions], dict[Person, float | None]] | None = None
    tells_lateness: bool = False
    ids_are_local: bool = True


def gathered(files: Sequence[tuple[str, Item]]) -> Callable[[], Listing]:
    """The listing of an upload whose items lie apart; a file gets the name that the student gave it."""

    def listing() -> Listing:
        entries: list[Entry] = []
        problems: list[str] = []
        junk: list[str] = []
        for name, item in files:
            found = item.listing()
            problems += found.problems
            junk += found.junk
            entries += (
                found.entries
                if item.is_folder
                else [replace(entry, parts=(name,), uploaded=item.name) for entry in found.entries]
            )
        return Listing(tuple(entries), tuple(problems), tuple(junk))

    return listing


Rename = Callable[[tuple[str, ...]], tuple[str, ...] | None]


def renamed(item: Item, rename: Rename) -> Callable[[], Listing]:
    """The listing of a folder, its files under the paths that their student gave; None leaves one out."""

    def listing() -> Listing:
        found = item.listing()
        paths = ((entry, rename(entry.parts)) for entry in found.entries)
        return replace(found, entries=tuple(replace(entry, parts=parts) for entry, parts in paths if parts))

    return listing


def below(item: Item, *folders: str) -> Callable[[], Listing]:
    """The listing of a folder in a folder."""
    depth = len(folders)
    return renamed(item, lambda parts: parts[depth:] if parts[:depth] == folders else None)


def first_parts(item: Item) -> list[tuple[str, ...]]:
    """Where the files of a folder lie, as far as two folders down, each place once."""
    return list(dict.fromkeys(entry.parts[:2] for entry in item.listing().entries)) if item.is_folder else []


def login_and_name(folder: str) -> tuple[str, str] | None:
    """Login and full name from `{Last}_{First}_{login}`, as platforms write it that know ASCII alone; else None.

    Letters that they do not know become underscores. Then only the login is certain.
    """
    parts = folder.split("_")
    if len(parts) > 2 and all(parts[:3]):
        return "_".join(parts[2:]), f"{parts[1]} {parts[0]}"
    return (parts[-1], "") if len(parts) > 2 and parts[-1] else None


def sort_each(download: Download, uploads_of: Callable[[Item], Sequence[Upload]]) -> Sorted:
    """The uploads of each item; an item of which there are none is left."""
    found = [(item, uploads_of(item)) for item in download.items]
    return Sorted(
        tuple(upload for _, uploads in found for upload in uploads),
        left=tuple(item for item, uploads in found if not uploads),
    )


def with_problem(listing: Callable[[], Listing], problem: str) -> Callable[[], Listing]:
    """The same listing, with one more sentence on what could not be looked at."""

    def more() -> Listing:
        found = listing()
        return replace(found, problems=(*found.problems, problem))

    return more


def timestamp(item: Item, *folders: str) -> str:
    """What the file says in which Sakai and nbgrader write the time of handing in; nothing if it cannot be read."""
    for entry in item.listing().entries:
        if entry.parts == (*folders, TIMESTAMP):
            with suppress(UnreadableError):
                return entry.read(1_000).decode("utf-8", "replace").strip()
    return ""


def left_out(items: Sequence[Item], label: str) -> tuple[str, ...]:
    """A sentence that names the items which are not part of a download; none if there are none."""
    if not items:
        return ()
    names = first_few((printable(item.name) for item in items), 20)
    return (f"Left out {pluralize(len(items), 'item')} not named as in a {label}: {names}.",)
