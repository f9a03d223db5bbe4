"""Takes in a download: finds its platform and its uploads, and turns each into a submission."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...assignment import Assignment
from ...errors import GraderError
from ...io.text import in_alphabet, pluralize
from ...submission import Member, SpooledSubmission, Submission, UploadInfo
from ...upload.archive import list_archive, open_nested
from ...upload.choose import asks_where, choose, why_not
from ...upload.code_file import code_names
from ...upload.inspection import CODE_SUFFIXES
from ...upload.listing import (
    Entry,
    Listing,
    effective_suffix,
    is_archive,
    meant_stem,
    printable,
)
from ...upload.overrides import NOTHING, FileOverrides, option, read_choices, recall, to_type, together
from ...upload.template_files import TemplateFiles, read_handed_out
from ..platforms.base import Platform, Upload, left_out
from ..platforms.github_classroom import assignment_of
from ..platforms.plain_folder import PLAIN, key_of, may_be_work
from .open_submissions import open_submissions, what_to_type
from .roster import match, read_roster
from .spool import Spool


@dataclass(frozen=True)
class Intake:
    """What was taken in.

    Attributes:
        received: what students handed in, sorted by student.
        platform: the platform's name, as `--layout` takes it.
        summary: what was recognised, such as "Canvas download, 212 files, 198 students".
        problems: sentences for the instructor on what belongs to no submission, and on the roster.
        is_left_over: whether something that may be a student's work is in no submission.
        chosen: the answers typed this time, to be remembered once the folder of the results is locked.
    """

    received: tuple[SpooledSubmission, ...]
    platform: str
    summary: str
    problems: tuple[str, ...] = ()
    is_left_over: bool = False
    chosen: FileOverrides = field(default_factory=dict)

    @property
    def submissions(self) -> list[Submission]:
        """All of them with their files, in memory at once."""
        return [received.read() for received in self.received]


def collect(path: Path, assignment: Assignment) -> list[Submission]:
    """The submissions in `path`, as `take_in` finds them by itself."""
    return take_in(path, assignment).submissions


def take_in(
    path: Path,
    assignment: Assignment,
    *,
    platform: str | None = None,
    roster: Path | None = None,
    choices: Sequence[str] = (),
    out: Path | None = None,
) -> Intake:
    """Take in a platform's download, a plain folder of students, or one submission.

    Args:
        path: a folder, an archive or a file.
        platform: what `--layout` takes; None to find it out.
        roster: a CSV file of the course's students.
        choices: answers to the questions of set-aside submissions, each `STUDENT=FILE`.
        out: the folder of the results, which remembers earlier answers.

    Raises:
        GraderError: if there is nothing to grade, the platform does not fit, one student's work cannot be told
            from a class's, the roster cannot be read, or an answer names nobody, or no file that there is.
    """
    template_files = read_handed_out(assignment)
    with open_submissions(path, assignment, template_files, platform) as found:
        uploads: Sequence[Upload] = found.sorted.uploads
        left = found.sorted.left
        problems = [*found.place.problems, *found.sorted.problems, *left_out(left, found.platform.label)]
        if not uploads:
            raise GraderError(f"{path.resolve()} contains no submissions. {what_to_type(assignment)}")
        if roster:
            matched = match(uploads, read_roster(roster), assignment_of(found.place.name))
            uploads = matched.uploads
            problems += matched.problems
        typed = read_choices(choices, _names(uploads))
        names = {upload.name for upload in uploads}
        chosen = together(recall(out) if out else {}, typed, lambda file: _kind(file, names))
        reader = _Reader(found.platform, assignment, template_files, chosen, typed, names)
        uploads, questions = _parted(uploads, chosen)
        received = reader.read(uploads, questions)
    members = {
        _identity(member) or (upload.student, member.name)
        for upload in uploads
        for member in upload.members or (Member(),)
    }
    summary = ", ".join(
        (
            found.platform.label[0].upper() + found.platform.label[1:],
            pluralize(reader.files, "file"),
            pluralize(len(members), "student"),
        )
    )
    if len(received) != len(members):
        summary += f" in {pluralize(len(received), 'submission')}"
    to_remember = {student: chosen[student] for student in typed}
    is_left_over = bool(found.place.problems) or any(may_be_work(item, found.place.stems) for item in left)
    return Intake(tuple(received), found.platform.name, summary, tuple(problems), is_left_over, to_remember)


def _names(uploads: Sequence[Upload]) -> dict[str, str]:
    """The student's key by all that may be typed for it: the key itself, a number, an address."""
    keys: dict[str, set[str]] = defaultdict(set)
    for upload in uploads:
        for member in upload.members:
            for name in {member.id, member.email} - {""}:
                keys[name].add(upload.student)
    certain = {name: next(iter(students)) for name, students in keys.items() if len(students) == 1}
    shown = {printable(upload.student): upload.student for upload in uploads}
    return certain | shown | {upload.student: upload.student for upload in uploads}


