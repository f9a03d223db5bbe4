"""Loading a student's file statement by statement."""

from __future__ import annotations

import linecache
import sys
import traceback
from textwrap import dedent

import pytest

from autograder.assignment import ROOT
from autograder.check.loading.source import MODULE, Loaded, load


@pytest.fixture(autouse=True)
def _no_module_left_behind():
    yield
    sys.modules.pop(MODULE, None)
    linecache.cache.pop("embeddings.py", None)


def load_text(text: str, **options) -> Loaded:
    return load(dedent(text).encode(), "embeddings.py", **options)


def lines_of(loaded: Loaded) -> list[int]:
    return [problem.line for problem in loaded.problems]


# What runs


def test_a_sound_file_loads_without_a_problem():
    loaded = load_text('"""Title."""\nimport math\n\ndef f(x):\n    return math.sqrt(x)\n')
    assert loaded.problems == ()
    assert loaded.module.f(9) == 3
    assert loaded.module.__doc__ == "Title."


def test_an_empty_file_loads():
    assert load(b"", "embeddings.py").problems == ()
    assert load(b"# nothing but this", "embeddings.py").problems == ()


def test_what_is_bound_before_and_after_an_error_counts():
    loaded = load_text("""\
        def first(): return 1
        table = unknown + 1
        def second(): return 2
        """)
    assert (loaded.module.first(), loaded.module.second()) == (1, 2)
    assert lines_of(loaded) == [2]
    assert loaded.problems[0].text == "this raised NameError: name 'unknown' is not defined"


def test_an_error_inside_a_function_is_reported_at_the_statement_that_called_it_and_names_the_line():
    loaded = load_text("""\
        def broken():
            return [][3]

        broken()
        """)
    assert lines_of(loaded) == [4]
    assert loaded.problems[0].text == "this raised IndexError: list index out of range (in line 2)"


@pytest.mark.parametrize("stop", ["raise SystemExit(1)", "import sys; sys.exit()", "exit_code = 1; quit()"])
def test_a_file_that_exits_is_read_to_its_end(stop):
    loaded = load_text(f"x = 1\n{stop}\ny = 2\n")
    assert (loaded.module.x, loaded.module.y) == (1, 2)
    assert lines_of(loaded) == [2]
    assert "SystemExit" in loaded.problems[0].text


