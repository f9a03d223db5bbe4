"""What stands in for `sys.stdout` takes all that students do with the real one."""

from __future__ import annotations

import gc
import io
import logging
import sys

from autograder.check.loading.printed import Printed


def printed_by(use) -> str:
    pieces: list[str] = []
    use(Printed(pieces.append))
    return "".join(pieces)


def test_it_is_printed_to():
    assert printed_by(lambda stream: print("é", 1, file=stream, flush=True)) == "é 1\n"


def test_it_is_reconfigured():
    def use(stream: Printed) -> None:
        stream.reconfigure(encoding="latin-1", line_buffering=True)
        stream.write("é")

    assert printed_by(use) == "é"


def test_a_stream_of_its_own_is_built_on_its_bytes_and_goes():
    def use(stream: Printed) -> None:
        above = io.TextIOWrapper(stream.buffer, encoding="utf-8")
        print("first", file=above)
        del above
        gc.collect()
        stream.write("second")

    assert printed_by(use) == "first\nsecond"


def test_bytes_that_are_no_text_are_shown():
    assert printed_by(lambda stream: stream.buffer.write(b"a\xff")) == "a\\xff"


def test_it_has_what_is_asked_of_a_stream():
    stream = Printed(lambda text: None)
    assert stream.encoding == "utf-8" and stream.writable() and not stream.isatty()
    assert stream.fileno() == 1 and not stream.closed


def test_it_outlives_being_closed(monkeypatch):
    pieces: list[str] = []
    monkeypatch.setattr(sys, "stderr", Printed(pieces.append))
    sys.stderr.close()
    handler = logging.StreamHandler()
    handler.emit(logging.makeLogRecord({"msg": "still there"}))
    assert "".join(pieces) == "still there\n"
