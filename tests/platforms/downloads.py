"""Downloads of the class: the files of each, by their paths, as the platform names them.

`work` gives what a person handed in. The names follow the platforms' own code where that is public:
Canvas' content_zipper.rb, Moodle's downloader.php.
"""

from __future__ import annotations

import io
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from .people import PEOPLE, Person

Files = dict[str, bytes]
Work = Callable[[Person], Files]

ASSIGNMENT = "Homework_3 (embeddings)"


def canvas(work: Work, people: Sequence[Person] = PEOPLE, late: frozenset[str] = frozenset()) -> Files:
    """One flat zip; the first part has no other signs than what Ruby holds for a word's."""
    files: Files = {}
    for person in people:
        mark = ["LATE"] if person.number in late else []
        prefix = "".join(filter(_in_a_word, "_".join([person.sortable.lower(), *mark, person.number])))
        for place, (name, content) in enumerate(work(person).items()):
            files[f"{prefix}_{person.number}{place}_{_attached(name)}"] = content
    return files


def canvas_anonymous(work: Work, people: Sequence[Person] = PEOPLE, late: frozenset[str] = frozenset()) -> Files:
    files: Files = {}
    for person in people:
        mark = "LATE_" if person.number in late else ""
        for place, (name, content) in enumerate(work(person).items()):
            files[f"{mark}anon_x{person.number}_{person.number}{place}_{_attached(name)}"] = content
    return files


def blackboard(
    work: Work, people: Sequence[Person] = PEOPLE, when: str = "2026-03-02-21-47-00", notes: bool = True
) -> Files:
    """Flat, with a text file of Blackboard's own beside every attempt."""
    files: Files = {}
    for person in people:
        prefix = f"{ASSIGNMENT}_{person.login}_attempt_{when}"
        for name, content in work(person).items():
            files[f"{prefix}_{_attached(name)}"] = content
        if notes:
            note = f"Name: {person.name} ({person.login})\r\nAssignment: {ASSIGNMENT}\r\n\r\n"
            files[f"{prefix}.txt"] = f"{note}Submission Field:\r\nName: nobody (nobody)\r\n".encode()
    return files


def gradescope(
    work: Work,
    people: Sequence[Person] = PEOPLE,
    groups: Sequence[Sequence[Person]] = (),
    emails: bool = True,
) -> Files:
    """A folder per submission, and the file that says whose each is. `groups` handed in together."""
    files: Files = {}
    told = ["---"]
    grouped = {person for group in groups for person in group}
    handed_in = [[person] for person in people if person not in grouped] + [list(group) for group in groups]
    for members in handed_in:
        folder = f"submission_9{members[0].number}"
        told += [f"{folder}:", "  :submitters:"]
        for person in members:
            told += [f"  - :name: {_quoted(person.name)}", f"    :sid: '{person.sid}'"]
            told += [f"    :email: {person.email}"] if emails else []
        told += [
            "  :created_at: 2026-03-02 21:47:00.861687000 Z",
            "  :score: 2.0",
            "  :results:",
            "    output: |-",
            "      === submission_1: ===",
            "  :history:",
            "  - :id: 17",
            "    :created_at: 2026-03-01 09:05:00.5 Z",
            "    :score: 0.0",
        ]
        files |= {f"{folder}/{name}": content for name, content in work(members[0]).items()}
    root = "assignment_8046601_export"
    files["submission_metadata.yml"] = "\n".join([*told, ""]).encode()
    return {f"{root}/{name}": content for name, content in files.items()}


def moodle(work: Work, people: Sequence[Person] = PEOPLE, spelling: str = "folder") -> Files:
    """`spelling`: `folder`, `folder_` with an underscore at its end, or `flat`."""
    between = {"folder": "/", "folder_": "_/", "flat": "_"}[spelling]
    return {
        f"{person.name.replace('_', ' ')}_{person.number}_assignsubmission_file{between}{name}": content
        for person in people
        for name, content in work(person).items()
    }


def moodle_blind(work: Work, people: Sequence[Person] = PEOPLE) -> Files:
    return {
        f"Participant_{person.number}_assignsubmission_file/{name}": content
        for person in people
        for name, content in work(person).items()
    }


def github_classroom(work: Work, people: Sequence[Person] = PEOPLE) -> Files:
    return {
        f"hw3-embeddings-submissions/{repository(person)}/{name}": content
        for person in people
        for name, content in {**work(person), ".git/HEAD": b"", "README.md": b"# Homework\n"}.items()
    }


def brightspace(
    work: Work, people: Sequence[Person] = PEOPLE, when: str = "12 March, 2026 1012 AM", flat: bool = False
) -> Files:
    """A folder per attempt, or flat; and Brightspace's own list."""
    between = " - " if flat else "/"
    files = {
        f"6{person.number}-4477 - {person.name} - {when}{between}{name}": content
        for person in people
        for name, content in work(person).items()
    }
    return {"index.html": b"<html><body>Submissions</body></html>", **files}