def _kind(file: str, uploads: Container[str]) -> str:
    """What a choice is of: of each kind, a student has one."""
    if file in uploads:
        return "upload"
    if file == NOTHING or effective_suffix(file) in CODE_SUFFIXES:
        return "code"
    return "answers" if effective_suffix(file) in (".md", ".markdown") else file  # its content tells


# Reading -----------------------------------------------------------------------------------------


@dataclass
class _Reader:
    """Reads uploads, one at a time.

    Attributes:
        choices: those made now and before.
        typed: those made now.
        names: of all uploads; a choice of one of those is not a choice of a file.
        spool: keeps what was read.
        files: how many were found.
    """

    platform: Platform
    assignment: Assignment
    template_files: TemplateFiles
    choices: FileOverrides
    typed: FileOverrides
    names: set[str]
    spool: Spool = field(default_factory=Spool)
    files: int = 0

    def read(self, uploads: Sequence[Upload], questions: Mapping[str, str]) -> list[SpooledSubmission]:
        """One submission for each student, sorted by student; `questions` are open ones by key."""
        by_student: dict[str, list[Upload]] = defaultdict(list)
        for upload in uploads:
            by_student[upload.student].append(upload)
        read: dict[str, SpooledSubmission] = {}
        for student, attempts in by_student.items():
            question = questions.get(student)
            read[student] = self.spool.keep(self._aside(attempts, question) if question else self._student(attempts))
        for alike in _alike(by_student):
            self._part(alike, by_student, read)
        return [read[student] for student in sorted(read, key=in_alphabet)]

    def _part(
        self, alike: Sequence[str], uploads: Mapping[str, list[Upload]], read: dict[str, SpooledSubmission]
    ) -> None:
        """Ask whether students whose keys are alike are one; if they are, only the chosen one stays."""
        counts = [key for key in alike if {up.name for up in uploads[key]} & set(self.choices.get(key, ()))]
        others = [key for key in alike if key not in counts]
        if len(counts) == 1:
            (kept,) = (read[key] for key in counts)
            names = (upload.name for key in others for upload in uploads[key])
            origin = kept.origin and replace(kept.origin, others=(*kept.origin.others, *names))
            read[kept.student] = replace(kept, origin=origin)
            for key in others:
                del read[key]
            return
        options = {key: option(key, uploads[key][-1].name) for key in alike}
        for key in others:
            is_told = not uploads[key][0].namesake
            why = "The names differ only in capital letters" if is_told else "Their files have the same name"
            question = (
                f"Are {' and '.join(map(printable, alike))} one student? {why}. If they are, choose what counts: "
                f"{options[key]}. If not, choose each: {' '.join(options.values())}."
            )
            read[key] = self.spool.keep(self._aside(uploads[key], question))

    def _student(self, uploads: Sequence[Upload]) -> Submission:
        """The submission of one student, of whom there may be several uploads."""
        student = uploads[0].student
        chosen = [upload for file in self.choices.get(student, ()) for upload in uploads if upload.name == file]
        if chosen:
            return self._attempt(chosen[-1], [upload for upload in uploads if upload is not chosen[-1]])
        if len(uploads) == 1:
            return self._attempt(uploads[0], [])
        if len({(upload.attempt, upload.submitted) for upload in uploads} - {(0, "")}) < len(uploads):
            names = " and ".join(printable(upload.name) for upload in uploads)
            question = f"Which upload is meant? {names} are of one student."
            self._refuse_files(uploads)
            return self._aside(uploads, f"{question} {to_type(student, uploads[0].name)}")
        *earlier, latest = sorted(uploads, key=lambda upload: (upload.attempt, upload.submitted))
        found = self._attempt(latest, earlier)
        is_chosen = NOTHING in self.choices.get(student, ())
        is_asked = found.set_aside and asks_where(self.assignment) not in found.set_aside
        if found.code is None and not is_chosen and not is_asked:
            before = [upload for upload in reversed(earlier) if self._attempt(upload, []).code is not None]
            if before:
                question = (
                    f"The latest attempt, {printable(latest.name)}, holds no {self.assignment.code_file} "
                    f"that can be read, but an earlier one does: {printable(before[0].name)}. Which is meant?"
                )
                return self._aside(uploads, f"{question} {to_type(student, before[0].name)}")
        which = f"of {latest.submitted.replace('T', ' at ')}" if latest.submitted else f"number {latest.attempt}"
        note = f"{len(uploads)} attempts were handed in; the latest, {which}, was graded."
        return replace(found, notes=(note, *found.notes))

    def _attempt(self, upload: Upload, others: Sequence[Upload]) -> Submission:
        with self._listed(upload) as listing:
            self.files += len(listing.entries)
            files = open_nested(listing)
            for file in self._files(self.typed, upload, files.entries):
                if problem := why_not(upload.student, file, files.entries):
                    raise GraderError(f"`--choose {printable(upload.student)}={printable(file)}`: {problem}")
            chosen = self._files(self.choices, upload, files.entries)
            found = choose(upload.student, files, self.assignment, self.template_files, chosen)
        return replace(found, origin=self._origin(upload, others))

    def _files(self, choices: FileOverrides, upload: Upload, there: Sequence[Entry] = ()) -> list[str]:
        """What was chosen of files; an upload may be named after one of its files."""
        names = self.names - {entry.uploaded for entry in there}
        return [file for file in choices.get(upload.student, ()) if file not in names]

    def _refuse_files(self, uploads: Sequence[Upload]) -> None:
        """Refuse what was typed of files as long as nobody said in which upload they are."""
        student = uploads[0].student
        for file in self._files(self.typed, uploads[0]):
            options = to_type(student, *(upload.name for upload in uploads))
            raise GraderError(
                f"`--choose {printable(student)}={printable(file)}`: first it must be clear which upload "
                f"counts. {options}"
            )

    @contextmanager
    def _listed(self, upload: Upload) -> Iterator[Listing]:
        path = upload.path
        try:
            if path and path.is_file() and not path.is_symlink() and is_archive(path.name):
                with path.open("rb") as stream:
                    yield list_archive(stream, path.name)
                return
            listing = upload.listing()
        except OSError as error:
            listing = Listing(problems=(f"{printable(upload.name)} cannot be read: {error.strerror}.",))
        if self.platform is PLAIN:
            listing = replace(listing, entries=tuple(self._unnamed(entry, upload) for entry in listing.entries))
        yield listing

    def _unnamed(self, entry: Entry, upload: Upload) -> Entry:
        """A loose file that is named after its student, which is not a mistake, under the name asked for."""
        names = dict(zip(CODE_SUFFIXES, code_names(self.assignment), strict=True))
        names[".md"] = self.assignment.answers_file
        name = names.get(effective_suffix(entry.name), "")
        is_loose = len(entry.parts) == 1 and key_of(meant_stem(entry.name)) == upload.student
        return replace(entry, parts=(name,), uploaded=entry.uploaded or entry.name) if name and is_loose else entry

    def _aside(self, uploads: Sequence[Upload], question: str) -> Submission:
        origin = self._origin(uploads[-1], uploads[:-1])
        return Submission(uploads[0].student, set_aside=question, origin=origin)

    def _origin(self, upload: Upload, others: Sequence[Upload]) -> UploadInfo:
        names = (other.name for other in others)
        return UploadInfo(
            platform=self.platform.name,
            upload=upload.name,
            members=upload.members,
            late=upload.late,
            submitted=upload.submitted,
            others=(*upload.earlier, *names),
        )


