"""Reads the numbers that an answer quotes, and compares them with the right ones: a marker sees both.

Numbers are read as people write them: 393,216 and 393 216, 0.39 M and 0,39 Mio., 3.9e5 and 3.9 x 10^5,
512 x 768, and LaTeX's versions of these. Where one can be read in two ways, either counts.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...assignment import Assignment, import_file
from ...errors import AssignmentError

Sizes = Mapping[str, Mapping[str, tuple[int, int]]]
KnownNumbers = Sizes | Sequence[float]
"""The shapes of tables by model and table, or values by offset: see solutions/known_numbers.py."""

WITHIN = 0.01
"""How far a value may be off, but for what binary fractions leave."""

LEAST_SIZE = 10_000
"""Smaller numbers are no sizes of tables."""

NEAR = 60
"""Characters within which an offset stands beside its value."""

LONGEST = 6_000
"""Characters of an answer that are read."""

_UNITS = {
    **dict.fromkeys(("k", "thousand", "tausend", "mille"), 1e3),
    **dict.fromkeys(("m", "mio", "mil", "mill", "million", "millions", "millionen", "mn"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "mrd"), 1e9),
}
_NUMBER = re.compile(
    r"(?P<sign>(?<![\w.,)])(?<!\d )[-\u2212\u2013]\s?)?"
    r"(?<![\w.])(?P<digits>(?:\d{1,3}(?:[,.'\u2019\u00a0\u202f\u2009_]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+))"
    r"(?:[eE](?P<exponent>[-+]?\d{1,2})|\s?[x\u00d7\u00b7*]\s?10\s?(?:\^|\*\*)\s?(?P<power>\d{1,2}))?"
    r"(?P<unit>\s?(?:k|thousand|tausend|mille|M|[Mm]io|[Mm]ill?|[Mm]illions?|[Mm]illionen|mn|B|bn|[Bb]illion|Mrd))?"
    r"(?P<percent>\s?%)?(?![\w^])"
)
_TIMES = re.compile(r"\s*(?:[x\u00d7\u00b7*]|times|by|mal)\s*")
_LATEX = (
    (re.compile(r"\s?\\(?:times|cdot)\s?"), " \u00d7 "),
    (re.compile(r"\{,\}|\\[,;:! ]"), "\u202f"),
    (re.compile(r"\\approx|\\sim|\\text\{([^{}]{0,40})\}"), r" \1 "),
    (re.compile(r"10\^\{(\d{1,2})\}"), r"10^\1"),
    (re.compile(r"[\u2070\u00b9\u00b2\u00b3\u2074-\u2079]"), ""),
)
_SUPERSCRIPT = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079", "0123456789")
_RAISED = re.compile(r"10([\u2070\u00b9\u00b2\u00b3\u2074-\u2079]{1,2})")
_OFFSET_WORD = re.compile(r"(?:offsets?|distances?|lags?|shifts?|gaps?|apart|[kK\u0394]|[\[(|@]|at|bei)\W{0,6}$")
_COUNTED = re.compile(
    r"(?:rows?|numbers?|values?|tokens?|dim|columns?|reasons?|positions? in|entries|of the|vectors?)\b|x |\u00d7"
)
_OF_WORDS = re.compile(r"\s?-?(?:words|sub-?words|tokens|rows|pieces|steps)\b")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_OF_A_NAME = re.compile(r"[A-Za-z]-$")
_LIST = {"", ",", ";", "/", "&", "|", "and", "und", ",and", "to"}
_RANGE = {"to", "through", "until", "bis", "-", "\u2013", "\u2014", ".."}
_ENDS = re.compile(r"\n\s*\n|[.!?]\s+[A-Z]")
_BREAK = re.compile(r"[;\n]")
_PAUSE = re.compile(r",|\band\b|\bto\b|\bbut\b|\bwhile\b|\babove\b")


@dataclass(frozen=True)
class Quoted:
    """A number as it was written.

    Attributes:
        readings: what it may mean.
        digits: how many of its digits are significant, as far as that can be told.
    """

    text: str
    start: int
    end: int
    readings: tuple[float, ...]
    digits: int
    is_whole: bool

    @property
    def value(self) -> float:
        return self.readings[0]


@dataclass(frozen=True)
class CheckedNumber:
    """A quoted number beside the right one.

    Attributes:
        text: as it stands in the answer; is_right: None where nothing was found to compare it with.
        note: what it was compared with.
    """

    text: str
    is_right: bool | None
    note: str


def known_numbers(assignment: Assignment) -> dict[str, KnownNumbers]:
    """What `solutions/known_numbers.py` says of each question; nothing where there is no such file."""
    path = assignment.root / "solutions" / "known_numbers.py"
    if not path.is_file():
        return {}
    asked = {question.id for question in assignment.answer_questions}
    module = import_file(path)
    found = {}
    for name, call in inspect.getmembers(module, inspect.isfunction):
        if name in asked:
            try:
                found[name] = call()
            except Exception as error:  # the instructor's own code
                raise AssignmentError(f"{path}: `{name}` does not give the known numbers: {error}") from None
    return found


def check_numbers(answer: str, known: KnownNumbers) -> list[CheckedNumber]:
    """The numbers of an answer that could be among those known, each beside the right one."""
    text = plain(answer[:LONGEST])
    return list(_sizes(text, known) if isinstance(known, Mapping) else _by_offset(text, known))


# How numbers are written ----------------------------------------------------------------------------------


def plain(text: str) -> str:
    """The text with LaTeX's and typography's ways of writing numbers made plain."""
    text = _RAISED.sub(lambda match: "10^" + match[1].translate(_SUPERSCRIPT), text)
    for pattern, instead in _LATEX:
        text = pattern.sub(instead, text)
    return text.replace("$", " ").replace("**", "")


def quoted_numbers(text: str) -> list[Quoted]:
    """Every number in a text, from left to right."""
    return [_quoted(match) for match in _NUMBER.finditer(text)]


def _quoted(match: re.Match[str]) -> Quoted:
    digits = match["digits"]
    scale = 10.0 ** int(match["exponent"] or match["power"] or 0)
    scale *= _UNITS[match["unit"].strip().lower()] if match["unit"] else 1.0
    scale *= 0.01 if match["percent"] else 1.0
    sign = -1.0 if match["sign"] else 1.0
    readings = tuple(dict.fromkeys(sign * scale * value for value in _readings(digits)))
    in_digits = re.sub(r"\D", "", digits).lstrip("0")
    significant = len(in_digits.rstrip("0") if readings[0] % 1 == 0 and not match["unit"] else in_digits)
    is_whole = digits.isdecimal() and scale == 1.0 and not match["sign"]
    return Quoted(match.group().strip(), match.start(), match.end(), readings, significant, is_whole)


def _readings(digits: str) -> Iterator[float]:
    marks = re.findall(r"\D", digits)
    parts = re.split(r"\D", digits)
    if not marks:
        yield float(digits)
        return
    in_threes = parts[0] not in ("", "0") and all(len(part) == 3 for part in parts[1:])
    if len(marks) == 1 and marks[0] in ".,":
        decimal = float(f"{parts[0] or 0}.{parts[1]}")
        whole = float("".join(parts))
        yield from (whole, decimal) if in_threes and marks[0] == "," else (decimal, *((whole,) if in_threes else ()))
    elif in_threes:
        yield float("".join(parts))
    else:
        yield float("".join(parts[:-1]) + "." + parts[-1])


# Sizes of tables ------------------------------------------------------------------------------------------


def _sizes(text: str, known: Sizes) -> Iterator[CheckedNumber]:
    """Every product of two numbers, and every number that is as large as a table."""
    named = _named(text, known)
    tables = [(model, table, shape) for model in named for table, shape in known[model].items()]
    factors = {float(side) for tables_of in known.values() for shape in tables_of.values() for side in shape}
    numbers = _in_threes(text, quoted_numbers(text))
    at = 0
    while at < len(numbers):
        one, two = numbers[at], numbers[at + 1] if at + 1 < len(numbers) else None
        if two and _TIMES.fullmatch(text[one.end : two.start]):
            at += 2
            yield _product(one, two, text[one.start : two.end].strip(), tables)
            continue
        at += 1
        if max(one.readings) < LEAST_SIZE or any(reading in factors for reading in one.readings):
            continue
        is_count = _OF_WORDS.match(text, one.end)
        yield CheckedNumber(one.text, None, "no table that is known has as many") if is_count else _size(one, tables)


def _in_threes(text: str, numbers: Sequence[Quoted]) -> list[Quoted]:
    """The numbers, where `393 216` is one of them."""
    joined: list[Quoted] = []
    for number in numbers:
        last = joined[-1] if joined else None
        if last and _goes_with(text, last, number):
            value = last.value * 1000 + number.value
            whole = last.text + " " + number.text
            joined[-1] = Quoted(whole, last.start, number.end, (value,), last.digits + 3, True)
            continue
        joined.append(number)
    return joined


def _goes_with(text: str, last: Quoted, number: Quoted) -> bool:
    in_threes = last.is_whole and number.is_whole and len(number.text) == 3 == number.end - number.start
    return in_threes and text[last.end : number.start] == " " and last.value < 1000 ** (1 + last.text.count(" "))


def _named(text: str, known: Sizes) -> list[str]:
    """The models that the text names, by their whole name or their family's; all of them if it names none."""
    squeezed = _NO_LETTER.sub("", text.casefold())
    names = {model: _NO_LETTER.sub("", model.casefold()) for model in known}
    families = {model: name.partition("base")[0].partition("large")[0] for model, name in names.items()}
    left, found = squeezed, set()
    for family in sorted(set(families.values()), key=len, reverse=True):  # `GPT-2` does not name `GPT`
        if family in left:
            found.add(family)
            left = left.replace(family, "|")
    found -= {one for one in found if any(other != one and other.startswith(one) for other in found)}
    exact = [model for model in known if families[model] in found and names[model] in squeezed]
    return list(dict.fromkeys([*exact, *(model for model in known if families[model] in found)])) or list(known)


