"""Tells what a file is by what stands in it, whatever it is called."""

from __future__ import annotations

import codecs
import re
from enum import Enum
from pathlib import PurePath

from ..check.loading.encoding import text_of
from ..check.loading.notebook import looks_like_notebook
from .listing import effective_suffix


class Kind(Enum):
    """What a file is; the text completes "embeddings.py is ..."."""

    NOTEBOOK = "a notebook"
    TEXT = "a text"
    EMPTY = "empty"
    WEB_PAGE = "a web page"
    PDF = "a PDF document"
    WORD = "a Word document"
    OPEN_DOCUMENT = "an OpenDocument text"
    OTHER_DOCUMENT = "a document of a kind that is not read here"
    PICTURE = "a picture"
    ARCHIVE = "an archive that is not opened here"
    PLACEHOLDER = "a placeholder or link of a cloud service: the file itself was not handed in"
    LOCK = "what Word leaves beside an open document: the document itself was not handed in"
    DATA = "neither text nor a document"

    @property
    def is_document(self) -> bool:
        """Whether `documents.read_document` may find its text."""
        return self in (Kind.WEB_PAGE, Kind.PDF, Kind.WORD, Kind.OPEN_DOCUMENT)

    @property
    def may_hold_answers(self) -> bool:
        """Whether people can find answers in it that programs do not."""
        return self.is_document or self in (
            Kind.OTHER_DOCUMENT,
            Kind.PICTURE,
            Kind.ARCHIVE,
            Kind.PLACEHOLDER,
            Kind.LOCK,
        )

    @property
    def may_hold_code(self) -> bool:
        """Whether files of code may be in it that are not to be had here."""
        return self in (Kind.ARCHIVE, Kind.PLACEHOLDER)


_SUFFIXES = {
    Kind.PLACEHOLDER: ".alias .desktop .gdoc .gdraw .gform .gsheet .gslides .icloud .lnk .url .webloc",
    Kind.PICTURE: ".bmp .gif .heic .heif .jpeg .jpg .png .svg .tif .tiff .webp",
    Kind.ARCHIVE: ".7z .bz2 .gz .rar .tar .tbz .tgz .txz .xz .zip .zst",
    Kind.OTHER_DOCUMENT: ".doc .dot .key .numbers .odp .ods .one .pages .ppt .pptx .ps .rtf .xls .xlsx",
    Kind.DATA: ".avi .bin .csv .dll .exe .h5 .joblib .m4a .mov .mp3 .mp4 .npy .npz .parquet .pickle .pkl .pt "
    ".pth .pyd .safetensors .so .sqlite .tsv .ttf .wav .whl",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
"""Files whose content need not, or cannot, be looked at."""

_MAGIC = (
    (b"%PDF", Kind.PDF),
    *((sign, Kind.ARCHIVE) for sign in (b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")),
    (b"{\\rtf", Kind.OTHER_DOCUMENT),
    (b"\xd0\xcf\x11\xe0", Kind.OTHER_DOCUMENT),  # Word's .doc
    *((sign, Kind.PICTURE) for sign in (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")),
    (b"bplist00", Kind.PLACEHOLDER),
)
_WEB_PAGE = re.compile(r"(?:<!--[^>]{0,2000}>|<\?xml[^>]{0,2000}>|\s){0,9}<(?:!doctype\s+html|html|head|body)\b", re.I)
_DIFF = re.compile(r"^(?:diff --git |--- \S.*\n\+\+\+ \S|@@ -\d)", re.MULTILINE)
_TRANSCRIPT = re.compile(r"^(?:>>> |In \[\d+\]: )", re.MULTILINE)


def kind_by_name(name: str) -> Kind | None:
    """What a file is whose name alone tells it; else None."""
    if name.startswith("~$"):
        return Kind.LOCK
    return _BY_SUFFIX.get(PurePath(name.lower()).suffix)


def kind_by_folder(parts: tuple[str, ...]) -> Kind | None:
    """What a file is a part of, where a document is a folder, as those of Pages are."""
    kinds = {kind_by_name(part) for part in parts[:-1]}
    return Kind.OTHER_DOCUMENT if Kind.OTHER_DOCUMENT in kinds else None


def kind_of(name: str, content: bytes) -> Kind:
    """What a file is by its content; of zips and texts, the name tells more."""
    if not content.removeprefix(codecs.BOM_UTF8).strip(b" \t\r\n\f\0"):
        return Kind.EMPTY
    for sign, kind in _MAGIC:
        if content.startswith(sign):
            return kind
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_zip(name, content)
    if looks_like_notebook(content):
        return Kind.NOTEBOOK
    if not _is_text(content):
        return Kind.DATA
    is_page = effective_suffix(name) in (".html", ".htm", ".xhtml") or _WEB_PAGE.match(_start(content))
    if is_page:
        return Kind.WEB_PAGE
    is_link = len(content) < 400 and b"://" in content and len(content.split()) < 12
    return Kind.PLACEHOLDER if is_link and b"def " not in content else Kind.TEXT


def not_a_program(content: bytes) -> str:
    """What a text is that is no program; completes "embeddings.py ...", and is empty of what may be one."""
    text = _start(content)
    if not text.strip("\ufeff \t\r\n\f\0"):
        return "contains only null bytes" if b"\0" in content else "is empty"
    if _WEB_PAGE.match(text):
        return "is a web page, such as a browser saves"
    if _DIFF.search(text):
        return "is a list of changes (a diff), not the file itself"
    if _TRANSCRIPT.search(text):
        return "is the transcript of a Python session, not a Python file"
    return ""


def _kind_of_zip(name: str, content: bytes) -> Kind:
    if b"word/document" in content:
        return Kind.WORD
    if b"mimetypeapplication/vnd.oasis.opendocument.text" in content[:200]:
        return Kind.OPEN_DOCUMENT
    by_suffix = {".docx": Kind.WORD, ".odt": Kind.OPEN_DOCUMENT}
    return by_suffix.get(effective_suffix(name), Kind.ARCHIVE)


def _is_text(content: bytes) -> bool:
    """Whether bytes are a text, perhaps with stray null bytes in it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    strange = len(content.translate(None, bytes(range(32, 256)) + b"\t\r\n\f\b\x1b\0"))
    return strange * 50 <= len(content)


def _start(content: bytes) -> str:
    return text_of(content[:20_000])