def _parted(uploads: Sequence[Upload], choices: FileOverrides) -> tuple[list[Upload], dict[str, str]]:
    """Uploads without those members whose other upload was chosen.

    Returns:
        The uploads that have members left, and the question for each student's key that still has a
        member in common with another.
    """
    by_member: dict[str, dict[str, Upload]] = defaultdict(dict)
    for upload in uploads:
        for member in upload.members:
            if _identity(member):
                by_member[_identity(member)][upload.student] = upload
    questions: dict[str, str] = {}
    leaving: dict[str, set[str]] = defaultdict(set)
    instead: dict[str, list[str]] = defaultdict(list)
    for identity, found in by_member.items():
        names = [upload.name for upload in found.values()]
        chosen = {file for student in found for file in choices.get(student, ()) if file in names}
        for student, upload in found.items() if len(found) > 1 else ():
            if len(chosen) != 1:
                where = " and in ".join(map(printable, names))
                question = f"{printable(identity)} is in {where}. Which of them counts?"
                questions[student] = f"{question} {to_type(student, upload.name)}"
            elif upload.name not in chosen:
                leaving[student].add(identity)
                instead[next(iter(chosen))].append(upload.name)
    left = []
    for upload in uploads:
        members = tuple(m for m in upload.members if _identity(m) not in leaving[upload.student])
        if members or not upload.members:
            others = (*upload.earlier, *instead[upload.name])
            left.append(replace(upload, members=members, earlier=others))
    return left, questions


def _identity(member: Member) -> str:
    return member.id or member.email.casefold()


def _alike(uploads: Mapping[str, Sequence[Upload]]) -> list[list[str]]:
    """The students who may be one: their keys differ in capital letters alone, or the platform cannot tell."""
    groups: dict[str, list[str]] = defaultdict(list)
    for student, (first, *_) in uploads.items():
        groups[(first.namesake or student).casefold()].append(student)
    return [group for group in groups.values() if len(group) > 1]