Table = tuple[str, str, tuple[int, int]]


def _product(one: Quoted, two: Quoted, text: str, tables: Sequence[Table]) -> CheckedNumber:
    value = one.value * two.value
    for model, table, shape in tables:
        if any({a, b} == set(map(float, shape)) for a in one.readings for b in two.readings):
            return CheckedNumber(text, True, f"{model}, {table}: {_shape(shape)}")
    model, table, shape = min(tables, key=lambda found: _apart(value, math.prod(found[2])))
    return CheckedNumber(text, False, f"nearest: {model}, {table}, {_shape(shape)}")


def _size(number: Quoted, tables: Sequence[Table]) -> CheckedNumber:
    for model, table, shape in tables:
        if any(_is_right(reading, math.prod(shape), number.digits) for reading in number.readings):
            return CheckedNumber(number.text, True, f"{model}, {table}: {_shape(shape)}")
    model, table, shape = min(tables, key=lambda found: min(_apart(r, math.prod(found[2])) for r in number.readings))
    is_close = any(round(r / math.prod(shape), 1) == 1 for r in number.readings)
    hint = "one digit only" if is_close and number.digits < 2 else "nearest"
    return CheckedNumber(number.text, False, f"{hint}: {model}, {table}, {_shape(shape)}")


def _is_right(value: float, true: float, digits: int) -> bool:
    """Right to two digits, rounded or cut."""
    unit = 10.0 ** (math.floor(math.log10(true)) - 1)
    return digits >= 2 and abs(value - true) < unit


