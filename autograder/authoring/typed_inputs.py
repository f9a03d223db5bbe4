"""Tables, ids and texts of the levels in `check/testing/inputs.py`, as small as these allow, as one would type them."""

from __future__ import annotations

from ..check.testing.domain import Row

SMALL = {
    "of more than 64 rows": ("torch.arange(1040.0).view(520, 2) % 7 - 2", 520),
    "square": ("torch.tensor([[1.0, 2.5], [-3.0, 0.5]])", 2),
    "of another shape": ("torch.tensor([[1.0, 2.5], [-3.0, 0.5], [2.0, -1.5]])", 3),
}
"""By its shape a table (V, D), and V."""

DTYPES = {"float32": "", "float64": ".double()", "of 16 bits": ".bfloat16()"}
TEXTS = {
    "more than 64 tokens": (1, 600, 2),
    "as many tokens as there are texts": (2, 2, 2),
    "another number of tokens": (1, 3, 2),
}
FILL = "[t.data.copy_((torch.arange(t.numel()) % 7).view_as(t)) for t in {}.parameters()]"
"""Overwrites the parameters of a module with numbers that tell its rows apart."""


def lines(*statements: str) -> str:
    return "; ".join(filter(None, statements))


def table(row: Row) -> str:
    """Of the levels of `TABLE`."""
    return like_a_table(SMALL[row["the table is"]][0], row)


def like_a_table(numbers: str, row: Row) -> str:
    """These numbers in the dtype, the layout and with the need of a gradient that a row says."""
    code = f"({numbers})" if "%" in numbers or "*" in numbers else numbers
    code += DTYPES[row["the dtype is"]]
    code += ".T.contiguous().T" if row["the table lies"] == "in memory in another way" else ""
    return code + (".requires_grad_()" if row["the table"] == "needs a gradient" else "")


def ids(row: Row, vocab_size: int) -> str:
    """Of the levels of `IDS`."""
    most = max(0, vocab_size - (1 if row["the ids"] == "hold the largest id" else 2))
    turned = row["the ids lie"] == "in memory in another way"
    match row["the ids are"]:
        case "none":
            return "torch.tensor([], dtype=torch.int64)"
        case "one number":
            return f"torch.tensor({most})"
        case "a list" if turned:
            return f"torch.tensor([{most}, {most}, 0, 0, {most}])[::2]"
        case "a list":
            return f"torch.tensor([{most}, 0, {most}])"
    return f"torch.tensor([[{most}, 0], [0, {most}]])" + (".T" if turned else "")


def bad_ids(row: Row, vocab_size: int) -> str:
    """Of the levels of `BAD_IDS`."""
    bad = {"-1": -1, "below -1": -5, "the size of the vocabulary": vocab_size}.get(
        row["the bad id is"], 10 * vocab_size
    )
    if row["the ids are"] == "one number":
        return f"torch.tensor({bad})"
    numbers = [0, 1, 0, 1]
    numbers[{"first": 0, "last": -1, "among others": 2}[row["the bad id stands"]]] = bad
    return f"torch.tensor({numbers if row['the ids are'] == 'a list' else [numbers[:2], numbers[2:]]})"


def text(row: Row) -> str:
    """Of the levels of `TEXT`: the text itself."""
    texts, length, dim = TEXTS[row["the text has"]]
    count = texts * length * dim
    numbers = f"torch.arange({count}.0)" if count < 10 else f"(torch.arange({count}.0) % 7)"
    if row["the text lies"] == "in memory in another way":
        code = f"{numbers}.view({dim}, {length}, {texts}).transpose(0, 2)"
    else:
        code = f"{numbers}.view({texts}, {length}, {dim})"
    code += DTYPES[row["the dtype is"]]
    return code + (".requires_grad_()" if row["the input"] == "needs a gradient" else "")


def module(built: str, row: Row) -> str:
    """A module in the dtype and in the mode that a row says."""
    return built + DTYPES[row.get("the dtype is", "float32")] + mode(row)


def mode(row: Row) -> str:
    return ".eval()" if row["the module is"] == "in evaluation mode" else ""


def texts_before(row: Row, most: int | None = None) -> str:
    """Calls of `module` before that on `x`: on a longer text, if it may be so long, and on a shorter one."""
    if row["the text"] == "is the first":
        return ""
    length, dim = TEXTS[row["the text has"]][1:]
    lengths = [n for n in (length + 1, length - 1) if most is None or n <= most]
    return lines(*(f"module(x.new_ones(1, {n}, {dim}))" for n in lengths))
