"""Opens what submissions lie in, and finds out what that is: a platform's download, a plain folder, one upload."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...assignment import Assignment
from ...errors import GraderError
from ...io.program import program
from ...upload.code_file import code_names
from ...upload.inspection import CODE_SUFFIXES
from ...upload.listing import ARCHIVE_SUFFIXES, UnreadableError, effective_suffix, is_archive, meant_stem, printable
from ...upload.template_files import TemplateFiles
from ..platforms.all_platforms import DOWNLOADS, SINGLE, place_of, recognise
from ..platforms.base import Platform, Sorted
from ..platforms.download import Download, of_folder, on_disk, open_download, open_inside
from ..platforms.plain_folder import PLAIN, is_upload, key_of, upload_of
from .class_or_one import ask_if_a_class, classes_in


@dataclass(frozen=True)
class Found:
    """A download whose platform is known: the folder in it that counts, and its uploads."""

    platform: Platform
    place: Download
    sorted: Sorted


@contextmanager
def open_submissions(
    path: Path, assignment: Assignment, template_files: TemplateFiles, name: str | None
) -> Iterator[Found]:
    """Find out what lies at `path`; its files can be read as long as this is open."""
    if not path.exists():
        raise GraderError(f"There is no {path}. {what_to_type(assignment)}")
    path = path.resolve()  # also gives `.` a name
    if path.is_file() and effective_suffix(path.name) not in (*ARCHIVE_SUFFIXES, *CODE_SUFFIXES):
        raise GraderError(
            f"{path} is neither a folder nor an archive that is read nor a .py or .ipynb file. "
            f"{what_to_type(assignment)}"
        )
    if name == SINGLE or (path.is_file() and effective_suffix(path.name) in CODE_SUFFIXES):
        yield _one(path, assignment)
        return
    with open_download(path, assignment.stems) as download:
        if name is not None:
            platform, place = DOWNLOADS[name], place_of(DOWNLOADS[name], download)
            yield Found(platform, place, platform.sort(place))
        elif recognised := recognise(download):
            platform, place = recognised
            yield Found(platform, place, platform.sort(place))
        elif _is_one(download, assignment):
            ask_if_a_class(path, download, assignment, template_files)
            yield _one(path, assignment)
        elif inside := _only_zip(download):
            with open_download(inside, assignment.stems) as within:
                if recognised := recognise(within):
                    platform, place = recognised
                    yield Found(platform, place, platform.sort(place))
                else:
                    yield _plain(path, download, assignment, template_files)
        elif platforms := _platforms_in(download):
            raise GraderError(
                f"{path} is not a download itself, but contains {platforms}. Grade each separately. "
                "If they are parts of one download, unpack all into one folder first."
            )
        elif path.is_file():
            if not download.items and not download.problems:
                raise GraderError(f"{path} is empty: no file was found in it. {what_to_type(assignment)}")
            ask_if_a_class(path, place_of(PLAIN, download), assignment, template_files)
            yield _one(path, assignment)
        else:
            yield _plain(path, download, assignment, template_files)


def _plain(path: Path, download: Download, assignment: Assignment, template_files: TemplateFiles) -> Found:
    found = PLAIN.sort(download)
    classes = classes_in(path, download, assignment, template_files)
    return Found(PLAIN, download, replace(found, problems=(*found.problems, *classes)))


def _is_one(download: Download, assignment: Assignment) -> bool:
    """Whether the file asked for lies at its top."""
    return any(item.name in code_names(assignment) and not item.is_folder for item in download.items)


def _one(path: Path, assignment: Assignment) -> Found:
    name = path.parent.name if path.name in code_names(assignment) else path.name
    item, stems = on_disk(path), assignment.stems
    upload = upload_of(item, key_of(name if item.is_folder or name != path.name else meant_stem(name)))
    return Found(PLAIN, Download(path.name, (item,), lambda _: of_folder(path, stems), stems), Sorted((upload,)))


def _platforms_in(download: Download) -> str:
    """The downloads that a folder or zip holds, named, where it holds nothing else to grade; else empty."""
    named = []
    for item in filter(is_upload, download.items):
        if item.is_folder or not is_archive(item.name):
            return ""
        try:
            with open_inside(item, download.stems) as inside:
                found = recognise(inside)
        except (GraderError, UnreadableError):
            return ""
        if not found:
            return ""
        named.append(f"{printable(item.name)} ({found[0].label})")
    return " and ".join(named)


def _only_zip(download: Download) -> Path | None:
    """The zip in a folder that holds nothing else: the platform's, as it was downloaded, perhaps."""
    paths = [item.path for item in download.items]
    return paths[0] if len(paths) == 1 and paths[0] and is_archive(paths[0].name) else None


def what_to_type(assignment: Assignment) -> str:
    return (
        f"Submissions are a folder of <student>/{assignment.code_file}, <student>.zip, <student>.py or "
        "<student>.ipynb, or what a platform lets you download. "
        f"Type: {program()} grade SUBMISSIONS --output OUT"
    )
