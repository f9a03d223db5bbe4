"""How calls of `learned_positions` are typed, by the domain in its hidden cases that they are of."""

from autograder.authoring.typed_inputs import DTYPES, FILL, TEXTS, like_a_table, lines, mode, module, text, texts_before

SHAPES = {"more than 64 rows": (70, 2), "as many rows as columns": (2, 2), "another number of rows": (3, 2)}


def in_module(row):
    length, dim = TEXTS[row["the text has"]][1:]
    sizes = {"just as many rows as the text has tokens": length, "more than 64 rows": max(length + 2, 70)}
    most = sizes.get(row["the table has"], length + 2)
    return lines(
        f"x = {text(row)}",
        f"module = {module(f'LearnedPositions({most}, {dim})', row)}",
        FILL.format("module"),
        texts_before(row, most),
        "module(x)",
    )


def too_long(row):
    most = 1 if row["the table has"] == "one row" else 3
    length = most + 1 if row["the text is"] == "one token too long" else 30
    return f"LearnedPositions({most}, 2){mode(row)}(torch.ones(1, {length}, 2))"


def extend_positions(row):
    rows, dim = SHAPES[row["the old table has"]]
    more = {"as many rows": 0, "one row more": 1, "many rows more": 40}[row["the new table has"]]
    return lines(
        f"learned = LearnedPositions({rows}, {dim}){DTYPES[row['the dtype is']]}{mode(row)}",
        FILL.format("learned"),
        f"extended = extend_positions(learned, {rows + more})",
        "[t.data.add_(1) for t in learned.parameters()]",
        f"next(extended.parameters())[:{rows}]",
    )


def similarity_by_offset(row):
    different = row["the table's rows are"] == "of very different lengths"
    match row["the table is"]:
        case "of more than 64 rows":
            numbers = "torch.stack([torch.arange(70.0).sin(), torch.arange(70.0).cos()], 1)"
            numbers += " * torch.arange(1.0, 71.0)[:, None]" if different else ""
        case "square":
            numbers = f"torch.tensor([[3.0, 4.0], {[0.5, -0.25] if different else [4.5, -1.0]}])"
        case _:
            numbers = f"torch.tensor([[3.0, 4.0], {[0.5, -0.25] if different else [4.5, -1.0]}, [-4.0, 3.0]])"
    return lines(f"table = {like_a_table(numbers, row)}", "similarity_by_offset(table).detach()")


EXAMPLES = {
    "MODULE": in_module,
    "TOO_LONG": too_long,
    "EXTEND": extend_positions,
    "SHRINK": lambda row: (
        f"extend_positions(LearnedPositions(4, 2), {3 if row['the new table would have'] == 'one row less' else 1})"
    ),
    "SIMILARITY": similarity_by_offset,
}
