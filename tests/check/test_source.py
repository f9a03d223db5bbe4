"""Loading a student's file statement by statement."""

from __future__ import annotations

import sys
import traceback

import pytest

from autograder.assignment import ROOT
from autograder.check.loading.source import load
from tests.check.loaded import lines_of, load_text


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


def test_it_stands_on_the_standard_library_alone():
    import subprocess

    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import autograder.check.loading.source; "
        "print([m for m in sys.modules if 'torch' in m])"
    )
    command = [sys.executable, "-I", "-S", "-c", program, str(ROOT)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_local_name_of_what_is_lost_is_missed_by_nobody_but_itself():
    loaded = load(b"@missing\ndef f():\n    result = 1\nprint(result)\n", "embeddings.py")
    assert lines_of(loaded) == [1, 4]


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
