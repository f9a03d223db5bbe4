"""Reading a student's file, whatever its encoding is and whichever of its blocks cannot be read."""

from __future__ import annotations

import pytest

from autograder.check.loading.source import load
from tests.check.loaded import lines_of, load_text

BROKEN_BLOCKS = {
    "unclosed bracket": "def broken(x):\n    return (x + [1, 2)\n",
    "bracket never closed": "def broken(x):\n    y = f(x\n    return y\n",
    "missing colon": "def broken(x)\n    return x\n",
    "unclosed string": "def broken(x):\n    return 'x\n",
    "unclosed docstring": 'def broken(x):\n    """What it does.\n    return x\n',
    "wrong indentation": "def broken(x):\n        y = 1\n    return y\n",
    "tabs and spaces": "def broken(x):\n    y = 1\n\treturn y\n",
    "empty body": "def broken(x):\n    # to do\n",
    "half a line": "def broken(x):\n    y = x.\n    return y\n",
    "decorated": "@property\n@staticmethod\ndef broken(x)\n    return x\n",
    "class": "class broken:\n    def f(self):\n        return )\n\n    def g(self):\n        return 1\n",
    "prose": "Here comes my solution of the task\n",
    "odd character": "broken = 1 ÷ 2\n",
}


@pytest.mark.parametrize("broken", BROKEN_BLOCKS.values(), ids=BROKEN_BLOCKS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_file_that_does_not_parse_loses_only_the_block_with_the_error(broken, end):
    before = '"""Title.\n\nfrom here on\n"""\nimport math\n\n\n@staticmethod\ndef before():\n'
    before += '    """Doc."""\n    return 1\n\n\n'
    after = '\n\ndef after():\n    """Doc of it."""\n    return 3\n\n\nlast = (\n4\n)\n'
    loaded = load((before + broken + after).replace("\n", end).encode(), "embeddings.py")
    first = before.count("\n") + 1
    assert len(loaded.problems) == 1
    assert first <= loaded.problems[0].line < first + broken.count("\n")
    assert loaded.problems[0].text.startswith("Python cannot read this: ")
    assert (loaded.module.before(), loaded.module.after(), loaded.module.last) == (1, 3, 4)
    assert not hasattr(loaded.module, "broken")
    assert loaded.module.after.__code__.co_firstlineno == (before + broken).count("\n") + 3


def test_the_two_versions_that_git_left_are_told_as_what_they_are():
    text = "x = 1\n<<<<<<< HEAD\ny = 1\n=======\ny = 2\n>>>>>>> 3f2c1aa (mine)\nz = 3\n"
    loaded = load_text(text)
    assert [problem.line for problem in loaded.problems] == [2, 4, 6]
    assert all("git could not merge two versions here" in problem.text for problem in loaded.problems)
    assert (loaded.module.x, loaded.module.z) == (1, 3)


def test_lines_of_a_notebook_in_a_program_are_told_and_cost_nothing_else():
    text = "import sys\nif 'colab' in sys.modules:\n    !unzip a.zip\n    %cd a\n\nx = 1\n%matplotlib inline\n"
    loaded = load_text(text)
    assert [(problem.line, problem.text) for problem in loaded.problems] == [
        (3, "`!unzip a.zip` works in a notebook only. It is left out."),
        (4, "`%cd a` works in a notebook only. It is left out."),
        (7, "`%matplotlib inline` works in a notebook only. It is left out."),
    ]
    assert loaded.module.x == 1


def test_a_program_that_can_be_read_keeps_what_looks_like_a_line_of_a_notebook():
    assert load_text('x = """\n!ls\n%cd a\n"""\n').module.x == "\n!ls\n%cd a\n"


def test_the_lost_block_is_named():
    loaded = load_text("x = 1\n\n@torch.no_grad()\ndef encode(tokens)\n    return 1\n\n# next\ny = 2\n")
    assert loaded.problems[0].line == 4
    assert loaded.problems[0].text.endswith("So `encode` is left out (lines 3 to 5).")


def test_two_broken_blocks_are_two_problems():
    loaded = load_text("def f(:\n    pass\ndef g():\n    return (\nx = 1\n")
    assert lines_of(loaded) == [1, 4]
    assert loaded.module.x == 1


def test_lines_left_over_from_a_broken_block_are_not_reported_again():
    loaded = load_text("def f(x):\ny = [\n    1\n      return y\ndef g(): return 2\n")
    assert lines_of(loaded) == [1]
    assert loaded.module.g() == 2


def test_an_indented_file_is_a_problem():
    loaded = load(b"    x = 1\ny = 2\n", "embeddings.py")
    assert lines_of(loaded) == [1]
    assert loaded.module.y == 2


def test_a_text_in_which_nothing_parses_is_only_problems():
    loaded = load(b"Dear teacher,\nmy dog ate it.\nSorry!\n", "embeddings.py")
    assert lines_of(loaded) == [1]


# Encodings


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    loaded = load(b"\xef\xbb\xbfx = 'a'\r\ny = 2\r\n", "embeddings.py")
    assert loaded.problems == ()
    assert (loaded.module.x, loaded.module.y) == ("a", 2)


def test_an_encoding_declared_in_the_file_is_obeyed():
    loaded = load("# -*- coding: cp1252 -*-\nx = 'é€'\n".encode("cp1252"), "embeddings.py")
    assert loaded.problems == ()
    assert loaded.module.x == "é€"


@pytest.mark.parametrize(
    "source, line",
    [
        (b"y = 2\nx = 'caf\xe9'\n", 2),
        (b"x = 'caf\xe9'\ny = 2\n", 1),
        (b"# coding: nonsense\nx = 'caf\xe9'\ny = 2\n", 2),
        (b"# coding: rot13\nx = 'caf\xe9'\ny = 2\n", 1),
    ],
)
def test_other_bytes_are_read_as_latin_1_with_a_note(source, line):
    loaded = load(source, "embeddings.py")
    assert (loaded.module.x, loaded.module.y) == ("café", 2)
    assert lines_of(loaded) == [line]
    assert "Save it as UTF-8" in loaded.problems[0].text


def test_utf_16_is_read_with_a_note():
    loaded = load("x = 'é'\r\ny = 2\r\n".encode("utf-16"), "embeddings.py")
    assert (loaded.module.x, loaded.module.y) == ("é", 2)
    assert lines_of(loaded) == [1]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_of_wide_letters_is_told_by_its_encoding(encoding):
    loaded = load("x = 1\ny = 2\n".encode(encoding), "embeddings.py")
    assert (loaded.module.x, loaded.module.y) == (1, 2)
    assert [problem.text for problem in loaded.problems] == [
        f"the file is saved as {encoding[:6].upper()}. Save it as UTF-8."
    ]


# Signs that stand for Python's


@pytest.mark.parametrize(
    "text, sign",
    [
        ("def f():\n\u00a0\u00a0return 1\n", "U+00A0, no-break space"),
        ("def f():\n\u3000return 1\n", "U+3000, ideographic space"),
        ("\u200bdef f():\n    return 1\n", "U+200B, zero width space"),
        ("\ufeff\ufeffdef f():\n    return 1\n", "U+FEFF, zero width no-break space"),
        ("def f():\n    return 1\n\x1a", "U+001A, a control character"),
        ("def f():\n    \u201cwhat it does\u201d\n    return 1\n", "`\u201c`, U+201C, left double quotation mark"),
        ("def f(x=\u2018a\u2019)\uff1a\n    return 1\n", "`\u2018`, U+2018, left single quotation mark"),
        ("def f():\n    return 2 \u2212 1\n", "`\u2212`, U+2212, minus sign"),
        ("def f() -&gt; int:\n    return 1\n", "`&gt;`"),
        ("def f():\n    &quot;what&#39;s it&quot;\n    return 1\n", "`&quot;`"),
    ],
)
def test_a_sign_that_stands_for_one_of_pythons_is_read_as_that_one(text, sign):
    loaded = load(text.encode(), "embeddings.py")
    assert loaded.module.f() == 1
    assert [problem.text for problem in loaded.problems] == [
        f"a character here is not one of Python's: {sign}. Here and below, such characters are read as what they "
        "stand for. Retype them."
    ]


def test_such_signs_are_told_once_and_stay_in_what_python_can_read():
    broken = "def f():\n\u00a0return 1\n\ndef g():\n\u00a0return 2\n"
    loaded = load_text(f"title = 'a\u00a0b\u2013c &lt;'\n{broken}")
    assert loaded.module.title == "a\u00a0b\u2013c &lt;"
    assert (loaded.module.f(), loaded.module.g(), lines_of(loaded)) == (1, 2, [3])


def test_null_bytes_are_left_out_with_a_note():
    loaded = load(b"x = 1\ny = \0 2\n\0", "embeddings.py")
    assert (loaded.module.x, loaded.module.y) == (1, 2)
    assert lines_of(loaded) == [2]


def test_code_nested_too_deeply_is_a_problem():
    loaded = load(b"x = " + b"(" * 500 + b"1" + b")" * 500 + b"\ny = 2\n", "embeddings.py")
    assert lines_of(loaded) == [1]
    assert loaded.module.y == 2


# Notebooks that were exported


def test_what_an_exported_notebook_keeps_of_otter_is_idle():
    text = (
        "# In[1]:\nimport otter\ngrader = otter.Notebook(tests_dir='../tests')\n"
        "get_ipython().system('pip install -q torch')\nget_ipython().run_line_magic('matplotlib', 'inline')\n"
        "def encode(a):\n    return 1\ngrader.check('lookup')\n"
    )
    loaded = load_text(text)
    assert loaded.problems == () and loaded.module.encode(0) == 1


def test_a_grader_of_the_students_own_and_a_cell_that_was_exported_as_a_text_are_no_idle_lines():
    assert lines_of(load_text("grader.check('lookup')\n")) == [1]
    text = "import otter\ngrader = otter.Notebook()\nget_ipython().run_cell_magic('time', '', 'a = 1')\n"
    assert lines_of(load_text(text)) == [3]
