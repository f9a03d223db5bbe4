"""A notebook's cells become one source, each of which stands for itself, and its Markdown one text."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.check.loading.notebook import (
    UnreadableNotebook,
    files_written,
    looks_like_notebook,
    place,
    read_notebook,
)
from autograder.check.loading.source import Loaded, load


def notebook(*cells: str, **more: object) -> bytes:
    """A notebook of these code cells."""
    found = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": found, "nbformat": 4, **more}).encode()


def source(*cells: str) -> str:
    return read_notebook(notebook(*cells)).source.decode()


def loaded(*cells: str) -> Loaded:
    return load(source(*cells).encode(), "embeddings.ipynb")


def said(*cells: str) -> list[str]:
    """The places of what is wrong, and what is said of it."""
    lines = source(*cells).split("\n")
    return [f"{place(lines, problem.line)}: {problem.text}" for problem in loaded(*cells).problems]


# Magics -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline",
        "%load_ext autoreload",
        "%%html",
        "!pip install torch",
        "!!ls",
        "  !ls",
        "files = !ls -la",
        "value = %pwd",
        "?torch.nn",
        "torch.nn??",
        "%time?",
        "pip install -q otter-grader",
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "out = get_ipython().getoutput('ls')",
        "import otter",
        "from otter import Notebook",
        'grader = otter.Notebook("embeddings.ipynb", tests_dir="../tests")',
        'grader.check("lookup")',
        "grader.check_all()",
    ],
)
def test_what_only_a_notebook_understands_becomes_an_idle_line(line):
    cell = f"if True:\n    {line.strip()}\nx = 1" if line.startswith(" ") else f"{line}\n"
    found = loaded(cell, "y = 2")
    assert found.problems == () and found.module.y == 2


@pytest.mark.parametrize("line", ["a %b", "x != 3", "%time_per_step", "'''\n!ls\n%cd ..\nwhat?\n'''", "f(1,\n  %b)"])
def test_what_only_looks_like_a_magic_stays(line):
    assert line in source(f"x = (\n{line})" if line.startswith("%") else f"x = {line}")


@pytest.mark.parametrize(
    "magic",
    [
        "%%time",
        "%%capture out",
        "%%prun -s cumulative",
        "\n%%time",
        "%%time\n%%capture",
        "%%timeit -n 3",
        "%%debug",
        "%%memit",
        "%%snakeviz -t",
        "%%ipytest -q",
        "%%wandb",
        "%%writefile embeddings.py",
        "%%file helpers.py",
        "%%writefile -a 'embeddings.py'",
    ],
)
def test_what_a_cell_defines_below_a_magic_stays_defined(magic):
    found = loaded(f"{magic}\ndef double(x):\n    return 2 * x\n")
    assert found.module.double(2) == 4 and found.problems == ()


@pytest.mark.parametrize(
    "magic", ["%%bash", "%%script python", "%%python3", "%%javascript", "%%writefile out.txt", "%%!", "%%R"]
)
def test_a_cell_that_is_not_python_is_left_out_and_what_it_would_define_is_told(magic):
    cells = [f"{magic}\ndef double(x):\n  echo (", "x = 1"]
    found = loaded(*cells)
    assert not hasattr(found.module, "double") and found.module.x == 1
    name = magic.split()[0]
    assert said(*cells) == [
        f"code cell 1, line 1: `{name}` hands this cell to something other than Python. "
        "So `double` is not defined by it."
    ]


def test_a_magic_that_is_not_known_is_told_once_and_its_cell_runs():
    cells = ["%%add_to Table\ndef double(x):\n    return 2 * x", "%%add_to Table\nx = 1", "%%time\ny = 2"]
    assert loaded(*cells).module.double(2) == 4
    assert said(*cells) == ["code cell 1, line 1: `%%add_to` is not known here: its cells are run like any other."]


def test_a_cell_in_another_language_that_defines_nothing_is_no_problem():
    assert said("%%bash\nls\necho class of 2026", "%%html\n<b>def </b>") == []


@pytest.mark.parametrize("kind, cell", [("markdown", "Markdown cell"), ("raw", "raw cell")])
@pytest.mark.parametrize("text", ["def double(x):\n    return 2 * x", "```python\nclass double(int):\n  pass\n```"])
def test_code_in_a_cell_that_is_no_code_cell_is_told(kind, cell, text):
    cells = [{"cell_type": kind, "source": text}, {"cell_type": "code", "source": "x = 1"}]
    source = read_notebook(json.dumps({"cells": cells}).encode()).source
    found = load(source, "embeddings.ipynb")
    (problem,) = found.problems
    assert place(source.decode().split("\n"), problem.line) == f"{cell} 1, line 1"
    assert problem.text == (f"this is a {cell}, and only code cells are run. So `double` is not defined by it.")
    assert found.module.x == 1


def test_code_in_a_text_that_a_code_cell_defines_too_is_only_quoted():
    cells = [
        {"cell_type": "markdown", "source": "I wrote\n\ndef double(x): ..."},
        {"cell_type": "code", "source": "def double(x):\n    return 2 * x"},
        {"cell_type": "markdown", "source": "class imbalance is no class, and\ndef inition no function"},
    ]
    found = load(read_notebook(json.dumps({"cells": cells}).encode()).source, "embeddings.ipynb")
    assert found.problems == () and found.module.double(2) == 4


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_handed_out_stub_does_not_undo_what_another_cell_defines(order):
    cells = [
        "def double(x):\n    return 2 * x\n",
        'def double(x):\n    """Twice."""\n    raise NotImplementedError("double is still to be written")\n',
    ]
    assert loaded(*(cells[index] for index in order)).module.double(2) == 4


def test_of_two_written_definitions_the_last_one_counts_and_a_stub_alone_stays():
    assert loaded("def one(): return 1", "def one(): return 2").module.one() == 2
    with pytest.raises(NotImplementedError):
        loaded("def one():\n    raise NotImplementedError").module.one()


def test_the_python_files_that_cells_write_are_told():
    lines = source("%%writefile embeddings.py\nx = 1", "%%file my.md\n# no", "%%file a/b.py\ny = 2").split("\n")
    assert [(place(lines, line), name) for line, name in files_written(lines)] == [
        ("code cell 1, line 1", "embeddings.py"),
        ("code cell 3, line 1", "a/b.py"),
    ]


def test_a_text_that_a_cell_writes_to_a_file_is_a_text_of_the_notebook():
    cells = [{"cell_type": "code", "source": "%%writefile answers.md\n## why\n\nBecause.\n"}]
    assert read_notebook(json.dumps({"cells": cells}).encode()).text == "## why\n\nBecause.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["x = 1\ny = 2", ["x = 1\n", "y = 2"]], ids=["text", "lines"])
def test_a_notebook_is_read_in_every_encoding_and_known_by_its_content(encoding, text):
    cells = [{"cell_type": "code", "source": text}]  # no ids, no outputs, no metadata
    content = json.dumps({"cells": cells, "nbformat": 4}).encode(encoding)
    assert looks_like_notebook(content)
    module = load(read_notebook(content).source, "embeddings.ipynb").module
    assert (module.x, module.y) == (1, 2)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"title": "x"}', b"x = {'cells': 1}", b"\xff\xfe", b"[1]"])
def test_other_files_do_not_look_like_a_notebook(content):
    assert not looks_like_notebook(content)


def test_a_measured_line_runs():
    assert loaded("%time x = 3").module.x == 3


def test_what_goes_on_below_a_left_out_line_is_left_out_with_it():
    cells = ["!pip install \\\n  torch \\\n  gensim\nx = 1", "get_ipython().system(\n  'ls'\n)\ny = 2"]
    found = loaded(*cells)
    assert found.problems == () and (found.module.x, found.module.y) == (1, 2)


def test_lines_keep_their_numbers():
    cells = ["!ls\n\nx = 1\n", "%%time\n# one\ny = [\n 1,\n]", "%%bash\nls"]
    lines = source(*cells).split("\n")
    assert place(lines, lines.index("x = 1") + 1) == "code cell 1, line 3"
    assert place(lines, lines.index(" 1,") + 1) == "code cell 2, line 4"
    assert place(["x = 1"], 1) == "line 1"


# As far as it runs ------------------------------------------------------------------------------


def test_a_cell_that_cannot_be_read_costs_itself_alone():
    cells = ["x = '''open\n", "def double(x):\n    '''Twice.'''\n    return 2 * x", "f(", "y = 3"]
    found = loaded(*cells)
    assert found.module.double(2) == 4 and found.module.y == 3
    first, second = said(*cells)
    assert first.startswith("code cell 1, line 1: Python cannot read this: unterminated triple-quoted string")
    assert second.startswith("code cell 3, line 1: Python cannot read this: '(' was never closed.")


def test_strings_that_two_cells_leave_open_do_not_swallow_what_stands_between():
    assert loaded("x = '''", "y = 1", "z = '''").module.y == 1


def test_a_cell_that_raises_costs_what_it_defines_below_nothing():
    cells = ["import no_such_plotting as plt\nplt.plot()\nx = 1", "assert False, 'so far'", "y = 2"]
    found = loaded(*cells)
    assert (found.module.x, found.module.y) == (1, 2)
    missing, assertion = said(*cells)  # and not what lacks the missing name
    assert missing.startswith("code cell 1, line 1: this raised ModuleNotFoundError")
    assert assertion == "code cell 2, line 1: this raised AssertionError: so far"


def test_cells_may_stand_in_another_order_than_they_were_run_in():
    found = loaded("class Second(First):\n    pass\nx = Second()", "class First:\n    pass")
    assert found.problems == () and isinstance(found.module.x, found.module.First)


def test_what_needs_a_name_that_never_comes_is_told_once():
    assert said("x = never", "y = 1") == ["code cell 1, line 1: this raised NameError: name 'never' is not defined"]


def test_a_later_definition_is_not_undone_by_an_earlier_one_that_came_too_early():
    found = loaded("def f(x=later):\n    return 1", "later = 0\ndef f():\n    return 2")
    assert found.module.f() == 2


def test_a_future_import_counts_in_any_cell():
    cells = ["x = 1", "from __future__ import annotations\ndef f(table: NoSuchType): return 3"]
    found = loaded(*cells)
    assert found.problems == () and found.module.f(0) == 3


# The file ---------------------------------------------------------------------------------------


def test_format_3_is_read():
    cells = [
        {"cell_type": "heading", "level": 2, "source": "why"},
        {"cell_type": "markdown", "source": ["Because\n", "it is so."]},
        {"cell_type": "code", "input": ["x = 1\n", "y = 2"], "language": "python", "outputs": []},
        {"cell_type": "raw", "source": "x = 3"},
    ]
    content = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()
    found = read_notebook(content)
    module = load(found.source, "embeddings.ipynb").module
    assert (module.x, module.y) == (1, 2)
    assert found.text == "## why\n\nBecause\nit is so.\n\nx = 3\n"


def test_display_is_there_in_a_notebook_as_jupyter_has_it_and_in_a_file_it_is_not(capsys):
    show = "def double(n):\n    display(n)\n    return 2 * n"
    assert loaded(show).module.double(21) == 42
    assert capsys.readouterr().out == "21\n"
    with pytest.raises(NameError):
        load(show.encode(), "embeddings.py").module.double(21)


def test_a_notebook_without_cells_is_an_empty_program():
    assert loaded().problems == () and read_notebook(notebook()).text == ""


def test_characters_that_no_file_can_hold_are_replaced():
    found = read_notebook(notebook("x = '\ud800'", "y = '\0'\nz = 1\r\n"))
    assert load(found.source, "embeddings.ipynb").module.z == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cells", "worksheets", "cell_type", "source", "input", "level", "metadata"]),
            inner | st.sampled_from(["code", "markdown", "heading"]),
            max_size=4,
        )
    ),
    max_leaves=25,
)
PIECES = st.sampled_from(list('%!?\n\\"()#x \0\r\t\fé')) | st.sampled_from(
    ["'''", "%%time", " = ", "def f():\n ", "get_ipython()", "grader.check(", "# %% [code cell 9]\n"]
)
CELLS = st.lists(st.lists(PIECES, max_size=12).map("".join), max_size=4)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_end_as_a_source_or_as_a_sentence(content):
    try:
        found = read_notebook(content)
    except UnreadableNotebook as error:
        assert str(error).endswith(".")
    else:
        assert isinstance(found.text, str)
        found.source.decode()


@given(CELLS)
def test_any_cells_keep_their_lines_and_are_parsed_or_told_of(cells):
    text = source(*cells)
    lines = text.split("\n")
    starts = [index for index, line in enumerate(lines) if line.startswith("# %% [code cell ")]
    assert len(starts) >= len(cells)
    wanted = sum(len(cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")) for cell in cells)
    assert len(lines) == 2 + len(cells) + wanted  # the header, a mark for each, the line end at the end
    for problem in loaded("y = 5", *cells).problems:
        assert problem.text


@given(CELLS)
def test_no_cells_cost_a_cell_beside_them(cells):
    module = loaded(*cells, "def last():\n    return 5").module
    assert module.last() == 5


def test_a_whole_cell_without_magics_is_unchanged():
    cell = "def f(x):\n    '''A %time? no.'''\n    return x  # !\n"
    assert ast.dump(ast.parse(cell)) == ast.dump(ast.parse(source(cell)))


def test_answers_in_raw_cells_and_prose_in_code_cells_are_texts_of_the_notebook():
    prose = "Learned positions are cheap and gain little, while learned words are costly and pay well. " * 2
    cells = [
        {"cell_type": "raw", "source": "## why\n\nIn a raw cell."},
        {"cell_type": "code", "source": prose},
        {"cell_type": "code", "source": "total = sum(value for value in values if value) # all of it"},
    ]
    assert read_notebook(json.dumps({"cells": cells}).encode()).text == f"## why\n\nIn a raw cell.\n\n{prose}\n"
