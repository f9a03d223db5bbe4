"""Reads the text of a document, in a process of its own whose time and memory are limited.

The libraries that understand such files were not made for those that want to harm them.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

LARGEST = 20_000_000
"""Bytes of a document that is read."""

LONGEST = 1_000_000
"""Characters of its text that are kept."""

MOST_PAGES = 200
_SECONDS = 20
_MEMORY = 2**30
_UNPACKED = 50_000_000

_BLOCKS = ("p", "div", "li", "tr", "table", "section", "article", "blockquote", "pre", "ul", "ol", "dl", "dd")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def read_document(content: bytes, kind: str) -> str:
    """The text of a document, its headings as in Markdown; empty if there is none that can be read.

    Args:
        kind: "html", "pdf", "docx" or "odt".
    """
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(Path(__file__).resolve()), kind],
            input=content,
            capture_output=True,
            timeout=5 * _SECONDS,
        )
    except (subprocess.TimeoutExpired, OSError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def _main(kind: str) -> None:
    """Write the text of the document that comes in."""
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    content = sys.stdin.buffer.read()
    text = {"html": _of_html, "pdf": _of_pdf, "docx": _of_docx, "odt": _of_odt}[kind](content)
    sys.stdout.buffer.write(text[:LONGEST].encode("utf-8", "replace"))


def _of_html(content: bytes | str) -> str:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(content, "html.parser")
    for tag in page(["script", "style", "head", "template"]):
        tag.decompose()
    for tag in page(_HEADINGS):
        tag.insert(0, "\n\n## ")
        tag.append("\n\n")
    for tag in page(_BLOCKS):
        tag.append("\n\n")
    for tag in page(["br"]):
        tag.replace_with("\n")
    for tag in page(["td", "th"]):
        tag.append(" | ")
    lines = [line.strip() for line in page.get_text().split("\n")]
    return "\n".join(line for line, before in zip(lines, ["", *lines], strict=False) if line or before)


def _of_docx(content: bytes) -> str:
    import mammoth

    _refuse_bombs(content)
    made = mammoth.convert_to_html(io.BytesIO(content), convert_image=lambda image: [])
    return _of_html(made.value)


def _of_odt(content: bytes) -> str:
    from defusedxml import ElementTree

    _refuse_bombs(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    paragraphs = []
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("h", "p"):
            paragraphs.append(("## " if name == "h" else "") + "".join(element.itertext()))
    return "\n\n".join(paragraphs)


def _of_pdf(content: bytes) -> str:
    from pypdf import PdfReader

    pages = PdfReader(io.BytesIO(content)).pages
    return "\n\n".join(page.extract_text() for page in list(pages)[:MOST_PAGES])


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(info.file_size for info in archive.infolist()) > _UNPACKED:
            raise ValueError("it is too large when unpacked")


if __name__ == "__main__":
    _main(sys.argv[1])