def _apart(one: float, two: float) -> float:
    return abs(math.log(one / two)) if one > 0 else math.inf


def _shape(shape: tuple[int, int]) -> str:
    rows, columns = shape
    size = rows * columns
    return (
        f"{rows:,} x {columns:,} = {size / 1e6:.3g} M" if size < 1e9 else f"{rows:,} x {columns:,} = {size / 1e9:.3g} B"
    )


# Values at offsets ----------------------------------------------------------------------------------------


def _by_offset(text: str, known: Sequence[float]) -> Iterator[CheckedNumber]:
    """Every value from -1 to 1 with decimals, beside the right one at the offset, or range of these, by it."""
    numbers = quoted_numbers(text)
    values = [n for n in numbers if not n.is_whole and any(abs(r) <= 1 for r in n.readings)]
    offsets = [n for n in numbers if n.is_whole and n.value < len(known) and not _is_count(text, n)]
    listed, ranges = _listed(text, offsets, values), _ranges(text, offsets)
    pairs = _paired(text, offsets, values) | listed
    for value in values:
        offset = pairs.get(value.start)
        got = next(r for r in value.readings if abs(r) <= 1)
        if offset is None:
            yield CheckedNumber(value.text, None, "no offset was found beside it")
            continue
        at = int(offset.value)
        first, last = (at, at) if value.start in listed else ranges.get(offset.start, (at, at))
        least, most = min(known[first : last + 1]), max(known[first : last + 1])
        is_right = least - WITHIN - 1e-6 <= got <= most + WITHIN + 1e-6
        where = f"at offset {at}: {least:.2f}" if first == last else f"{first} to {last}: {least:.2f} to {most:.2f}"
        yield CheckedNumber(value.text, is_right, where)