def sakai(work: Work, people: Sequence[Person] = PEOPLE, attachments: str = "Submission attachment(s)") -> Files:
    """The assignment's folder, with the grades and a folder per student."""
    files: Files = {f"{ASSIGNMENT}/grades.csv": b'"Homework 3","Points"\n'}
    for person in people:
        sortable = person.sortable if "," in person.sortable else f"{person.sortable},"
        folder = f"{ASSIGNMENT}/{sortable}({person.login})"
        files |= {
            f"{folder}/timestamp.txt": b"20260302214700000",
            f"{folder}/comments.txt": b"",
            f"{folder}/{sortable}({person.login})_submissionText.html": b"",
            f"{folder}/feedbackText.html": b"",
            f"{folder}/Feedback Attachment(s)/embeddings.py": b"def encode():\n    pass  # as the marker returned it\n",
        }
        files |= {f"{folder}/{attachments}/{name}": content for name, content in work(person).items()}
    return files


def google_drive(work: Work, people: Sequence[Person] = PEOPLE) -> Files:
    """Flat; a name that is there already is numbered."""
    files: Files = {}
    for person in people:
        for name, content in work(person).items():
            stem, dot, suffix = name.rpartition(".")
            numbers = (f" ({number})" if number else "" for number in range(len(people)))
            paths = (f"{ASSIGNMENT}/{person.name} - {stem}{number}{dot}{suffix}" for number in numbers)
            files[next(path for path in paths if path not in files)] = content
    return files


def teams(work: Work, people: Sequence[Person] = PEOPLE, version: int = 1) -> Files:
    """The second of a name is numbered."""
    names = [person.name for person in people]
    files: Files = {"Working files/nobody.txt": b""}
    for place, person in enumerate(people):
        numbered = "(1)" if person.name in names[:place] else ""
        folder = f"Submitted files/{person.name}{numbered}/{ASSIGNMENT}/Version {version}"
        files |= {f"{folder}/{name}": content for name, content in work(person).items()}
    return files


def ilias(work: Work, people: Sequence[Person] = PEOPLE, when: str = "20260302214700_", team: str = "") -> Files:
    """Names are in ASCII; `team` is the folder of the members' folders."""
    files: Files = {f"{ASSIGNMENT}/{ASSIGNMENT}.xlsx": b"PK"}
    for person in people:
        folder = f"{ASSIGNMENT}/Abgaben/{team}{_in_ascii(person)}_{person.number}"
        files |= {f"{folder}/{when}{name}": content for name, content in work(person).items()}
    return files


def openolat(work: Work, people: Sequence[Person] = PEOPLE, step: str = "2_submissions") -> Files:
    files: Files = {}
    for person in people:
        folder = f"Homework_2026-03-20/{_in_ascii(person)}"
        files[f"{folder}/1_task/embeddings.py"] = b"def encode():\n    pass  # as it was handed out\n"
        files |= {f"{folder}/{step}/{name}": content for name, content in work(person).items()}
    return files


def schoology(
    work: Work, people: Sequence[Person] = PEOPLE, revision: int = 1, late: frozenset[str] = frozenset()
) -> Files:
    files: Files = {}
    for person in people:
        time = "Late" if person.number in late else "On Time"
        folder = f"{person.sortable} - {person.number}/Revision {revision} - {time}"
        files |= {f"{folder}/{name}": content for name, content in work(person).items()}
    return files


def nbgrader_exchange(work: Work, people: Sequence[Person] = PEOPLE, when: str = "2026-03-02 21:47:00") -> Files:
    return {
        f"inbound/{person.login}+ps2+{when}.123456 UTC+ab12/{name}": content
        for person in people
        for name, content in {**work(person), "timestamp.txt": f"{when}.123456 UTC".encode()}.items()
    }


def nbgrader(work: Work, people: Sequence[Person] = PEOPLE, assignment: str = "ps2") -> Files:
    """What was collected, in the course's folder."""
    files: Files = {f"source/{assignment}/embeddings.ipynb": b"{}", "gradebook.db": b""}
    for person in people:
        for name, content in {**work(person), "timestamp.txt": b"2026-03-02 21:47:00.123456 UTC"}.items():
            files[f"submitted/{person.login}/{assignment}/{name}"] = content
    return files


def plain(work: Work, people: Sequence[Person] = PEOPLE) -> Files:
    return {f"{person.login}/{name}": content for person in people for name, content in work(person).items()}


def repository(person: Person) -> str:
    """User names hold hyphens, as assignments do, so that nobody can split this."""
    return f"hw3-embeddings-{person.login}-x"


def as_folder(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def as_zip(path: Path, files: Files, *, says_utf8: bool = True) -> Path:
    """`says_utf8=False` leaves out the mark that names are UTF-8, as some platforms do."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    packed = stream.getvalue()
    path.write_bytes(packed if says_utf8 else _without_mark(packed))
    return path


def as_tar(path: Path, files: Files) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def _without_mark(packed: bytes) -> bytes:
    """Take bit 11 out of the flags of every header."""
    changed = bytearray(packed)
    for signature, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        start = -1
        while (start := packed.find(signature, start + 1)) >= 0:
            changed[start + place] &= ~0x08
    return bytes(changed)


def _in_ascii(person: Person) -> str:
    """A folder's name without accents, and with an underscore for each byte of other letters."""
    name = unicodedata.normalize("NFKD", f"{person.last}_{person.first}_{person.login}")
    kept = (character for character in name if not unicodedata.combining(character))
    return "".join(character if character.isascii() else "_" * len(character.encode()) for character in kept)


def _in_a_word(character: str) -> bool:
    """Ruby's `[[:word:]]`: letters, the marks on them, digits, and what joins words, as underscores do."""
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind in ("Nd", "Pc")


def _attached(name: str) -> str:
    """Flat platforms take files, not folders."""
    return name.rpartition("/")[2]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
