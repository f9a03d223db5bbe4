"""Every regular expression takes time that grows with the text, whatever the text is made of.

The budgets are a hundred times the processor time that the slowest takes, and less than what any needs
that gives back what it has taken: `SLOW` are the controls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import product

import pytest

from tests.linear_time.expressions import ASKS, Expression, ask, expressions, expressions_in, units
from tests.linear_time.work import is_slow
from tests.representatives import representatives

LONG, SECONDS = 24_000, 0.12
MEGABYTE, SECONDS_FOR_IT = 1_000_000, 10.0

EXPRESSIONS = expressions()
each_expression = pytest.mark.parametrize(
    "expression",
    representatives(EXPRESSIONS, lambda one: one.where.rpartition("/")[0]),  # a folder
    ids=lambda one: one.where,
)

_END = "\0"
"""What no expression allows at the end, so that it looks for another way to match."""


def runs(pattern: re.Pattern, length: int) -> Iterator[str]:
    """Long texts of one unit: every character, every two, and every near-match, also a line of it."""
    found = units(pattern)
    pairs = map("".join, product(found.characters, repeat=2))
    for unit in (*found.characters, *found.beginnings):
        yield (unit * (length // len(unit) + 1))[:length]
    for unit in (*found.characters, *pairs, *found.beginnings, *(f"{one}\n" for one in found.beginnings)):
        yield (unit * (length // len(unit) + 1))[:length] + _END


def begun(pattern: re.Pattern, length: int) -> Iterator[str]:
    """A near-match, and behind it a run of one character."""
    found = units(pattern)
    for beginning, character in product(found.beginnings, found.characters):
        yield beginning + character * length + _END


def too_slow(expression: Expression, texts: Iterator[str], most: float) -> list[str]:
    """The first text, shortened, that takes more processor time than `most`."""
    for text in texts:
        for how in expression.asks:
            if is_slow(partial(ask, expression.pattern, how, text), most):
                return [f"{how}: {text[:40]!r} ... {text[-10:]!r}"]
    return []


@each_expression
def test_no_text_makes_an_expression_slow(expression):
    assert too_slow(expression, runs(expression.pattern, LONG), SECONDS) == []
    assert too_slow(expression, begun(expression.pattern, LONG), SECONDS) == []


@each_expression
def test_a_megabyte_of_any_character_is_read(expression):
    texts = (one * MEGABYTE + _END for one in units(expression.pattern).characters)
    assert too_slow(expression, texts, SECONDS_FOR_IT) == []


@pytest.mark.soak
@each_expression
def test_a_megabyte_of_any_two_characters_and_of_any_near_match_is_read(expression):
    assert too_slow(expression, runs(expression.pattern, MEGABYTE), SECONDS_FOR_IT) == []
    assert too_slow(expression, begun(expression.pattern, MEGABYTE), SECONDS_FOR_IT) == []


# Whether this could fail ---------------------------------------------------------------------------

SLOW = (
    r"re.search(r'\s+$', text)",
    r"re.search(r'\d+$', text)",
    r"re.sub(r'<!--.*?-->', '', text)",
    r"re.split(r'\n{3,}(?=\S)', text)",
    r"re.match(r'(?:a|aa)+$', text)",
    r"re.fullmatch(r'(\w+\s?)*:', text)",
    r"re.findall(r'\[([^\]]+)\]\(', text)",
    r"re.search(r'(?:<br>[^<]*)*?<br>\w+: \d', text)",
    r"re.match(r'%%file\s+([^q]+\.py)\s*$', text)",
    r"re.sub(r'[*_]*Write here[*_]*', '', text, flags=re.IGNORECASE)",
)


@pytest.mark.parametrize("call", SLOW)
def test_an_expression_that_gives_back_is_found(call):
    (expression,) = expressions_in(f"import re\nfound = {call}\n", "made_up.py")
    texts = [*runs(expression.pattern, LONG), *begun(expression.pattern, LONG)]
    assert too_slow(expression, iter(texts), SECONDS)


def test_expressions_are_found_wherever_they_stand():
    source = (
        "import re\n_A = re.compile('a', re.I)\n_TWO = {q: re.compile(f'{quote}') for q in 'x'}\n"
        "def f(text):\n    b = re.compile('b')\n    _TWO['x'].split(text)\n"
        "    return _A.sub('', text) or b.search(text) or re.findall('c', text, flags=re.M)\n"
        "def g(how):\n    return [how(re.compile('d'))]\n"
    )
    found = {one.pattern.pattern: one for one in expressions_in(source, "autograder/io/text.py")}
    assert {text: one.asks for text, one in found.items()} == {
        "a": {"sub"},
        **{quote: {"split"} for quote in ("'", '"', "'''", '"""')},
        "b": {"search"},
        "c": {"findall"},
        "d": ASKS,
    }
    assert found["a"].pattern.flags & re.I and found["c"].pattern.flags & re.M


@pytest.mark.parametrize(
    "source, word",
    [
        ("from re import search\n", "import re"),
        ("import re\nfound = map(re.compile, texts)\n", "call"),
        ("import re\ndef f(unknown):\n    return re.compile(f'{unknown}')\n", "EXAMPLES"),
    ],
)
def test_an_expression_that_cannot_be_found_by_reading_is_refused(source, word):
    with pytest.raises(LookupError, match=word):
        list(expressions_in(source, "autograder/io/text.py"))


def test_those_of_the_project_are_found():
    files = {one.where.partition(":")[0] for one in EXPRESSIONS}
    assert len(EXPRESSIONS) > 80
    assert {
        "student_template/check/loading/answers.py",
        "autograder/feedback/source_tokens.py",
        "autograder/io/text.py",
    } <= files