@pytest.mark.parametrize("raised", ["KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_every_kind_of_exception_is_a_problem_and_no_more(raised):
    loaded = load_text(f"raise {raised}\ny = 2\n")
    assert loaded.module.y == 2
    assert loaded.problems[0].text == f"this raised {raised}: {raised}"


def test_an_error_that_cannot_describe_itself_is_a_problem_and_no_more():
    loaded = load_text("""\
        class Odd(Exception):
            def __str__(self): raise SystemExit
        raise Odd
        y = 2
        """)
    assert loaded.module.y == 2
    assert "its message cannot be read" in loaded.problems[0].text


def test_a_long_message_is_cut():
    loaded = load_text("raise ValueError('x' * 10_000)")
    assert len(loaded.problems[0].text) < 400


def test_the_main_block_does_not_run_and_the_module_can_import_itself():
    loaded = load_text("""\
        a = 1
        from embeddings import a as b
        if __name__ == "__main__":
            raise RuntimeError
        """)
    assert loaded.problems == ()
    assert loaded.module.b == 1


def test_dataclasses_and_future_annotations_work():
    loaded = load_text("""\
        '''Doc.'''
        from __future__ import annotations
        from dataclasses import dataclass

        @dataclass
        class Pair:
            left: not_defined_anywhere
            right: int = 2

        def f(x: not_defined | None): return x
        """)
    assert loaded.problems == ()
    assert loaded.module.Pair(1).right == 2


def test_the_flags_of_this_module_do_not_leak_into_the_students_file():
    loaded = load_text("def f(x: not_defined_anywhere): return x")
    assert "not_defined_anywhere" in loaded.problems[0].text


def test_a_late_future_import_is_reported_and_does_not_count():
    loaded = load_text("x = 1\nfrom __future__ import annotations\ndef f(a: nowhere): pass\ny = 2\n")
    assert lines_of(loaded) == [2, 3]
    assert loaded.module.y == 2


def test_a_statement_that_parses_but_does_not_compile_is_lost_alone():
    loaded = load_text("def f(): return 1\nreturn f()\ndef g(a, a): pass\ny = 2\n")
    assert lines_of(loaded) == [2, 3]
    assert (loaded.module.f(), loaded.module.y) == (1, 2)
    assert "outside function" in loaded.problems[0].text


def test_tracebacks_show_the_students_lines():
    loaded = load_text("import math\n\n\ndef f(x):\n    return math.sqrt(x) # the root\n")
    with pytest.raises(ValueError) as caught:
        loaded.module.f(-1)
    frame = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (frame.lineno, frame.line) == (5, "return math.sqrt(x) # the root")


def test_the_caller_is_told_of_each_statement_before_it_runs():
    seen = []
    load_text(
        """\
        x = 1
        @staticmethod
        def f():
            pass
        raise ValueError
        "a string as a comment"
        y = 2
        """,
        before=seen.append,
    )
    assert seen == [1, 2, 5, 7]


def test_statements_can_be_left_out():
    loaded = load_text("x = 1\nwhile True: pass\ny = 2\n", skip=frozenset({2}))
    assert loaded.problems == ()
    assert (loaded.module.x, loaded.module.y) == (1, 2)


# What does not parse

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
    "odd character": "broken = “text”\n",
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


def test_null_bytes_are_left_out_with_a_note():
    loaded = load(b"x = 1\ny = \0 2\n\0", "embeddings.py")
    assert (loaded.module.x, loaded.module.y) == (1, 2)
    assert lines_of(loaded) == [2]


def test_code_nested_too_deeply_is_a_problem():
    loaded = load(b"x = " + b"(" * 500 + b"1" + b")" * 500 + b"\ny = 2\n", "embeddings.py")
    assert lines_of(loaded) == [1]
    assert loaded.module.y == 2


def test_it_stands_on_the_standard_library_alone():
    import subprocess

    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import autograder.check.loading.source; "
        "print([m for m in sys.modules if 'torch' in m])"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(ROOT)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    "name",
    [
        "lookup_embeding",
        "LookupEmbedding",
        "Lookup_embedding",
        "lookup_embeddings",
        "lookup_embedding_of_the_first_batch",
        "my_own_new_lookup_embedding",
    ],
)
def test_what_may_be_a_misspelt_name_is_pointed_at(name):
    program = f"import torch\ndef {name}(table, ids):\n    return table[ids]\n".encode()
    loaded = load(program, "embeddings.py", asked=("lookup_embedding", "lookup_rows"))
    text = f"`{name}` is not asked for. Should it be called `lookup_embedding`?"
    assert [(problem.line, problem.text) for problem in loaded.problems] == [(2, text)]


@pytest.mark.parametrize(
    "program",
    [
        b"def lookup_embedding(): pass\ndef lookup_embeddings(): pass\n",
        b"lookup_embedding = lambda: 1\ndef lookup_embeddings(): pass\n",
        b"def one_hot(): pass\n",
        b"def test_lookup_embedding(): pass\n",
    ],
)
def test_a_helper_beside_what_is_asked_for_is_no_misspelling(program):
    assert load(program, "embeddings.py", asked=("lookup_embedding",)).problems == ()


@pytest.mark.parametrize(
    "definition",
    ["def lookup_embedding(table, ids:\n    return table[ids]\n", "@missing\ndef lookup_embedding(): pass\n"],
    ids=["does not parse", "raises"],
)
def test_what_is_written_but_lost_is_not_sought_under_another_name(definition):
    program = "def lookup_embeddings(): pass\n\n" + definition
    loaded = load(program.encode(), "embeddings.py", asked=("lookup_embedding",))
    assert lines_of(loaded) == [3]


def test_a_local_name_of_what_is_lost_is_missed_by_nobody_but_itself():
    loaded = load(b"@missing\ndef f():\n    result = 1\nprint(result)\n", "embeddings.py")
    assert lines_of(loaded) == [1, 4]


def test_a_longer_name_is_taken_for_the_longest_that_it_holds():
    loaded = load(b"def my_one_hot_lookup(): pass\n", "e.py", asked=("one_hot", "one_hot_lookup"))
    text = "`my_one_hot_lookup` is not asked for. Should it be called `one_hot_lookup`?"
    assert [problem.text for problem in loaded.problems] == [text]


def test_a_name_that_is_asked_for_itself_is_no_misspelling_of_another():
    assert load(b"def first_table(): pass\n", "e.py", asked=("first_tables", "first_table")).problems == ()


PLOTTED = b"""\
import no_such_plotting_package as plt
plt.plot([1, 2])
plt.show()
x = plt.gca()
print(x)
def triple(v): return 3 * v
tripel(2)
"""


def test_what_lacks_something_that_is_already_named_as_lost_is_not_named_again():
    loaded = load(PLOTTED, "embeddings.py")
    assert lines_of(loaded) == [1, 4, 7]
    assert loaded.module.triple(2) == 6


def test_an_error_whose_name_is_no_text_is_told():
    loaded = load(b"raise NameError('x', name=['y'])\n", "embeddings.py")
    assert lines_of(loaded) == [1]


def test_a_stub_below_what_a_student_wrote_does_not_undo_it_and_is_told():
    text = "def encode(a):\n    return 1\n\n\ndef encode(a):\n    raise NotImplementedError('x')\n"
    loaded = load_text(text)
    assert loaded.module.encode(0) == 1
    assert [(problem.line, problem.text) for problem in loaded.problems] == [
        (5, "here `encode` is handed out once more, below yours. Yours counts; delete this one.")
    ]


@pytest.mark.parametrize("above", ["", "    '''What it does.'''\n", "    ...\n"])
def test_code_below_the_line_by_which_a_stub_raises_is_told_to_be_never_reached(above):
    text = f"def encode(a):\n{above}    raise NotImplementedError('x')\n    return 1\n"
    loaded = load_text(text)
    (problem,) = loaded.problems
    assert problem.line == text.count("\n") and problem.text.endswith("is never reached. Delete that line.")


def test_so_is_that_in_a_method_and_a_stub_alone_is_not():
    text = (
        "class Table:\n    def __init__(self):\n        super().__init__()\n"
        "        raise NotImplementedError\n        self.rows = []\n\n"
        "    def forward(self):\n        raise NotImplementedError\n"
    )
    assert lines_of(load_text(text)) == [5]


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
