"""The cell-wise editor: what is not set keeps its bytes, whatever the file looks like."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import GraderError
from autograder.io.csv_file import Table, read_table

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufeff"), max_size=8)


def written(data: bytes, *cells: tuple[int, int, str], tmp_path) -> bytes:
    table = Table("grades.csv", data)
    for cell in cells:
        table.set(*cell)
    table.write(tmp_path / "new.csv")
    return (tmp_path / "new.csv").read_bytes()


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\r\n1,2\r\n",
        b"a,b\n1,2",
        b"a,b\r1,2\r",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b'"a";"b"\n"1, 2";"x ""y"""\n',
        b"a\tb\n\n\n1\t2\n,\n",
        "a,b\nMüller,2\n".encode("cp1252"),
        b"a,b\n\x81\x8d,2\n",
        "\ufeffa\tb\r\nعمر\t2\r\n".encode("utf-16-le"),
        "\ufeffa\tb\r\nعمر\t2\r\n".encode("utf-16-be"),
        b'a,b\n"line\r\nend",2\n',
        b'a,b\n"C:\\"x",2\n',
        b'a,b\nhe said "no",2\n',
    ],
)
def test_a_file_of_which_nothing_is_set_keeps_its_bytes(data, tmp_path):
    assert written(data, tmp_path=tmp_path) == data


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a,b\r\n1,\r\n", b"a,b\r\n1,7.5\r\n"),
        (b'a,"b"\r\n1,"2"\r\n', b'a,"b"\r\n1,"7.5"\r\n'),
        (b"a;b\r1;2", b"a;b\r1;7.5"),
        (b"\xef\xbb\xbfa,b,c\n1,2,=3\n", b"\xef\xbb\xbfa,b,c\n1,7.5,=3\n"),
        (b"a,b,c\n1\n", b"a,b,c\n1,7.5\n"),
    ],
)
def test_only_the_cell_that_is_set_changes(before, after, tmp_path):
    assert written(before, (1, 1, "7.5"), tmp_path=tmp_path) == after


@pytest.mark.parametrize(
    ("columns", "row"),
    [((1, 2), "x,9,9"), ((1, 3), "x,9,,9"), ((3, 5), "x,,,9,,9"), ((2, 4, 5), "x,,9,,9,9"), ((0, 2), "9,,9")],
)
def test_cells_that_short_rows_lack_are_added_each_in_its_column(tmp_path, columns, row):
    cells = [(number, column, "9") for column in reversed(columns) for number in (1, 2)]
    data = written(b"a,b,c,d,e,f\nx\nx\n", *cells, tmp_path=tmp_path)
    assert data.decode() == f"a,b,c,d,e,f\n{row}\n{row}\n"


@pytest.mark.parametrize(
    ("data", "separator"),
    [
        (b'"Student ID";Grade\n"123";5\n', ";"),
        (b'"Nachname, Vorname";ID;Note\n"Li, Anna";7;\n', ";"),
        (b'"Last, first"\tID\n"Li, Anna"\t7\n', "\t"),
        (b'id;"Full name";Note\n7;"Li, Anna";\n', ";"),
        (b'"a;b",c\n1,2\n', ","),
    ],
)
def test_the_separator_is_found_whatever_stands_in_quotes(data, separator):
    assert Table("t", data).separator == separator


@pytest.mark.parametrize("text", ["a,b", 'say "x"', "two\nlines", " space "])
def test_a_text_that_needs_quotes_gets_them(text, tmp_path):
    data = written(b"a,b\n1,\n", (1, 1, text), tmp_path=tmp_path)
    assert list(csv.reader(io.StringIO(data.decode(), newline="")))[1] == ["1", text]


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    separator=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_any_table_that_csv_writes_is_read_and_changed_in_one_cell(rows, separator, end, quoting):
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([["a", "b", "c"], *rows])
    table = Table("t", file.getvalue().encode())
    assert [[table.value(row, column) for column in range(3)] for row in table.rows] == rows
    table.set(1, 1, "9")
    rows[0][1] = "9"
    assert list(csv.reader(io.StringIO(table.text, newline=""), delimiter=separator))[1:] == rows
    before, after = file.getvalue(), table.text
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    assert after[head : len(after) - tail] in ("", "9", '"9"', '9"', '"9')


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def test_numbers_written_with_a_comma_are_noticed():
    assert Table("t", b"a;b\n7,5;x\n").has_decimal_commas(0)
    assert not Table("t", b"a;b\n7,5;1.5\n").has_decimal_commas(0, 1)
    assert not Table("t", b"a;b\n7;x\n").has_decimal_commas(0, 1)


def test_a_comma_in_another_column_is_no_decimal_sign():
    table = Table("t", b'Student,ID,Section,Emb (1)\nA,1,"101,102",\n')
    assert not table.has_decimal_commas(3)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b'a,b\n"open,2\n', "line 2: a quote is opened but never closed"),
        (b"a,b\n1,2,3\n", "row 2 has 3 cells, the header has 2"),
    ],
)
def test_what_is_no_table_is_named(data, said):
    with pytest.raises(GraderError, match=said):
        Table("grades.csv", data)


def test_a_letter_that_the_encoding_lacks_makes_it_utf_8(tmp_path):
    table = Table("t", "name,comment\nJosé,\n".encode("cp1252"))
    table.set(1, 1, "as Łódź")
    table.write(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().decode("utf-8-sig") == "name,comment\nJosé,as Łódź\n"


def test_a_column_that_begins_with_pk_makes_no_spreadsheet(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"PKZ,Name\n1,Ada\n")
    assert read_table(tmp_path / "t.csv").header == ["PKZ", "Name"]


def test_a_spreadsheet_is_refused(tmp_path):
    (tmp_path / "g.xlsx").write_bytes(b"PK\x03\x04")
    with pytest.raises(GraderError, match="a zip or a spreadsheet"):
        read_table(tmp_path / "g.xlsx")
    with pytest.raises(GraderError, match="cannot be read: No such file"):
        read_table(tmp_path / "none.csv")
