"""What students were given: such files, unchanged, are nobody's work."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from ..assignment import Assignment
from ..check.loading.encoding import text_of
from ..check.loading.notebook import UnreadableNotebook, is_notebook, read_notebook
from ..grading.short_answers import handed_out_words
from ..io.files import is_left_behind

FEWEST_STUBS = 3
"""From so many on, stubs are those of a handed-out file."""

_BEGINS = re.compile(rb"^(?:async\s+)?(?:def|class)\s+\w+", re.MULTILINE)
_LONG_STRING = re.compile(rb'"{3}.*?"{3}|\'{3}.*?\'{3}', re.DOTALL)
_DOES_NOTHING = re.compile(rb"raise NotImplementedError\b|super\(\)\.__init__\(\)$|pass$|\.\.\.$|@")

TEXT_SUFFIXES = (".py", ".md", ".txt", ".ipynb")


@dataclass(frozen=True)
class TemplateFiles:
    """The files of student_template/.

    Attributes:
        texts: the path of each text file, by its parts, and its content as `bare` gives it.
        words: those that are nobody's answer.
        paths: those of all files.
        stems: what the files that students write are called, without endings.
    """

    texts: dict[tuple[str, ...], bytes]
    words: str = ""
    paths: frozenset[tuple[str, ...]] = frozenset()
    stems: tuple[str, ...] = ()

    @cached_property
    def _lengths(self) -> frozenset[int]:
        return frozenset(len(parts) for parts in self.paths)

    @cached_property
    def _contents(self) -> frozenset[bytes]:
        return frozenset(self.texts.values()) - {b""}

    @cached_property
    def _code(self) -> frozenset[bytes]:
        programs = [content for parts, content in self.texts.items() if parts[-1].endswith(".py")]
        for parts, content in self.texts.items():
            if is_notebook(parts[-1]):
                with suppress(UnreadableNotebook):
                    programs.append(read_notebook(content).source)
        return frozenset(map(code, programs)) - {b""}

    def holds(self, content: bytes) -> bool:
        """Whether this content is that of a handed-out file, or its code but for comments and layout.

        A file of another edition in which nothing but stubs stands is nobody's work, too.
        """
        return self.holds_exactly(content) or code(content) in self._code or only_stubs(content)

    def holds_exactly(self, content: bytes) -> bool:
        return bare(content) in self._contents

    def is_helper(self, parts: tuple[str, ...], *work: str) -> bool:
        """Whether a path ends like that of a handed-out file other than those to work on."""
        return any(parts[-length:] in self.paths and parts[-1] not in work for length in self._lengths)


def read_handed_out(assignment: Assignment) -> TemplateFiles:
    """Read the handed-out text files."""
    folder = assignment.template
    paths = {
        path.relative_to(folder).parts: path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not is_left_behind(path.relative_to(folder))
    }
    texts = {parts: bare(path.read_bytes()) for parts, path in paths.items() if path.suffix in TEXT_SUFFIXES}
    return TemplateFiles(texts, handed_out_words(assignment), frozenset(paths), assignment.stems)


def bare(content: bytes) -> bytes:
    """A text as UTF-8 without what editors change: byte-order mark, line ends, trailing space."""
    lines = text_of(content).encode().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return b"\n".join(line.rstrip() for line in lines).strip()


def code(content: bytes) -> bytes:
    """The lines of a program without empty ones, comments of their own line, and tabs.

    Only for comparing with what was handed out: it parses nothing that strangers wrote.
    """
    lines = (line.expandtabs(4) for line in bare(content).split(b"\n"))
    return b"\n".join(line for line in lines if line.strip() and not line.lstrip().startswith(b"#"))


def only_stubs(content: bytes) -> bool:
    """Whether a program's functions and classes all wait to be written; by its text, since nothing is parsed."""
    if content.count(b"NotImplementedError") < FEWEST_STUBS:
        return False
    text = bare(content)
    starts = [match.start() for match in _BEGINS.finditer(text)]
    blocks = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    return len(blocks) >= FEWEST_STUBS and all(map(_is_stub, blocks))


def _is_stub(block: bytes) -> bool:
    """Whether nothing stands in a function or class but its signature, a text and what a stub does."""
    is_signature = False
    for line in _LONG_STRING.sub(b"", block).split(b"\n"):
        line = line.partition(b"#")[0].strip()
        if is_signature or _BEGINS.match(line):
            is_signature = not line.endswith(b":")
        elif line and not _DOES_NOTHING.match(line):
            return False
    return b"NotImplementedError" in block
