"""Which libraries a student's file finds when it is graded: those of requirements.txt, and what they need.

The grader's environment holds more, and so may a student's: what is not listed here is in neither.
"""

from __future__ import annotations

import ast
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from types import FrameType
from typing import Any

NAMED = ("torch", "numpy", "gensim", "matplotlib")
"""What students are told of; the others come along."""

_COME_ALONG = """
    IPython PIL alabaster annotated_types asttokens attr attrs babel bleach bs4 certifi
    charset_normalizer click comm contourpy cycler dateutil defusedxml dill docutils executing fastjsonschema
    fica filelock fontTools frontmatter fsspec functorch idna imagesize ipylab ipython_pygments_lexers
    ipywidgets isympy jedi jinja2 jsonschema jsonschema_specifications jupyter jupyter_client jupyter_core
    jupyterlab_jupytext jupyterlab_pygments jupyterlab_widgets jupytext jupytext_config kiwisolver markdown_it
    markupsafe matplotlib_inline mdit_py_plugins mdurl mistune mpl_toolkits mpmath nbclient nbconvert nbformat
    networkx otter packaging pandas pandocfilters parso pexpect platformdirs prompt_toolkit psutil ptyprocess
    pure_eval pydantic pydantic_core pygments pylab pyparsing python_on_whales referencing requests
    roman_numerals rpds scipy setuptools six smart_open snowballstemmer soupsieve sphinx sphinxcontrib
    stack_data sympy tinycss2 torchgen tornado traitlets typing_extensions typing_inspection tzdata urllib3
    wcwidth webencodings widgetsnbextension wrapt yaml zmq
    greenlet playwright pyee _distutils_hack _yaml appnope backports colorama cuda importlib_resources
    nvidia optree pkg_resources pytz pywintypes triton win32api win32con
""".split()  # noqa: SIM905
"""The last two lines: what other systems, other versions of Python or of these libraries bring."""

_OURS = ("autograder", "solutions", "check", "embeddings", "__main__")
"""Of the project: the wall keeps them from students' code, and is tried without this."""

_ASKING = frozenset((*NAMED, "embeddings"))
"""Whose imports are looked at: the others know better what they need."""

LISTED = frozenset((*NAMED, *_COME_ALONG, *_OURS))


def without_gensim() -> str:
    """What to say where gensim is not installed; nothing where it is."""
    if find_spec("gensim"):
        return ""
    return "gensim is not installed here: a small class stands in for its KeyedVectors, as conventions.md says."


def is_lacking(module: str) -> bool:
    """Whether a module, or the package that it is in, is not there when a file is graded."""
    top = module.partition(".")[0]
    return bool(top) and top not in LISTED and top not in sys.stdlib_module_names


def lacks(module: str) -> str:
    """The sentence on such a module."""
    top = module.partition(".")[0][:100]
    there = f"{', '.join(NAMED)} and Python's own modules are"
    return f"`{top}` is not available when your file is graded: {there}"


def lacking(statements: Iterable[ast.stmt]) -> Iterator[tuple[int, str]]:
    """Line and sentence for each import of a module that is not there, unless the file can do without it."""
    to_see: deque[ast.AST] = deque(statements)
    while to_see:
        node = to_see.popleft()
        if isinstance(node, ast.Try):
            to_see += [*node.orelse, *node.finalbody]  # its body may fail
            to_see += [] if node.handlers else node.body
            continue
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            if is_lacking(name):
                yield node.lineno, lacks(name)  # type: ignore[attr-defined]
        to_see += ast.iter_child_nodes(node)


def hide_the_others(is_hiding: Callable[[], bool] = lambda: True) -> None:
    """Let no module be found that is not listed here, while `is_hiding` says so.

    They look as if they were not installed: `find_spec` gives None, and libraries that can do without do.
    """
    sys.meta_path[:] = [_Sieve(finder, is_hiding) for finder in sys.meta_path]


class _Sieve:
    """A finder that lets another find only some modules."""

    def __init__(self, finder: Any, is_hiding: Callable[[], bool]) -> None:
        self._finder = finder
        self._is_hiding = is_hiding

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if path is None and is_lacking(name) and self._is_hiding() and _asks_for_it(sys._getframe(1)):
            return None
        return self._finder.find_spec(name, path, target)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def _asks_for_it(frame: FrameType | None) -> bool:
    """Whether the student's file imports something, or a library that can do without what is not listed."""
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    name = str(frame.f_globals.get("__name__", "")) if frame is not None else ""
    return name.partition(".")[0] in _ASKING