def _ranges(text: str, offsets: Sequence[Quoted]) -> dict[int, tuple[int, int]]:
    """The first and the last offset of `60 to 80`, by where each of the two begins."""
    found: dict[int, tuple[int, int]] = {}
    for one, two in pairwise(offsets):
        if text[one.end : two.start].strip() in _RANGE and one.value <= two.value:
            found[one.start] = found[two.start] = int(one.value), int(two.value)
    return found


def _is_count(text: str, number: Quoted) -> bool:
    """Whether a number counts something or names a model rather than an offset: `512 rows`, `3 numbers`, `BERT-6`."""
    after = text[number.end : number.end + 24].lstrip()
    return bool(_COUNTED.match(after)) or bool(_OF_A_NAME.search(text[max(0, number.start - 2) : number.start]))


def _listed(text: str, offsets: Sequence[Quoted], values: Sequence[Quoted]) -> dict[int, Quoted]:
    """The offsets of lists: `offsets 1, 6 and 50: 0.85, 0.69 and 0.34`, by where each value begins."""
    pairs: dict[int, Quoted] = {}
    order = sorted([*offsets, *values], key=lambda number: number.start)
    runs: list[list[Quoted]] = []
    for number in order:
        follows = runs and runs[-1][-1].is_whole == number.is_whole and _goes_on(text, runs[-1][-1], number)
        runs[-1].append(number) if follows else runs.append([number])
    for one, two in pairwise(runs):
        if len(one) == len(two) > 1 and two[0].start - one[-1].end <= NEAR:
            first, second = (one, two) if one[0].is_whole else (two, one)
            if first[0].is_whole and not second[0].is_whole and second[0].start not in pairs:
                pairs |= {value.start: offset for offset, value in zip(first, second, strict=True)}
    return pairs


def _goes_on(text: str, one: Quoted, two: Quoted) -> bool:
    """Whether two numbers stand in one list."""
    return "".join(text[one.end : two.start].split()) in _LIST


def _paired(text: str, offsets: Sequence[Quoted], values: Sequence[Quoted]) -> dict[int, Quoted]:
    """The offset that stands beside each value, by where the value begins; those that fit best come first, and
    an offset goes to a second value only where that has no other."""
    found = [(cost, value, offset) for value in values for cost, offset in _beside(text, value, offsets, values)]
    found.sort(key=lambda one: one[0])
    pairs: dict[int, Quoted] = {}
    taken: set[int] = set()
    for is_last_resort in (False, True):
        for _, value, offset in found:
            if value.start not in pairs and (is_last_resort or offset.start not in taken):
                pairs[value.start] = offset
                taken.add(offset.start)
    return pairs


def _beside(
    text: str, value: Quoted, offsets: Sequence[Quoted], values: Sequence[Quoted]
) -> Iterator[tuple[tuple[int, int, bool, int], Quoted]]:
    """The offsets near a value, each with what speaks against it: other values or a pause lie between, no word
    before it says that it is one, and how far it is."""
    for offset in offsets:
        start, end = min(value.end, offset.end), max(value.start, offset.start)
        if end - start > NEAR or _ENDS.search(between := text[start:end]):
            continue
        crossed = sum(start <= other.start < end for other in values)
        is_said = bool(_OFFSET_WORD.search(text[max(0, offset.start - 14) : offset.start]))
        broken = bool(_BREAK.search(between)) + bool(_PAUSE.search(between))
        yield (crossed, broken, not is_said, len(between)), offset
