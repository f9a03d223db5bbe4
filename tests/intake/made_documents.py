"""Small documents as word processors write them, made here so that the tests need none of those."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(paragraphs: Sequence[str]) -> bytes:
    """A .docx; lines that begin with "## " are headings."""
    body = "".join(_word_paragraph(text) for text in paragraphs)
    return _zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_DOCUMENT}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
        }
    )


def open_document(paragraphs: Sequence[str]) -> bytes:
    """An .odt; lines that begin with "## " are headings."""
    body = "".join(
        f"<text:{tag}>{escape(text.removeprefix('## '))}</text:{tag}>"
        for text in paragraphs
        for tag in ["h" if text.startswith("## ") else "p"]
    )
    names = 'xmlns:office="urn:office" xmlns:text="urn:text"'
    content = f"<office:document {names}>{body}</office:document>"
    return _zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def web_page(paragraphs: Sequence[str]) -> bytes:
    body = "".join(
        f"<h2>{escape(text[3:])}</h2>" if text.startswith("## ") else f"<p>{escape(text)}</p>" for text in paragraphs
    )
    return f"<!DOCTYPE html>\n<html><head><title>Answers</title></head><body>{body}</body></html>".encode()


def pdf(paragraphs: Sequence[str]) -> bytes:
    """One page; a line of at most 90 characters each."""
    lines = [text.removeprefix("## ")[start : start + 90] for text in paragraphs for start in range(0, len(text), 90)]
    shown = "".join(f"({line.replace('(', '').replace(')', '')}) Tj T*\n" for line in lines)
    stream = f"BT /F1 9 Tf 11 TL 40 800 Td\n{shown}ET".encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    file, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + head + table + tail


def _word_paragraph(text: str) -> str:
    style = '<w:pPr><w:pStyle w:val="Heading2"/></w:pPr>' if text.startswith("## ") else ""
    return f"<w:p>{style}<w:r><w:t>{escape(text.removeprefix('## '))}</w:t></w:r></w:p>"


def _zipped(files: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return stream.getvalue()
